package containerize

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/containerize/layer"
	"a2c/internal/golden"
	"a2c/model"
)

// secretCase is an application with one configuration file and the secrets that analyze found in it.
type secretCase struct {
	name, kind string
	file       model.Path
	text       string
	secrets    []model.Secret // places without their path
	env        map[string]string
	more       map[model.Path]string // other files
	want       string                // the copy
	variables  []string
	stay       int // secrets that stay inside
	argv       []string
}

func known(key string, line int) model.Secret {
	return model.Secret{Name: key, Kind: "password", Place: model.Place{Kind: "file", Key: key, Line: line}}
}

func noted(line int) model.Secret {
	return model.Secret{Kind: "password", Comment: true, Place: model.Place{Kind: "file", Line: line}}
}

func secretCases() []secretCase {
	const wildfly = "<server>\n<datasource jndi-name=\"a\" pool-name=\"Shop\"><security><password>pl4nted</password></security></datasource>\n</server>\n"
	return []secretCase{
		{
			name: "spring", kind: "java-springboot", file: "/opt/a/config/application.yml", text: "spring:\n  datasource:\n    password: pl4nted # of the shop\n---\nspring:\n  datasource:\n    password: pl4nted2\n",
			secrets:   []model.Secret{known("spring.datasource.password", 3), known("spring.datasource.password", 7)},
			want:      "spring:\n  datasource:\n    password: \"${SECRET_SPRING_DATASOURCE_PASSWORD}\" # of the shop\n---\nspring:\n  datasource:\n    password: \"${SECRET_SPRING_DATASOURCE_PASSWORD_2}\"\n",
			variables: []string{"SECRET_SPRING_DATASOURCE_PASSWORD", "SECRET_SPRING_DATASOURCE_PASSWORD_2"},
		},
		{
			name: "spring_overridden", kind: "java-springboot", file: "/opt/a/config/application.yml", text: "app:\n  partner-key: pl4nted\n", env: map[string]string{"APP_PARTNERKEY": "x"},
			secrets: []model.Secret{known("app.partner-key", 2)}, want: "app:\n  partner-key: \"\"\n",
		},
		{
			name: "comments", kind: "java-generic", file: "/opt/a/a.properties", text: "# db.password=pl4nted\ndb.password=pl4nted3\n",
			secrets: []model.Secret{noted(1), known("db.password", 2)}, want: "# db.password=***\ndb.password=pl4nted3\n", stay: 1,
		},
		{
			name: "quarkus", kind: "java-quarkus", file: "/opt/a/config/application.properties", text: "quarkus.datasource.password=pl4nted\n", env: map[string]string{"SECRET_QUARKUS_DATASOURCE_PASSWORD": "x"},
			secrets: []model.Secret{known("quarkus.datasource.password", 1)}, want: "quarkus.datasource.password=${SECRET_QUARKUS_DATASOURCE_PASSWORD_2}\n", variables: []string{"SECRET_QUARKUS_DATASOURCE_PASSWORD_2"},
		},
		{
			name: "wildfly", kind: "java-jboss", file: "/opt/w/standalone/configuration/standalone.xml", text: wildfly, secrets: []model.Secret{known("server/datasource/security/password", 2)},
			want: strings.Replace(wildfly, "pl4nted", "${env.SECURITY_PASSWORD}", 1), variables: []string{"SECURITY_PASSWORD"},
		},
		{
			name: "liberty", kind: "java-liberty", file: "/opt/l/usr/servers/s/server.xml", text: "<server><keyStore id=\"k\" password=\"{xor}pl4nted\"/></server>\n", secrets: []model.Secret{known("server/keyStore[k]@password", 1)},
			want: "<server><keyStore id=\"k\" password=\"${env.KEYSTORE_K_PASSWORD}\"/></server>\n", variables: []string{"KEYSTORE_K_PASSWORD"},
		},
		{
			name: "karaf", kind: "java-karaf", file: "/opt/k/etc/shop.cfg", text: "user = shop\npassword = pl4nted\n", secrets: []model.Secret{known("password", 2)},
			want: "user = shop\npassword = ${env:PASSWORD}\n", variables: []string{"PASSWORD"},
		},
		{
			name: "appsettings", kind: "dotnet-generic", file: "/opt/n/appsettings.json", text: "{\"ConnectionStrings\": {\"Shop\": \"Server=x;Password=pl4nted\"}}\n", secrets: []model.Secret{known("ConnectionStrings:Shop", 1)},
			more: map[model.Path]string{"/opt/n/appsettings.Production.json": `{"Logging": "x"}`}, want: "{\"ConnectionStrings\": {\"Shop\": \"\"}}\n", variables: []string{"ConnectionStrings__Shop"},
		},
		{
			name: "appsettings_overridden", kind: "dotnet-single", file: "/opt/n/appsettings.json", text: "{\"Key\": {\"Password\": \"pl4nted\"}}\n", secrets: []model.Secret{known("Key:Password", 1)},
			env: map[string]string{"KEY__PASSWORD": "x"}, want: "{\"Key\": {\"Password\": \"\"}}\n",
		},
		{
			name: "appsettings_twice", kind: "dotnet-generic", file: "/opt/n/appsettings.json", text: "{\"Key\": {\"Password\": \"pl4nted\"}}\n", secrets: []model.Secret{known("Key:Password", 1)},
			more: map[model.Path]string{"/opt/n/appsettings.Production.json": `{"key": {"password": "other"}}`}, want: "{\"Key\": {\"Password\": \"pl4nted\"}}\n", stay: 1,
		},
		{
			name: "tomcat", kind: "java-tomcat", file: "/opt/t/conf/Catalina/localhost/shop.xml", text: "<Context>\n<Resource name=\"jdbc/shop\" password=\"pl4nted\"/></Context>\n", secrets: []model.Secret{known("Context/Resource[jdbc/shop]@password", 2)},
			more: map[model.Path]string{"/opt/t/lib/tomcat-coyote.jar": jarOf("org/apache/tomcat/util/digester/EnvironmentPropertySource.class")},
			want: "<Context>\n<Resource name=\"jdbc/shop\" password=\"${RESOURCE_JDBC_SHOP_PASSWORD}\"/></Context>\n", variables: []string{"RESOURCE_JDBC_SHOP_PASSWORD"},
		},
		{
			name: "tomcat_old", kind: "java-tomcat", file: "/opt/t/conf/server.xml", text: "<Server shutdown=\"pl4nted\"/>\n", secrets: []model.Secret{known("Server@shutdown", 1)},
			more: map[model.Path]string{"/opt/t/lib/tomcat-coyote.jar": jarOf("org/apache/tomcat/util/digester/Digester.class")}, want: "<Server shutdown=\"pl4nted\"/>\n", stay: 1,
		},
		{
			name: "tomcat_beans", kind: "java-tomcat", file: "/opt/t/webapps/a/WEB-INF/beans.xml", text: "<b p=\"pl4nted\"/>\n", secrets: []model.Secret{known("b@p", 1)},
			more: map[model.Path]string{"/opt/t/lib/tomcat-coyote.jar": jarOf("org/apache/tomcat/util/digester/EnvironmentPropertySource.class")}, want: "<b p=\"pl4nted\"/>\n", stay: 1,
		},
		{
			name: "wildfly_not_in_force", kind: "java-jboss", file: "/opt/w/configuration/standalone-full.xml", text: "<server><a password=\"pl4nted\"/></server>\n", secrets: []model.Secret{known("server/a@password", 1)},
			argv: []string{"-jar", "/opt/w/jboss-modules.jar", "-mp", "/opt/w/modules", "org.jboss.as.standalone", "-c", "standalone-ha.xml"}, want: "<server><a password=\"\"/></server>\n",
		},
		{
			name: "jetty_ini", kind: "java-jetty", file: "/opt/j/start.d/ssl.ini", text: "--module=ssl\njetty.sslContext.keyStorePassword=pl4nted\n", secrets: []model.Secret{known("jetty.sslContext.keyStorePassword", 2)},
			argv: []string{"-jar", "/opt/jetty/start.jar", "x=y"}, want: "--module=ssl\n# jetty.sslContext.keyStorePassword=\n", variables: []string{"SECRET_JETTY_SSLCONTEXT_KEYSTOREPASSWORD"},
		},
		{
			name: "jetty_ini_of_free_text", kind: "java-jetty", file: "/opt/j/start.ini", text: "jetty.sslContext.keyStorePassword?=pl4nted\n", secrets: []model.Secret{known("", 1)},
			argv: []string{"-jar", "/opt/jetty/start.jar"}, want: "# jetty.sslContext.keyStorePassword=\n", variables: []string{"SECRET_JETTY_SSLCONTEXT_KEYSTOREPASSWORD"},
		},
		{
			name: "jetty_ini_twice", kind: "java-jetty", file: "/opt/j/start.ini", text: "a.password=pl4nted\n", secrets: []model.Secret{known("", 1)},
			more: map[model.Path]string{"/opt/j/start.d/a.ini": "-Da.password=other\n"}, argv: []string{"-jar", "/opt/jetty/start.jar"}, want: "a.password=pl4nted\n", stay: 1,
		},
		{
			name: "jetty_ini_without_start", kind: "java-jetty", file: "/opt/j/start.ini", text: "a.password=pl4nted\n", secrets: []model.Secret{known("a.password", 1)}, want: "a.password=pl4nted\n", stay: 1,
		},
		{
			name: "jetty_xml_text", kind: "java-jetty", file: "/opt/j/webapps/a.xml", text: "<Configure>\n<Set name=\"password\">pl4nted</Set></Configure>\n", secrets: []model.Secret{known("Configure/Set[password]", 2)},
			want: "<Configure>\n<Set name=\"password\"><Env name=\"SECRET_SET_PASSWORD\"/></Set></Configure>\n", variables: []string{"SECRET_SET_PASSWORD"},
		},
		{
			name: "jetty_xml_default", kind: "java-jetty", file: "/opt/j/etc/a.xml", text: "<Configure>\n<Set name=\"x\"><Property name=\"a.password\" default=\"pl4nted\"/></Set></Configure>\n", secrets: []model.Secret{known("Configure/Set[x]/Property[a.password]@default", 2)},
			want:      "<Configure>\n<Set name=\"x\"><Property name=\"a.password\"><Default><Env name=\"SECRET_PROPERTY_A_PASSWORD_DEFAULT\"/></Default></Property></Set></Configure>\n",
			variables: []string{"SECRET_PROPERTY_A_PASSWORD_DEFAULT"},
		},
		{
			name: "jetty_xml_deprecated", kind: "java-jetty", file: "/opt/j/etc/a.xml", text: "<Configure>\n<Set name=\"x\"><Property name=\"a.password\" deprecated=\"b,c\" default=\"pl4nted\"/></Set></Configure>\n", secrets: []model.Secret{known("Configure/Set[x]/Property[a.password]@default", 2)},
			want:      "<Configure>\n<Set name=\"x\"><Property name=\"a.password\" deprecated=\"b,c\"><Default><Env name=\"SECRET_PROPERTY_A_PASSWORD_DEFAULT\"/></Default></Property></Set></Configure>\n",
			variables: []string{"SECRET_PROPERTY_A_PASSWORD_DEFAULT"},
		},
		{
			name: "several_lines", kind: "java-springboot", file: "/opt/a/config/application.properties", text: "a.key=pl4\\\n  nted\n", secrets: []model.Secret{known("a.key", 1)}, want: "a.key=pl4\\\n  nted\n", stay: 1,
		},
	}
}

