package servers

import (
	"context"
	"fmt"

	"a2c/proof/apps"
)

// ConfiguredJetty has arguments in start.ini, five files of start.d, two folders that are included, on the command line and from modules of its own, each
// with ?=, += and -D over each other, properties of an environment, and an XML file that prints what it gets.
func ConfiguredJetty() Server {
	return Server{
		Name: "configured-jetty", Kind: "java-jetty", Ports: 20040, Program: jetty12Program, Ready: []int{20040},
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("base/start.ini", "# comment\nshop.order=start.ini\nshop.ini=start.ini\njetty.http.port=1\njetty.http.host=127.0.0.9\n--module=http,shop\n"),
				p.Write("base/start.d/10-http.ini", fmt.Sprintf("shop.order=10-http\njetty.http.host=127.0.0.1\nshop.port=%d\njetty.http.port=${shop.port}\njetty.http.idleTimeout?=31000\njetty.http.idleTimeout?=32000\n", p.Port(0))),
				p.Write("base/start.d/10.http.ini", "shop.order=10.http\nshop.first+=,b\nshop.first+=,c\nshop.jvm.added+=,ini\nshop.jvm.kept?=ini\nshop.jvm.over=ini\n"),
				p.Write("base/start.d/1a.ini", "shop.order=1a\nShop.Case=one\nshop.case=two\nshop.dollar=$${shop.order} $$\nshop.dollars=a$$b\nshop.spaced=${ shop.order }\nshop.none=${shop.absent}/x\nshop.list,=c\n"+
					"-Dshop.system.added+=,ini\n-Dshop.system=${shop.order}/y\n-Dshop.system.only=ini\nshop.older.name=an older name\njetty.sslContext.keyStorePassword=pr00f-only\n"),
				p.Write("base/start.d/B.ini", "shop.case.order=B\n--include-jetty-dir=${jetty.base}/../common\n-Xmx64m\n"),
				p.Write("base/start.d/b.ini", "shop.case.order=b\nshop.equal=a=b=c\nshop.empty=\n  shop.blank = around  \n--module=ee10-deploy\nshop.of.ee10=only\njetty.deploy.scanInterval=0\n"),
				p.Write("base/start.d/none.txt", "shop.order=never\n"),
				p.Write("base/modules/shop.mod", "[depend]\nserver\nshop-store\nshop/dynamic-${shop.version}\n?shop/absent\n\n[xml]\netc/shop.xml\n\n[ini]\nshop.version=1\nshop.order=module\nshop.sum+=,shop\nshop.module?=shop.mod\n\n"+
					"[ini-template]\n# shop.module=template\nshop.template=never\n"),
				p.Write("base/modules/shop-store-file.mod", "[provides]\nshop-store\n\n[ini]\nshop.store=file\n"),
				p.Write("base/modules/shop-store-memory.mod", "[provides]\nshop-store|default\n\n[before]\nserver\n\n[ini]\nshop.store=memory\nshop.sum+=,memory\n"),
				p.Write("base/modules/shop/dynamic-1.mod", "[ini]\nshop.dynamic?=one\nshop.sum+=,dynamic\n"),
				p.Write("base/modules/shop/dynamic-2.mod", "[ini]\nshop.dynamic?=two\n"),
				p.Write("base/etc/shop.xml", jettySays),
				p.Write("base/last.properties", "shop.last=of the file\nshop.order.last=of the file\n"),
				p.Write("common/start.ini", "shop.order=common\nshop.common=common\nshop.included=common\n--include-jetty-dir=${dir}/deeper\n"),
				p.Write("deeper/start.d/x.ini", "shop.common=deeper\nshop.included=deeper\nshop.deeper=deeper\n"),
				p.Write("work/relative/start.ini", "shop.common=relative\nshop.included=relative\nshop.relative=relative\n"),
				p.Give("base", "work"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("work"), Env: p.Env(),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", "-Djetty.base=" + p.Path("base"), "-Dshop.jvm.over=jvm", "-Dshop.jvm.kept=jvm", "-Dshop.jvm.added=jvm", "-Dshop.jvm.only=jvm", "-Dshop.system.added=jvm",
					"-jar", p.Program(jetty12, "start.jar"),
					"--include-jetty-dir=relative", "shop.argument=${shop.order} of the command line", "shop.ini=argument", "shop.order.last=argument", "shop.sum+=,argument", "last.properties", "jetty.home.uri=argument",
				},
			}
		},
	}
}

// jettySays prints what the server's XML gets.
const jettySays = `<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <Get class="java.lang.System" name="out">
    <Call name="println"><Arg>said|jetty.http.port|<Property name="jetty.http.port" deprecated="jetty.port" default="8080"/></Arg></Call>
    <Call name="println"><Arg>said|jetty.http.idleTimeout|<Property name="jetty.http.idleTimeout" default="30000"/></Arg></Call>
    <Call name="println"><Arg>said|shop.order|<Property name="shop.order" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.default|<Property name="shop.default" default="of the XML"/></Arg></Call>
    <Call name="println"><Arg>said|shop.newer.name|<Property name="shop.newer.name" deprecated="shop.old,shop.older.name" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.parts|<Property><Name>shop.parts</Name><Default><Property name="shop.order" default="never"/>/<Property name="shop.part" default="part"/> of it</Default></Property></Arg></Call>
    <Call name="println"><Arg>said|shop.jvm.only|<Property name="shop.jvm.only" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.jvm.over|<Property name="shop.jvm.over" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.jvm.kept|<Property name="shop.jvm.kept" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.jvm.added|<Property name="shop.jvm.added"/></Arg></Call>
    <Call name="println"><Arg>said|shop.system|<SystemProperty name="shop.system" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.system.none|<SystemProperty name="shop.system.none" default="no property"/></Arg></Call>
    <Call name="println"><Arg>said|SHOP_NONE|<Env name="SHOP_NONE" default="no variable"/></Arg></Call>
    <Call name="println"><Arg>said|LANG|<Env name="LANG" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.last|<Property name="shop.last" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.order.last|<Property name="shop.order.last" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.dollar|<Property name="shop.dollar"/></Arg></Call>
    <Call name="println"><Arg>said|shop.none|<Property name="shop.none"/></Arg></Call>
    <Call name="println"><Arg>said|shop.sum|<Property name="shop.sum"/></Arg></Call>
    <Call name="println"><Arg>said|shop.argument|<Property name="shop.argument"/></Arg></Call>
    <Call name="println"><Arg>said|shop.blank|<Property name="shop.blank" default="never"/></Arg></Call>
    <Call name="println"><Arg>said|shop.store|<Property name="shop.store"/></Arg></Call>
    <Call name="println"><Arg>said|shop.dynamic|<Property name="shop.dynamic"/></Arg></Call>
    <Call name="println"><Arg>said|jetty.webapp.addHiddenClasses|<Property name="jetty.webapp.addHiddenClasses"/></Arg></Call>
  </Get>
</Configure>
`
