package servers

import (
	"context"
	"crypto/md5" //nolint:gosec // what WildFly's users file and HTTP's digest are made of
	"encoding/hex"
	"fmt"

	"a2c/proof/apps"
)

// Configured are the layouts of the proof `config`: applications whose settings come from everywhere, and that say themselves what is in force.
func Configured() []Server {
	return []Server{ConfiguredSpring(), ConfiguredWildFly(), ConfiguredWildFlyDomain(), ConfiguredDotnet(), ConfiguredQuarkus(), ConfiguredMicronaut(), ConfiguredLiberty(), ConfiguredTomcat(), ConfiguredJetty(), ConfiguredKaraf()}
}

// ConfiguredSpring is an executable jar with a file of its own, an external folder with two profiles and a group of them, imports, a configuration tree,
// JSON of the environment, variables, system properties and arguments; the actuator shows all values.
func ConfiguredSpring() Server {
	return Server{
		Name: "configured-spring", Kind: "java-springboot", Ports: 19600, Program: ordersBuild, Ready: []int{19600}, Page: "/orders",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("work/config/application.properties", springProperties),
				p.Write("work/config/application-eu.yaml", "app:\n  region: eu\n  layered: profile eu\n"),
				p.Write("etc/application.yml", springYAML),
				p.Write("etc/application-prod.yml", "app:\n  layered: profile prod\n  only-prod: ${app.region} and ${app.name}\n"),
				p.Write("etc/more.yml", "app:\n  imported: yes\n  layered: import\n  more: 1_000\n"),
				p.Write("etc/more-prod.yml", "app.more-of-prod: 0x1F\n"),
				p.Write("etc/named", "app.named: no extension\n"),
				p.Write("tree/db/user", "tree-user\n"),
				p.Write("tree/.dot", "seen"),
				p.Write("hidden/secret", "never"),
				p.Write("tree/token.txt", "two\nlines\n"),
				p.Give("work"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("work"),
				Env: memoryDatabase(p, "SPRING_PROFILES_ACTIVE=live", "SPRING_APPLICATION_JSON="+`{"app":{"json":{"deep":[1,"two",true]},"layered":"json"}}`,
					"APP_FROMENV=from the environment", "APP_LIST_1=second of the environment", "SERVER_TOMCAT_THREADS_MAX=17", "DEFAULT_NAME=the variable"),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dapp.property=${app.name}/x", "-Dserver.tomcat.threads.max=18", "-Dserver.tomcat.threads.min-spare=3",
					"-jar", p.Program("orders/orders-1.4.2.jar"),
					fmt.Sprint("--server.port=", p.Port(0)), "--server.address=127.0.0.1", "--spring.config.additional-location=optional:file:" + p.Path("etc") + "/", "--app.argument=a=b",
					"--management.endpoints.web.exposure.include=env,configprops", "--management.endpoint.env.show-values=always", "--management.endpoint.configprops.show-values=always",
				},
			}
		},
	}
}

const (
	springProperties = "# ISO-8859-1\napp.name=caf\\u00e9 \xfc\napp.long = one \\\n    two\n! a comment\napp.colon: a:b\napp.layered=properties\napp.empty=\n" +
		"spring.profiles.group.live=eu,prod\nspring.datasource.hikari.maximum-pool-size=4\n" +
		"#---\nspring.config.activate.on-profile=prod & !test\napp.second-document=yes\n#---\nspring.config.activate.on-profile=test\napp.layered=never\n"
	springYAML = `app:
  layered: external
  switch: on
  octal: 010
  float: 1.10
  text: "010"
  date: 2024-05-06
  nothing: ~
  empty: []
  list: [a, b, c]
  fromEnv: from the file
  default: ${none:${DEFAULT_NAME:never}}
  chain: ${app.default}-${app.argument}
  partner: {name: partner, password: pr00f-only} # of another house
  anchor: &a {x: 1, y: two}
  merged: {<<: *a, y: three}
  block: |
    first
    second
  folded: >-
    one
    two
server.tomcat:
  threads.max: 19
  acceptCount: 21
spring:
  config.import: [more.yml, "optional:file:./none.yml", "configtree:${dir}/tree/", "configtree:../hidden/", "named[.yml]"]
---
spring.config.activate.on-profile: "eu | us"
app.third: ${app.region:none}
---
spring.config.activate.on-profile: us
app.third: never
`
)