func jarOf(names ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := z.Create(n); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func TestFileSecrets(t *testing.T) {
	for _, c := range secretCases() {
		t.Run(c.name, func(t *testing.T) {
			s := startWith(t, c, keep{})
			if got := string(s.plan.find(string(c.file)).content); got != c.want {
				t.Errorf("copy:\n%s\nwant:\n%s", got, c.want)
			}
			var names []string
			for _, k := range s.secrets {
				names = append(names, k.Name)
			}
			if d := cmp.Diff(c.variables, names); d != "" {
				t.Errorf("variables (-want +got):\n%s", d)
			}
			if n := len(s.plan.inside(s.info.Secrets)); n != c.stay {
				t.Errorf("%d secrets stay, want %d", n, c.stay)
			}
			var said strings.Builder
			for _, ch := range s.changes {
				said.WriteString(ch.Kind + " " + ch.Target + ": " + ch.After + " (" + ch.Reason + ")\n" + ch.Diff)
			}
			if strings.Contains(said.String(), "pl4nted") {
				t.Errorf("a value is shown:\n%s", &said)
			}
			golden.Equal(t, "testdata/filesecrets/"+c.name+".txt", []byte(said.String()))
			if kept := startWith(t, c, keep{fileSecrets: true}); string(kept.plan.find(string(c.file)).content) != c.text || len(kept.changes) > 0 {
				t.Errorf("kept all the same: %v", kept.changes)
			}
		})
	}
}

func startWith(t *testing.T, c secretCase, as keep) *start {
	t.Helper()
	p := bare(t, "/bin/app")
	for name, text := range c.more {
		if err := p.put(layer.Entry{Path: name, Mode: 0o644}, model.GroupApplication, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.put(layer.Entry{Path: c.file, Mode: 0o644}, model.GroupApplication, []byte(c.text)); err != nil {
		t.Fatal(err)
	}
	info := model.AnalysisInfo{ApplicationType: c.kind, Exe: "/bin/app", Umask: 0o022, Cmdline: append([]string{"/bin/app", "run"}, c.argv...)}
	info.AdvancedAppInfo.Directories = map[string]model.Path{"home": "/opt/t", "conf": "/opt/t/conf"}
	for name, value := range c.env {
		info.EnvKept = append(info.EnvKept, model.EnvVar{Name: name, Value: value})
	}
	for _, k := range c.secrets {
		k.Place.Path = c.file
		info.Secrets = append(info.Secrets, k)
	}
	s, err := newStart(model.Analysis{AnalysisInfo: info}, p, as)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
