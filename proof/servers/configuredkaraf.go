package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

// ConfiguredKaraf has its configuration apart from the program: properties of the system, of the framework and of configurations over each other, files
// that include others, and variables and properties of the JVM that count more than configurations.
func ConfiguredKaraf() Server {
	return Server{
		Name: "configured-karaf", Kind: "java-karaf", Ports: 20060, Program: karafProgram, Ready: []int{20060},
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.CopyFS(p.Path("config"), os.DirFS(p.Program(karafName, "etc"))),
				p.Edit("config/org.apache.karaf.shell.cfg", "sshHost = 0.0.0.0", "sshHost = ${env:BIND}"),
				p.Write("config/users.properties", "proof = "+ManagementPass+",_g_:admingroup\n_g_\\:admingroup = group,admin,manager,viewer,systembundles,ssh\n"),
				p.Edit("config/config.properties", "${includes} = jre.properties custom.properties",
					"${includes} = jre.properties custom.properties\n${optionals} = none.properties more.properties\nshop.both = config\nshop.framework = ${shop.both}/${karaf.name}\nshop.more = config"),
				p.Write("config/custom.properties", "shop.both = custom\nshop.more = custom\nkaraf.shop = framework\n"),
				p.Write("config/more.properties", "shop.more = more\n"),
				p.Edit("config/system.properties", "${optionals} = custom.system.properties",
					"${optionals} = custom.system.properties\nshop.system = system.properties\nshop.jvm = system.properties\nshop.ref = ${shop.jvm}/${shop.framework}/${karaf.home}\nkaraf.override.shop.forced = forced\nshop.forced = never\n"+
						"karaf.shop = system\nshop.over.file = of system.properties"),
				p.Write("config/custom.system.properties", "shop.system = custom.system\nshop.optional = ${shop.system}, too\n"),
				p.Write("config/shop.cfg", "# comment\na = one\nplaces = ${karaf.etc}/x ${a} ${shop.system} ${shop.framework} ${env:SHOP}\nabsent = <${shop.none}${env:SHOP_NONE}>\ndefaults = ${shop.none:-def} ${a:-never}\n"+
					"long = back\\\\slash \\\n   next\ncolon:colon\nslash = \\${a}\nempty =\nescaped = caf\\u00e9\nlatin = \xe9\nalternative = <${shop.none:+alt}> <${a:+alt}>\n"+
					"over.env = file\nover.jvm = file\nover.file = file\nover.both = file\nover-dash = file\njvm = ${shop.jvm} ${shop.ref} ${shop.forced} ${karaf.shop} ${shop.more}\npassword = pr00f-only\n"),
				p.Write("config/shop.factory-one.cfg", "kind = one\nof = ${kind}\n"),
				p.Write("config/shop.factory-two.cfg", "kind = two\n"),
				p.Give("config", "base", "data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{p.Program(karafName, "bin/karaf"), "run"},
				Env: p.Env("JAVA_OPTS=-Xmx128m -Dshop.jvm=of-the-JVM -Dshop.over.jvm=of-the-JVM -Dshop.over.both=never -Dshop.forced=never", "KARAF_BASE=${dir}/base", "KARAF_ETC=${dir}/config",
					"KARAF_DATA=${dir}/data", "BIND=127.0.0.1", "SHOP=a variable", "SHOP_OVER_ENV=${a} of the environment", "SHOP_OVER_BOTH=the environment", "SHOP_OVER_DASH=the environment",
					fmt.Sprint("ORG_APACHE_KARAF_SHELL_SSHPORT=", p.Port(0))),
			}
		},
	}
}

// KarafClient is the command that asks a Karaf of this place to do what it reads.
func KarafClient(p Place) []string {
	return []string{p.Program(karafName, "bin/client"), "-h", "127.0.0.1", "-a", fmt.Sprint(p.Port(0)), "-u", "proof", "-p", ManagementPass, "-b"}
}