// The user of WildFly's management in the proof.
const (
	ManagementUser  = "proof"
	ManagementPass  = "proof-only-1" //nolint:gosec // of a server on loopback that the proof makes and ends
	ManagementRealm = "ManagementRealm"
)

// ConfiguredWildFly has properties from the JVM, the command line, a file and the document, expressions of each kind, and a user for its management.
func ConfiguredWildFly() Server {
	return Server{
		Name: "configured-wildfly", Kind: "java-jboss", Ports: 19620, Program: wildFlyProgram, Ready: []int{19620, 19622},
		Configure: func(_ context.Context, p Place) error {
			sum := md5.Sum([]byte(ManagementUser + ":" + ManagementRealm + ":" + ManagementPass)) //nolint:gosec // as above
			return firstError(
				wildFlyConfig(p, "standalone/configuration", "base/configuration"),
				p.Write("base/configuration/mgmt-users.properties", ManagementUser+"="+hex.EncodeToString(sum[:])+"\n"),
				p.Write("shop.properties", fmt.Sprintf("jboss.http.port=%d\njboss.https.port=%d\nshop.file=of the file\nshop.both=of the file\n", p.Port(0), p.Port(1))),
				p.Edit("base/configuration/standalone.xml",
					"    <management>", `    <system-properties>
        <property name="shop.document" value="${shop.file}, ${shop.jvm:none}"/>
        <property name="shop.default" value="${shop.none,shop.absent:the ${shop.jvm} default}"/>
        <property name="shop.env" value="${env.SHOP_PLACE:nowhere} and ${shop.by.name}"/>
    </system-properties>
    <management>`,
					"<connection-url>jdbc:h2:mem:test;", "<connection-url>jdbc:h2:mem:${shop.database:test};",
					`<inet-address value="${jboss.bind.address:127.0.0.1}"/>`, `<inet-address value="${shop.address,jboss.bind.address:127.0.0.9}"/>`,
					`<deployment-scanner path="deployments" relative-to="jboss.server.base.dir" scan-interval="5000"`, `<deployment-scanner path="deployments" relative-to="jboss.server.base.dir" scan-interval="${shop.scan:7000}"`),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir,
				Argv: []string{
					p.Program(wildFlyName, "bin/standalone.sh"), "-Djboss.server.base.dir=" + p.Path("base"), "-P", "shop.properties",
					fmt.Sprint("-Djboss.management.http.port=", p.Port(2)), "-Dshop.database=orders", "-Dshop.both=of the argument", "-b", "127.0.0.1",
				},
				Env: p.Env("JAVA_OPTS="+wildFlyJVM+" -Dshop.jvm=of-the-JVM", "SHOP_PLACE=a variable", "SHOP_BY_NAME=its own variable"),
			}
		},
	}
}

