package detect

import (
	"fmt"
	"testing"

	"golang.org/x/tools/txtar"
)

// springCase runs a Spring Boot jar that listens on 127.0.0.1:8080 and returns the binding of its listener.
func springCase(t *testing.T, env, options, args, files string) string {
	t.Helper()
	archive := txtar.Parse([]byte(files))
	archive.Files = append(archive.Files,
		txtar.File{Name: "proc/stat", Data: []byte("btime 1763971200\n")},
		txtar.File{Name: "proc/9/cmdline threads=20", Data: []byte("java\n" + options + "-jar\na.jar\n" + args)},
		txtar.File{Name: "proc/9/exe -> /usr/bin/java"}, txtar.File{Name: "proc/9/cwd -> /app"},
		txtar.File{Name: "proc/9/environ", Data: []byte(env)},
		txtar.File{Name: "proc/9/fd/3 -> socket:[5]"}, txtar.File{Name: "proc/9/net/tcp", Data: []byte("127.0.0.1:8080 LISTEN 5\n")},
		txtar.File{Name: "app/a.jar!/META-INF/MANIFEST.MF", Data: []byte("Main-Class: org.springframework.boot.loader.launch.JarLauncher\nStart-Class: A\nSpring-Boot-Version: 3.4.1\n")})
	got, err := find(t, archive)
	if err != nil || len(got.Apps) != 1 || len(got.Apps[0].Listeners) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	l := got.Apps[0].Listeners[0]
	if l.Binding == nil {
		return fmt.Sprintf("%q none", l.Purpose)
	}
	return fmt.Sprintf("%s %s %q %s:%d arg %d", l.Purpose, l.Binding.Mechanism, l.Binding.Value, l.Binding.File, l.Binding.Line, l.Binding.Arg)
}

