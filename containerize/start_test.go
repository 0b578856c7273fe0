package containerize

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/containerize/layer"
	"a2c/model"
)

// bare is a plan that holds nothing but an executable.
func bare(t *testing.T, exe model.Path) *plan {
	t.Helper()
	p := &plan{items: map[model.Path]*item{}}
	if err := p.put(layer.Entry{Path: exe, Mode: 0o755}, model.GroupRuntime, []byte("x")); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestListeners(t *testing.T) {
	spring := func(b model.Binding) model.Listener {
		b.Mechanism = "spring-property"
		return model.Listener{Address: "127.0.0.1", Port: 8080, Protocol: "tcp", Purpose: "http", Binding: &b}
	}
	kestrel := func(mechanism string, b model.Binding) model.Listener {
		b.Mechanism = mechanism
		return model.Listener{Address: "127.0.0.1", Port: 5000, Protocol: "tcp", Purpose: "http", Binding: &b}
	}
	cases := []struct {
		name     string
		kind     string
		argv     []string
		env      map[string]string
		listener model.Listener
		wantEnv  map[string]string
		wantArgv []string
		open     bool
	}{
		{
			name: "spring_file", kind: "java-springboot", listener: spring(model.Binding{Key: "server.address", Value: "127.0.0.1", File: "/app.yml", Line: 3}),
			wantEnv: map[string]string{"SERVER_ADDRESS": "0.0.0.0"}, open: true,
		},
		{
			name: "spring_management", kind: "java-springboot", listener: spring(model.Binding{Key: "management.server.address", File: "/app.yml"}),
			wantEnv: map[string]string{"MANAGEMENT_SERVER_ADDRESS": "0.0.0.0"}, open: true,
		},
		{
			name: "spring_variable_in_force", kind: "java-springboot", env: map[string]string{"server_address": "10.1.2.3"},
			listener: spring(model.Binding{Key: "server.address", Value: "10.1.2.3"}), wantEnv: map[string]string{"server_address": "0.0.0.0"}, open: true,
		},
		{
			name: "spring_argument_wins", kind: "java-springboot", argv: []string{"--server.address=127.0.0.1"},
			listener: spring(model.Binding{Key: "server.address", Value: "127.0.0.1", Arg: 1}), wantArgv: []string{"--server.address=0.0.0.0"}, open: true,
		},
		{
			name: "spring_system_property", kind: "java-springboot", argv: []string{"-Dserver.address=127.0.0.1"},
			listener: spring(model.Binding{Key: "server.address", Value: "127.0.0.1", Arg: 1}), wantArgv: []string{"-Dserver.address=0.0.0.0"}, open: true,
		},
		{
			name: "kestrel_urls_variable", kind: "dotnet-generic", env: map[string]string{"ASPNETCORE_URLS": "http://127.0.0.1:5000;https://localhost:5001;http://*:5002"},
			listener: kestrel("kestrel-urls", model.Binding{Key: "ASPNETCORE_URLS"}),
			wantEnv:  map[string]string{"ASPNETCORE_URLS": "http://0.0.0.0:5000;https://0.0.0.0:5001;http://*:5002"}, open: true,
		},
		{
			name: "kestrel_urls_file_wins_over_the_variable", kind: "dotnet-generic", env: map[string]string{"ASPNETCORE_URLS": "http://*:9"},
			listener: kestrel("kestrel-urls", model.Binding{Key: "urls", Value: "http://[::1]:5000", File: "/a/appsettings.json"}),
			wantEnv:  map[string]string{"ASPNETCORE_URLS": "http://*:9", "URLS": "http://0.0.0.0:5000"}, open: true,
		},
		{
			name: "kestrel_urls_argument", kind: "dotnet-generic", argv: []string{"--urls", "http://localhost:5000"},
			listener: kestrel("kestrel-urls", model.Binding{Key: "urls", Arg: 2}), wantArgv: []string{"--urls", "http://0.0.0.0:5000"}, open: true,
		},
		{
			name: "kestrel_endpoint", kind: "dotnet-generic", listener: kestrel("kestrel-endpoint", model.Binding{Key: "Kestrel:Endpoints:Http:Url", Value: "http://127.0.0.1:5000", File: "/a/appsettings.json"}),
			wantEnv: map[string]string{"Kestrel__Endpoints__Http__Url": "http://0.0.0.0:5000"}, open: true,
		},
		{
			name: "kestrel_default", kind: "dotnet-single", listener: kestrel("default", model.Binding{}), wantEnv: map[string]string{"ASPNETCORE_URLS": "http://0.0.0.0:5000"}, open: true,
		},
		{
			name: "argument", kind: "java-generic", argv: []string{"--bind=10.0.0.9:5000"}, listener: kestrel("argument", model.Binding{Arg: 1, Value: "10.0.0.9:5000"}),
			wantArgv: []string{"--bind=0.0.0.0:5000"}, open: true,
		},
		{
			name: "micronaut_default", kind: "java-micronaut", listener: kestrel("default", model.Binding{Key: "micronaut.server.host"}),
			wantEnv: map[string]string{"MICRONAUT_SERVER_HOST": "0.0.0.0"}, open: true,
		},
		{
			name: "quarkus_file", kind: "java-quarkus", listener: kestrel("quarkus-property", model.Binding{Key: "quarkus.http.host", Value: "127.0.0.1", File: "/a/config/application.properties", Line: 1}),
			wantEnv: map[string]string{"QUARKUS_HTTP_HOST": "0.0.0.0"}, open: true,
		},
		{
			name: "helidon_property", kind: "java-helidon", argv: []string{"-Dserver.host=127.0.0.1"}, listener: kestrel("helidon-property", model.Binding{Key: "server.host", Value: "127.0.0.1", Arg: 1}),
			wantArgv: []string{"-Dserver.host=0.0.0.0"}, open: true,
		},
		{
			name: "helidon_packaged_socket", kind: "java-helidon",
			listener: kestrel("helidon-property", model.Binding{Key: "server.sockets[0].host", Value: "127.0.0.1", File: "/a/app.jar!/application.yaml", Line: 4}),
			wantEnv:  map[string]string{"SERVER_SOCKETS_0_HOST": "0.0.0.0"}, open: true,
		},
		{
			name: "glassfish_property_argument", kind: "java-glassfish", argv: []string{"-Dshop.address=127.0.0.1"},
			listener: kestrel("glassfish-listener", model.Binding{Key: "shop.address", Value: "127.0.0.1", Arg: 1}), wantArgv: []string{"-Dshop.address=0.0.0.0"}, open: true,
		},
		{
			name: "mono_prefix", kind: "dotnet-mono", argv: []string{"/a/Listen.exe", "--url=http://[::1]:5000/shop/"},
			listener: kestrel("argument", model.Binding{Value: "http://[::1]:5000/shop/", Arg: 2}), wantArgv: []string{"/a/Listen.exe", "--url=http://+:5000/shop/"}, open: true,
		},
		{
			name: "mono_prefix_without_port", kind: "dotnet-mono", argv: []string{"http://127.0.0.1/"},
			listener: kestrel("argument", model.Binding{Value: "http://127.0.0.1/", Arg: 1}), wantArgv: []string{"http://+/"}, open: true,
		},
		{
			name: "jboss_argument", kind: "java-jboss", argv: []string{"-b", "127.0.0.1"}, listener: kestrel("jboss-interface", model.Binding{Key: "jboss.bind.address", Value: "127.0.0.1", Arg: 2}),
			wantArgv: []string{"-b", "0.0.0.0"}, open: true,
		},
		{
			name: "jetty_argument", kind: "java-jetty", argv: []string{"jetty.http.host=127.0.0.1"}, listener: kestrel("jetty-property", model.Binding{Key: "jetty.http.host", Value: "127.0.0.1", Arg: 1}),
			wantArgv: []string{"jetty.http.host=0.0.0.0"}, open: true,
		},
		{
			name: "mono_variable", kind: "dotnet-mono", env: map[string]string{"MONO_FCGI_ADDRESS": "127.0.0.1"}, listener: kestrel("mono-option", model.Binding{Key: "MONO_FCGI_ADDRESS", Value: "127.0.0.1"}),
			wantEnv: map[string]string{"MONO_FCGI_ADDRESS": "0.0.0.0"}, open: true,
		},
		{name: "unknown_stays", kind: "java-generic", listener: kestrel("default", model.Binding{})},
		{name: "operators_port_stays", kind: "java-springboot", listener: model.Listener{Address: "127.0.0.1", Port: 9010, Purpose: "jmx", Protocol: "tcp"}},
		{name: "open_already", kind: "java-generic", listener: model.Listener{Address: "::", Port: 80, Protocol: "tcp"}, open: true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := model.Analysis{AnalysisInfo: model.AnalysisInfo{
				ApplicationType: c.kind, Exe: "/bin/app", Umask: 0o022, Cmdline: append([]string{"/bin/app"}, c.argv...), App: model.App{Listeners: []model.Listener{c.listener}},
			}}
			for name, value := range c.env {
				a.AnalysisInfo.EnvKept = append(a.AnalysisInfo.EnvKept, model.EnvVar{Name: name, Value: value})
			}
			s, err := newStart(a, bare(t, "/bin/app"), keep{})
			if err != nil {
				t.Fatal(err)
			}
			if c.wantEnv == nil {
				c.wantEnv = map[string]string{}
			}
			if d := cmp.Diff(c.wantEnv, s.env); d != "" {
				t.Errorf("env (-want +got):\n%s", d)
			}
			if c.wantArgv == nil {
				c.wantArgv = []string{}
			}
			if d := cmp.Diff(c.wantArgv, append([]string{}, s.argv[1:]...)); d != "" {
				t.Errorf("argv (-want +got):\n%s", d)
			}
			if got := len(s.config().ExposedPorts) == 1; got != c.open {
				t.Errorf("exposed: %v, want %v (skips %v)", got, c.open, s.skips)
			}
			if closed := c.name == "unknown_stays"; closed != (len(s.skips) == 1) {
				t.Errorf("skips: %v", s.skips)
			}
			if kept, err := newStart(a, bare(t, "/bin/app"), keep{bind: true}); err != nil || len(kept.changes) != 0 {
				t.Errorf("keepBind changed %v (%v)", kept.changes, err)
			}
		})
	}
}