// ConfiguredDotnet has two files of settings, variables with and without prefixes, and arguments in each form.
func ConfiguredDotnet() Server {
	program := func(ctx context.Context, p Place) error {
		if err := dotnetKit(ctx, p); err != nil {
			return err
		}
		return p.CompileDotnet(ctx, p.Program(kit), p.Program(kit, "Settings.dll"), "settings/Settings.cs")
	}
	return Server{
		Name: "configured-dotnet", Kind: "dotnet-generic", Ports: 19640, Tools: apps.DotnetTools(), Program: program, Ready: []int{19640}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.from("app", "Settings.dll"),
				p.Write("app/Settings.runtimeconfig.json", webConfig),
				p.Write("app/appsettings.json", "\xef\xbb\xbf"+`// comments and commas as .NET takes them
{"Shop": {"Name": "general", "List": ["a", "b", "c"], "Flag": true, "Rate": 1.50, "Nothing": null, "Empty": {}, "None": [], "Deep": {"Er": {"Value": "caf\u00e9"}},},
 "Logging": {"LogLevel": {"Default": "Warning"}}, /* one more */ "ConnectionStrings": {"Main": "Server=db;Database=shop"}}
`),
				p.Write("app/appsettings.Staging.json", `{"shop": {"name": "staging", "List": ["x"], "Only": "staging"}}`),
				p.Write("app/appsettings.Production.json", `{"Shop": {"Name": "never"}}`))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("app"),
				Argv: []string{
					p.Program(kit, "root/dotnet"), "Settings.dll", fmt.Sprint("--urls=http://127.0.0.1:", p.Port(0)), "--Shop:Separate", "two words", "/Shop:Slash=1", "Shop:Bare=2", "--Shop:Twice=1", "--shop:twice=2",
				},
				Env: p.Env("DOTNET_ENVIRONMENT=Staging", "ASPNETCORE_ENVIRONMENT=Production", "ASPNETCORE_FORWARDEDHEADERS_ENABLED=false", "Shop__List__1=from the environment", "SHOP__DEEP__ER__VALUE=upper case",
					"CUSTOMCONNSTR_Azure=Server=azure", "DOTNET_Shop__Prefixed=host"),
			}
		},
	}
}

// ConfiguredQuarkus has two profiles with files of their own beside %profile.keys, YAML, .env, further locations, variables in each form, an ordinal that
// a file gives itself, and a value that the build has fixed.
func ConfiguredQuarkus() Server {
	program := func(ctx context.Context, p Place) error {
		return p.Build(ctx, "quarkus", p.Program("quarkus-yaml"), []string{"quarkus-app"}, "-Pyaml", "-Dquarkus.package.jar.type=fast-jar")
	}
	return Server{
		Name: "configured-quarkus", Kind: "java-quarkus", Ports: 19660, Program: program, Ready: []int{19660}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("work/config/application.properties", fmt.Sprintf("quarkus.http.port=%d\nquarkus.management.port=%d\n", p.Port(0), p.Port(1))+quarkusProperties),
				p.Write("work/config/application-site.properties", "app.layered=file of site\napp.only-site=yes\n"),
				p.Write("work/config/application-eu.properties", "app.region=eu\napp.layered=file of eu\napp.of-eu=1\n"),
				p.Write("work/config/application-us.properties", "app.region=us\n"),
				p.Write("work/config/application.yaml", quarkusYAML),
				p.Write("work/.env", "APP_DOTENV=of the file\nAPP_FROM_ENV=dotenv\napp.plain.dotenv=x\n_SITE_APP_PROFILED=dotenv of site\nQUARKUS_LOG_LEVEL=WARN\n"),
				p.Write("etc/more.properties", "config_ordinal=270\napp.layered=more\napp.more=more\napp.of-more = ${app.more}\n"),
				p.Write("etc/more-eu.properties", "app.more=more of eu\n"),
				p.Write("etc/dir/one.properties", "app.dir=one\napp.from-env=dir\n"),
				p.Write("etc/dir/ignored.conf", "app.ignored=1\n"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("work"),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", "-Dapp.property=${app.name}/x", "-D%site.app.sys=of site", "-Dapp.sys=plain", "-jar", p.Program("quarkus-yaml/quarkus-app/quarkus-run.jar"),
				},
				Env: p.Env("QUARKUS_PROFILE=eu,site", "APP_FROM_ENV=environment", "App_mixed_Case=any case", "APP_EMPTY=", "APP_LIST_0_=zero", "_EU_APP_ENVIRONED=1", "QUARKUS_HTTP_LIMITS_MAX_BODY_SIZE=9M",
					"SMALLRYE_CONFIG_LOCATIONS=${dir}/etc/more.properties,file:${dir}/etc/dir/"),
			}
		},
	}
}

