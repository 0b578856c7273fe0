package parse

import (
	"slices"
	"strings"
)

// groupOf knows the group of artifacts whose jars are built without pom.properties (by Gradle, mostly) and are found everywhere, by the name that Maven
// gives the file. Names and groups are those of repo1.maven.org/maven2 on 2026-11-29; a name without a version may be anybody's.
func groupOf(c Coordinates) string {
	if c.Version == "" {
		return ""
	}
	for _, f := range jarFamilies() {
		if strings.HasPrefix(c.Artifact, f.prefix) && f.prefix != "" || slices.Contains(f.names, c.Artifact) {
			return f.group
		}
	}
	return ""
}

type jarFamily struct {
	group, prefix string
	names         []string
}

func jarFamilies() []jarFamily {
	return []jarFamily{
		{"org.springframework.boot", "spring-boot", nil},
		{"org.springframework.security", "spring-security-", nil},
		{"org.springframework.data", "spring-data-", nil},
		{"org.springframework.session", "spring-session-", nil},
		{"org.springframework.integration", "spring-integration-", nil},
		{"org.springframework.batch", "spring-batch-", nil},
		{"org.springframework.cloud", "spring-cloud-", nil},
		{"org.springframework.ldap", "spring-ldap-", nil},
		{"org.springframework.ws", "spring-ws-", nil},
		{"org.springframework.kafka", "", []string{"spring-kafka"}},
		{"org.springframework.amqp", "", []string{"spring-amqp", "spring-rabbit"}},
		{"org.springframework.retry", "", []string{"spring-retry"}},
		{"org.springframework.hateoas", "", []string{"spring-hateoas"}},
		{"org.springframework", "", []string{
			"spring-aop", "spring-aspects", "spring-beans", "spring-context", "spring-context-indexer", "spring-context-support", "spring-core", "spring-expression",
			"spring-instrument", "spring-jcl", "spring-jdbc", "spring-jms", "spring-messaging", "spring-orm", "spring-oxm", "spring-r2dbc", "spring-test", "spring-tx",
			"spring-web", "spring-webflux", "spring-webmvc", "spring-websocket",
		}},
		{"io.micrometer", "micrometer-", []string{"context-propagation"}},
		{"org.apache.tomcat.embed", "tomcat-embed-", nil},
		{"com.h2database", "", []string{"h2"}},
		{"org.jetbrains.kotlin", "", []string{"kotlin-stdlib", "kotlin-reflect", "kotlin-stdlib-jdk7", "kotlin-stdlib-jdk8"}},
		{"com.github.ben-manes.caffeine", "", []string{"caffeine"}},
	}
}