// TestOpens holds what check says of containerize to what it does.
func TestOpens(t *testing.T) {
	for _, mechanism := range []string{
		"tomcat-connector", "spring-property", "quarkus-property", "micronaut-property", "helidon-property", "product-file", "kestrel-endpoint", "kestrel-urls",
		"jetty-property", "jetty-connector", "liberty-endpoint", "jboss-interface", "glassfish-listener", "mono-option", "karaf-config", "osgi-property", "argument", "default",
	} {
		for _, kind := range []string{"java-generic", "dotnet-generic"} {
			if mechanism == "tomcat-connector" {
				continue // reads server.xml: TestTomcat
			}
			l := model.Listener{Address: "127.0.0.1", Port: 5000, Protocol: "tcp", Binding: &model.Binding{Mechanism: mechanism, Key: "x:y", Value: "http://127.0.0.1:5000", Arg: 1}}
			s := &start{argv: []string{"/bin/app", "http://127.0.0.1:5000"}, env: map[string]string{}, info: model.AnalysisInfo{ApplicationType: kind}}
			if got, err := s.openOne(l); err != nil || got != l.Binding.Opens(kind) {
				t.Errorf("%s of %s: opened %v (%v), said %v", mechanism, kind, got, err, l.Binding.Opens(kind))
			}
		}
	}
}