const (
	quarkusProperties = `# UTF-8
app.layered=config
%prod.app.layered=config of prod
%site.app.layered=config of site
%site.app.profiled=config of site
app.name=café \u00fc
app.long = one \
    two
app.chain=${app.name}-${app.none:default ${app.region:nowhere}}
app.missing=<${app.nothing}>
app.escaped=\\${app.name} and $${x}
app.from-env=file
app.mixed.case=file
app.list[0]=a
app.list[1]=b
%a,site.app.either=x
quarkus.management.enabled=false
`
	quarkusYAML = `app:
  yaml:
    switch: on
    octal: 010
    float: 1.10
    text: "010"
    date: 2024-05-06
    nothing: ~
    empty: []
    list: [a, b]
    maps: [{x: 1}, {x: 2}]
    a.b: dotted
  anchor: &a {x: 1, y: two}
  merged: {<<: *a, y: three}
  block: |
    first
    second
"%eu":
  app.of-yaml: ${app.region}
"%us":
  app: {of-us: never}
`
)

// ConfiguredMicronaut has two environments, files of each format beside each other and in the archive, named files, JSON of the environment, variables,
// properties and arguments.
func ConfiguredMicronaut() Server {
	return Server{
		Name: "configured-micronaut", Kind: "java-micronaut", Ports: 19680, Program: micronautBuild, Ready: []int{19680}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("work/config/application.yml", micronautYAML),
				p.Write("work/config/application.yaml", "app: {layered: yaml, yaml-and-properties: yaml}\n"),
				p.Write("work/config/application.json", `{"app": {"layered": "json", "of-json": [true, 1.5, "x"]}, "micronaut": {"application": {"name": "never"}}}`),
				p.Write("work/config/application.properties", "# ISO-8859-1\napp.layered=properties\napp.yaml-and-properties=properties\napp.name=caf\\u00e9 \xfc\napp.of-properties=1\napp.of-variable=file\n"),
				p.Write("work/config/application-site.yml", "app: {in-both: site, only-site: \"${app.name:x}\"}\n"),
				p.Write("work/config/application-site.properties", "app.in-both=never\n"),
				p.Write("work/config/application-eu.properties", "app.in-both=eu\napp.of-eu=1\napp.named=eu\n"),
				p.Write("work/config/application-us.properties", "app.in-both=us\n"),
				p.Write("etc/a.yml", "app: {named: a, of-a: 1, named-twice: a}\n"),
				p.Write("etc/b.properties", "app.named-twice=b\n"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("work"),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", "-Dapp.property=${app.name}/x", "-Dapp.of-variable=property", "-jar", p.Program("micronaut/counter-1.0.3-all.jar"),
					"--app.argument=a=b", "-app.dash=1", "--app.flag",
				},
				Env: p.Env("MICRONAUT_ENVIRONMENTS=eu,site", "MICRONAUT_CONFIG_FILES=${dir}/etc/a.yml,file:${dir}/etc/b.properties", fmt.Sprint("MICRONAUT_SERVER_PORT=", p.Port(0)),
					`MICRONAUT_APPLICATION_JSON={"app":{"json":{"deep":1},"of-json":["a"]}}`, "APP_OF_VARIABLE=variable", "APP_BY_VARIABLE=upper", "APP_YAML_LIST_1=of the environment"),
			}
		},
	}
}

const micronautYAML = `app:
  layered: yml
  yaml:
    switch: on
    octal: 010
    float: 1.10
    text: "010"
    list: [a, b]
    maps: [{x: 1}, {x: 2}]
  maxSize: 7
  by-variable: file
  chain: ${app.name}-${app.none:default}-${APP_BY_VARIABLE:none}
  missing: ${app.nothing:}
`
