package dependency

import (
	"net/netip"
	"path"
	"slices"
	"strings"
	"unicode"

	"a2c/analyze/config"
	"a2c/model"
	"a2c/parse"
)

// own reports whether an endpoint is the application itself, or an address that stands in configuration for another reason than to be connected to.
func (f *finder) own(e parse.Endpoint) bool {
	if e.Internal {
		return false
	}
	if e.Kind == model.DependsHTTP && named(e.Host) {
		return true
	}
	return slices.ContainsFunc(f.addresses(strings.ToLower(e.Host)), func(address string) bool { return f.listens(address, e.Port) })
}

// listens reports whether the application itself listens at an address, or is configured to.
func (f *finder) listens(address string, port int) bool {
	a, err := netip.ParseAddr(address)
	if err != nil || a.IsMulticast() {
		return false
	}
	for _, l := range f.Subject.App.Listeners {
		if l.Port == port && (l.Address == address || a.IsLoopback() && (l.Address == "0.0.0.0" || l.Address == "::")) {
			return true
		}
	}
	return slices.ContainsFunc(f.Subject.App.Connectors, func(c model.Connector) bool { return c.Port == port && a.IsLoopback() })
}

// named reports web addresses that name things: of XML, of schemas, of documentation. RFC 2606 keeps some for examples.
func named(host string) bool {
	host = strings.ToLower(host)
	for _, d := range []string{
		"w3.org", "xml.org", "xmlsoap.org", "oasis-open.org", "omg.org", "purl.org", "json-schema.org", "schema.org", "openid.net", "ns.adobe.com", "xml.com", "dublincore.org",
		"java.sun.com", "xmlns.jcp.org", "jakarta.ee", "xmlns.oracle.com", "docs.oracle.com", "bugs.java.com", "bugreport.java.com", "bugreport.sun.com", "www.oracle.com", "bugs.openjdk.org", "bugs.debian.org",
		"springframework.org", "spring.io", "hibernate.org", "jboss.org", "wildfly.org", "jboss.com", "infinispan.org", "jgroups.org", "eclipse.org", "eclipse.dev", "apache.org", "apache.com", "osgi.org", "openliberty.io", "ibm.com",
		"jetty.org", "mortbay.org", "quartz-scheduler.org", "ehcache.org", "logback.qos.ch", "qos.ch", "slf4j.org", "primefaces.org", "glassfish.org", "payara.fish", "quarkus.io", "micronaut.io", "helidon.io",
		"microsoft.com", "aka.ms", "asp.net", "dot.net", "nlog-project.org", "mono-project.com", "nuget.org", "github.com", "githubusercontent.com", "debian.org", "ubuntu.com", "redhat.com", "fedoraproject.org",
		"example.com", "example.org", "example.net", "gnu.org", "opensource.org", "bouncycastle.org", "hazelcast.com", "springmodules.org", "thymeleaf.org", "zkoss.org", "mybatis.org", "ibatis.org", "dtd.org",
	} {
		if host == d || strings.HasSuffix(host, "."+d) {
			return host != "repo.maven.apache.org" && host != "api.github.com" && host != "api.nuget.org" && !strings.Contains(host, "login.") && !strings.Contains(host, "graph.")
		}
	}
	return false
}

// unrelated reports settings that are not the application's to connect by: what a person's shell or a service manager put into the environment, documents
// about messages and formats.
func (f *finder) unrelated(v config.Setting) bool {
	if f.force.idle(v) {
		return true
	}
	if v.Place.Kind == "env" {
		return foreignVariable(v.Key, f.Subject.Java())
	}
	if !strings.ContainsFunc(v.Key, unicode.IsLetter) || strings.Contains(v.Key, "/Property[") && strings.HasSuffix(v.Key, "]@default") {
		return true // a comment that was read as properties; what a module of Jetty takes where nothing is set
	}
	base := strings.ToLower(path.Base(v.File))
	for _, prefix := range []string{"messages", "localstrings", "validationmessages", "logmessages"} {
		if strings.HasPrefix(base, prefix) {
			return true
		}
	}
	return strings.HasSuffix(base, ".deps.json") || slices.Contains([]string{"pom.xml", "pom.properties", "build.xml", "ivy.xml", "package.json", "web-fragment.xml"}, base)
}

// foreignVariable reports variables of shells, sessions, service managers and tools. Java asks no *_proxy variable.
func foreignVariable(name string, java bool) bool {
	lower := strings.ToLower(name)
	if strings.HasSuffix(lower, "_proxy") {
		return java || lower == "no_proxy"
	}
	for _, prefix := range []string{
		"SSH_", "DBUS_", "XDG_", "LC_", "TERM", "GO", "PIP_", "NPM_", "npm_", "UV_", "CARGO_", "RUSTUP_", "NODE_", "MAVEN_", "GRADLE_", "GITHUB_", "GITLAB_", "CI_", "DOCKER_", "BUILDKIT_", "KUBECONFIG", "A2C_",
		"LESS", "GPG_", "PYTHON", "CONDA_", "BASH", "PROMPT_", "VSCODE_", "DISPLAY", "PULSE_", "SYSTEMD_", "NOTIFY_", "LISTEN_", "INVOCATION_", "JOURNAL_", "SUDO_", "HOMEBREW_", "NUGET_", "DOTNET_CLI_", "GEM_", "BUNDLE_",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"PATH", "HOME", "PWD", "OLDPWD", "HOSTNAME", "HOST", "LOGNAME", "MAIL", "ASPNETCORE_URLS", "DOTNET_URLS", "URLS"}, name)
}

// shippedDefault reports an address that a server's distribution brings and that nobody has set: WildFly's mail server.
func shippedDefault(v config.Setting) bool {
	return strings.Contains(v.Value, "${jboss.mail.server.")
}