// TestChosenPorts: a port that the kernel chose is no port of the image, unless the user says that it is the application's.
func TestChosenPorts(t *testing.T) {
	a := model.Analysis{AnalysisInfo: model.AnalysisInfo{Exe: "/bin/app", Cmdline: []string{"/bin/app"}, App: model.App{Listeners: []model.Listener{
		{Address: "::", Port: 8080, Protocol: "tcp"}, {Address: "::", Port: 46419, Protocol: "tcp", Ephemeral: true},
	}}}}
	for main, want := range map[int]int{0: 1, 8080: 1, 46419: 2} {
		a.ContainerParameters.ApplicationPort = main
		s, err := newStart(a, bare(t, "/bin/app"), keep{})
		if err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(s.skips, func(k model.Skip) bool { return k.What == "port 46419/tcp" })
		if len(s.ports) != want || len(s.config().ExposedPorts) != want || said != (want == 1) {
			t.Errorf("applicationPort %d: ports %v, exposed %v, said %v", main, s.ports, s.config().ExposedPorts, said)
		}
	}
}

func TestSecretArguments(t *testing.T) {
	const r = model.Redacted
	cases := []struct {
		name, kind, exe, version string
		argv                     []string
		want                     []string // NAME KEY ARGUMENT
		left                     []string
		init                     string
	}{
		{name: "spring_program_argument", kind: "java-springboot", exe: "/j/java", version: "17.0.1", argv: []string{"-jar", "a.jar", "--spring.datasource.password=" + r}, want: []string{"SPRING_DATASOURCE_PASSWORD|--spring.datasource.password|3"}, left: []string{"-jar", "a.jar"}},
		{name: "spring_property", kind: "java-springboot", exe: "/j/java", version: "1.8.0_292", argv: []string{"-Dmy.list[0].api-key=" + r, "-jar", "a.jar"}, want: []string{"MY_LIST_0_APIKEY|-Dmy.list[0].api-key|1"}, left: []string{"-jar", "a.jar"}},
		{name: "jvm_property", kind: "java-springboot", exe: "/j/java", version: "17.0.1", argv: []string{"-Djavax.net.ssl.keyStorePassword=" + r, "-jar", "a.jar"}, want: []string{"JAVAX_NET_SSL_KEYSTOREPASSWORD|-Djavax.net.ssl.keyStorePassword|1"}, left: []string{"-Djavax.net.ssl.keyStorePassword=${JAVAX_NET_SSL_KEYSTOREPASSWORD}", "-jar", "a.jar"}, init: "-option JAVAX_NET_SSL_KEYSTOREPASSWORD"},
		{name: "inside_a_value", kind: "java-generic", exe: "/j/java", version: "21", argv: []string{"-Durl=jdbc:x?password=" + r, "Main"}, want: []string{"URL_JDBC_X_PASSWORD|-Durl=jdbc:x?password|1"}, left: []string{"-Durl=jdbc:x?password=${URL_JDBC_X_PASSWORD}", "Main"}, init: "-option URL_JDBC_X_PASSWORD"},
		{name: "in_the_middle", kind: "java-generic", exe: "/j/java", version: "21", argv: []string{"-Durl=jdbc:x?password=" + r + "&a=b", "Main"}, want: []string{"URL|-Durl|1"}, left: []string{"-Durl=${URL}", "Main"}, init: "-option URL"},
		{name: "two", kind: "java-generic", exe: "/j/java", version: "21", argv: []string{"-Da=" + r, "-Xmx1g", "-Db=" + r, "Main"}, want: []string{"A|-Da|1", "B|-Db|3"}, left: []string{"-Da=${A}", "-Xmx1g", "-Db=${B}", "Main"}, init: "-option A -option B"},
		{name: "names_that_mean_something", kind: "java-generic", exe: "/j/java", version: "21", argv: []string{"-Dpath=" + r, "-Da=" + r, "-Db=${A}", "Main"}, want: []string{"PATH_SECRET_2|-Dpath|1", "A_SECRET_2|-Da|2"}, left: []string{"-Dpath=${PATH_SECRET_2}", "-Da=${A_SECRET_2}", "-Db=${A}", "Main"}, init: "-option PATH_SECRET_2 -option A_SECRET_2"},
		{name: "dotnet", kind: "dotnet-generic", exe: "/d/dotnet", argv: []string{"a.dll", "--ConnectionStrings:Default=" + r}, want: []string{"ConnectionStrings__Default|--ConnectionStrings:Default|2"}, left: []string{"a.dll"}},
		{name: "old_jvm", kind: "java-generic", exe: "/j/java", version: "1.8.0_292", argv: []string{"-Dx=" + r, "Main"}, want: []string{"X|-Dx|1"}, left: []string{"-Dx=${X}", "Main"}, init: "-secret X"},
		{name: "no_files", kind: "java-generic", exe: "/j/java", version: "17", argv: []string{"--disable-@files", "-Dx=" + r, "Main"}, want: []string{"X|-Dx|2"}, left: []string{"--disable-@files", "-Dx=${X}", "Main"}, init: "-secret X"},
		{name: "not_the_launcher", kind: "java-generic", exe: "/j/jsvc", version: "17.0.1", argv: []string{"-Dx=" + r, "Main"}, want: []string{"X|-Dx|1"}, left: []string{"-Dx=${X}", "Main"}, init: "-secret X"},
		{name: "argument_of_its_own", kind: "java-springboot", exe: "/j/java", version: "17", argv: []string{"-jar", "a.jar", "--password", r}, want: []string{"SECRET_ARGUMENT_4||4"}, left: []string{"-jar", "a.jar", "--password", "${SECRET_ARGUMENT_4}"}, init: "-secret SECRET_ARGUMENT_4"},
		{name: "program_argument_of_a_plain_jar", kind: "java-generic", exe: "/j/java", version: "17", argv: []string{"-jar", "a.jar", "--password=" + r}, want: []string{"PASSWORD|--password|3"}, left: []string{"-jar", "a.jar", "--password=${PASSWORD}"}, init: "-secret PASSWORD"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := model.Analysis{AnalysisInfo: model.AnalysisInfo{
				ApplicationType: c.kind, Exe: model.Path(c.exe), Umask: 0o022, Cmdline: append([]string{c.exe}, c.argv...), App: model.App{Runtime: model.Runtime{Kind: "jvm", Version: c.version}},
			}}
			if c.kind == "dotnet-generic" {
				a.AnalysisInfo.App.Runtime.Kind = "dotnet"
			}
			s, err := newStart(a, bare(t, model.Path(c.exe)), keep{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, k := range s.secrets {
				got = append(got, k.Name+"|"+k.Place.Key+"|"+string(rune('0'+k.Place.Arg)))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("secrets (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.left, s.argv[1:]); d != "" {
				t.Errorf("argv (-want +got):\n%s", d)
			}
			if got := strings.Join(s.init, " "); got != c.init {
				t.Errorf("init %q, want %q", got, c.init)
			}
		})
	}
}

// A removed argument moves the index of a binding behind it.
func TestSecretBeforeBinding(t *testing.T) {
	b := &model.Binding{Mechanism: "spring-property", Key: "server.address", Value: "127.0.0.1", Arg: 4}
	a := model.Analysis{AnalysisInfo: model.AnalysisInfo{
		ApplicationType: "java-springboot", Exe: "/j/java", Umask: 0o022,
		Cmdline: []string{"/j/java", "-Dp=" + model.Redacted, "-jar", "a.jar", "--server.address=127.0.0.1"},
		App:     model.App{Runtime: model.Runtime{Kind: "jvm", Version: "17"}, Listeners: []model.Listener{{Address: "127.0.0.1", Port: 1, Protocol: "tcp", Binding: b}}},
	}}
	s, err := newStart(a, bare(t, "/j/java"), keep{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"/j/java", "-jar", "a.jar", "--server.address=0.0.0.0"}, s.argv); d != "" {
		t.Errorf("argv (-want +got):\n%s", d)
	}
	if b.Arg != 4 || a.AnalysisInfo.App.Listeners[0].Binding != b {
		t.Error("the analysis was changed")
	}
}

// TestGone has nothing of the program or of the application in the image, as after an upgrade without a restart: what to do is said.
func TestGone(t *testing.T) {
	for name, a := range map[string]model.AnalysisInfo{
		"executable":  {Exe: "/jdk/java", Cmdline: []string{"java"}},
		"application": {Exe: "/bin/app", Cmdline: []string{"/bin/app"}, App: model.App{Artifact: "/opt/a.jar"}},
	} {
		_, err := newStart(model.Analysis{AnalysisInfo: a}, bare(t, "/bin/app"), keep{})
		if err == nil || !strings.Contains(err.Error(), "restart") || !strings.Contains(err.Error(), "then analyze again") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