// TestSpringPrecedence goes through the order of docs.spring.io, "Externalized Configuration", from what counts least to what counts most.
func TestSpringPrecedence(t *testing.T) {
	const (
		packaged  = "-- app/a.jar!/BOOT-INF/classes/application.properties --\nserver.address=127.0.0.1\n"
		packedCfg = "-- app/a.jar!/BOOT-INF/classes/config/application.yml --\nserver.address: 127.0.0.2\n"
		packedPro = "-- app/a.jar!/BOOT-INF/classes/application-p.yaml --\n\nserver: {address: 127.0.0.3}\n"
		beside    = "-- app/application.yml --\nserver.address: localhost\n"
		besidePro = "-- app/application.properties --\nserver.address=127.0.0.1\n"
		config    = "-- app/config/application.yml --\n\n\nserver.address: 127.0.0.1\n"
		sub       = "-- app/config/b/application.yml --\nserver.address: localhost\n-- app/config/a/application.yml --\nserver.address: 10.0.0.1\n"
		profile   = "-- app/application-p.yml --\nserver.address: 127.0.0.1\n"
	)
	for _, tc := range []struct{ name, env, options, args, files, want string }{
		{name: "nothing", want: `http default "" :0 arg 0`},
		{name: "packaged", files: packaged, want: `http spring-property "127.0.0.1" /app/a.jar!/BOOT-INF/classes/application.properties:1 arg 0`},
		{name: "beside_over_packaged", files: packaged + packedCfg + beside, want: `http spring-property "localhost" /app/application.yml:1 arg 0`},
		{name: "properties_over_yaml", files: beside + besidePro, want: `http spring-property "127.0.0.1" /app/application.properties:1 arg 0`},
		{name: "config_over_beside", files: beside + config, want: `http spring-property "127.0.0.1" /app/config/application.yml:3 arg 0`},
		{name: "sub_folders_by_name", files: config + sub, want: `http spring-property "localhost" /app/config/b/application.yml:1 arg 0`},
		{name: "external_over_packaged_profile", env: "SPRING_PROFILES_ACTIVE=p\n", files: packedPro + beside, want: `http spring-property "localhost" /app/application.yml:1 arg 0`},
		{name: "profile_over_config", env: "SPRING_PROFILES_ACTIVE=x,p\n", files: config + profile, want: `http spring-property "127.0.0.1" /app/application-p.yml:1 arg 0`},
		{name: "profile_of_a_file", files: "-- app/application.yml --\nspring.profiles.active: p\nserver.address: 10.0.0.1\n" + profile, want: `http spring-property "127.0.0.1" /app/application-p.yml:1 arg 0`},
		{name: "profile_that_is_not_active", files: "-- app/application-q.yml --\nserver.address: 127.0.0.1\n", want: `http default "" :0 arg 0`},
		{name: "default_profile", files: "-- app/application-default.yml --\nserver.address: 127.0.0.1\n", want: `http spring-property "127.0.0.1" /app/application-default.yml:1 arg 0`},
		{name: "environment_over_files", env: "SERVER_ADDRESS=localhost\n", files: config, want: `http spring-property "localhost" :0 arg 0`},
		{name: "system_property_over_environment", env: "SERVER_ADDRESS=10.0.0.1\n", options: "-Dserver.address=127.0.0.1\n", want: `http spring-property "127.0.0.1" :0 arg 1`},
		{name: "json_over_system_property", env: `SPRING_APPLICATION_JSON={"server":{"address":"localhost"}}` + "\n", options: "-Dserver.address=10.0.0.1\n", want: `http spring-property "localhost" :0 arg 0`},
		{name: "argument_over_all", env: "SERVER_ADDRESS=10.0.0.1\n", options: "-Dserver.address=10.0.0.2\n", args: "--server.address=127.0.0.1\n", want: `http spring-property "127.0.0.1" :0 arg 4`},
		{name: "option_behind_the_jar_is_none", args: "-Dserver.address=127.0.0.1\n", want: `http default "" :0 arg 0`},
		{name: "location_replaces", env: "SPRING_CONFIG_LOCATION=file:/etc/a/\n", files: config + "-- etc/a/application.yml --\nserver.address: localhost\n", want: `http spring-property "localhost" /etc/a/application.yml:1 arg 0`},
		{name: "location_is_a_file", options: "-Dspring.config.location=classpath:/none.yml,etc/x.yml\n", files: "-- app/etc/x.yml --\nserver.address: localhost\n", want: `http spring-property "localhost" /app/etc/x.yml:1 arg 0`},
		{name: "additional_over_config", args: "--spring.config.additional-location=optional:file:///etc/a/;/etc/b/\n", files: config + "-- etc/b/application.yml --\nserver.address: localhost\n", want: `http spring-property "localhost" /etc/b/application.yml:1 arg 0`},
		{name: "other_name", env: "SPRING_CONFIG_NAME=shop\n", files: config + "-- app/shop.properties --\nserver.address=localhost\n", want: `http spring-property "localhost" /app/shop.properties:1 arg 0`},
		{name: "relaxed_key", files: "-- app/application.yml --\nSERVER: {Address: 127.0.0.1}\n", want: `http spring-property "127.0.0.1" /app/application.yml:1 arg 0`},
		{name: "placeholders", env: "BIND=127.0.0.1\n", files: "-- app/application.yml --\nserver: {address: '${my.${which:bind}:x}', port: '${PORT:8080}'}\nmy.bind: ${BIND}\n", want: `http spring-property "127.0.0.1" /app/application.yml:1 arg 0`},
		{name: "placeholder_of_itself", files: "-- app/application.yml --\nserver.address: ${server.address}\n", want: `http spring-property "${server.address}" /app/application.yml:1 arg 0`},
		{name: "import_over_its_file", files: "-- app/application.yml --\nserver.address: 10.0.0.1\nspring.config.import: [sub/x.yml, 'configtree:/run/secrets/', 'vault://']\n-- app/sub/x.yml --\nserver.address: localhost\n", want: `http spring-property "localhost" /app/sub/x.yml:1 arg 0`},
		{name: "import_in_a_circle", files: "-- app/application.yml --\nserver.address: localhost\nspring.config.import: ./application.yml\n", want: `http spring-property "localhost" /app/application.yml:1 arg 0`},
		{name: "cloud_platform", files: "-- app/application.yml --\nserver.address: localhost\n---\nspring.config.activate.on-cloud-platform: kubernetes\nserver.address: 10.0.0.1\n", want: `http spring-property "localhost" /app/application.yml:1 arg 0`},
		{name: "another_port", files: "-- app/application.yml --\nserver.port: 9\n", want: `"" none`},
		{name: "management_on_the_same_port", args: "--management.server.port=8080\n--server.address=localhost\n", want: `http spring-property "localhost" :0 arg 4`},
		{name: "tls", files: "-- app/application.yml --\nserver.ssl.bundle: web\n", want: `https default "" :0 arg 0`},
		{name: "tls_off", files: "-- app/application.yml --\nserver.ssl: {bundle: web, enabled: false}\n", want: `http default "" :0 arg 0`},
		{name: "grpc", args: "--server.port=1\n--spring.grpc.server.port=8080\n", want: `"grpc" none`},
		{name: "broken_file", files: "-- app/application.yml --\na: [\n", want: `http default "" :0 arg 0`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := springCase(t, tc.env, tc.options, tc.args, tc.files); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
