package servers

import (
	"context"
	"fmt"

	"a2c/proof/apps"
)

// ConfiguredLiberty has a configuration of eight files: includes of each behavior, one of a folder above, configDropins, variables of each source over each
// other, server.env for the program, for all servers and for this one.
func ConfiguredLiberty() Server {
	const server = "usr/servers/shop/"
	return Server{
		Name: "configured-liberty", Kind: "java-liberty", Ports: 19860, Program: libertyProgram, Ready: []int{19860},
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write(server+"server.xml", libertyServer),
				p.Write(server+"inc/merge.xml", `<server>
  <include location="deeper/more.xml"/>
  <variable name="v.set" value="merge.xml"/>
  <variable name="v.whole" defaultValue="of merge.xml"/>
  <dataSource id="orders" queryTimeout="11"><properties databaseName="merge" portNumber="5432"/></dataSource>
  <executor coreThreads="2" maxThreads="9"/>
</server>
`),
				p.Write(server+"inc/deeper/more.xml", `<server><jndiEntry id="deep" jndiName="shop/deep" value="'${v.argument}'"/><jndiEntry id="one" jndiName="shop/deep1"/></server>`+"\n"),
				p.Write(server+"inc/replace.xml", `<server>
  <dataSource id="orders" statementCacheSize="5"><connectionManager minPoolSize="2"/></dataSource>
  <httpEndpoint id="defaultHttpEndpoint" onError="FAIL"/>
  <jndiEntry id="late" jndiName="shop/late" value="'replace'"/>
</server>
`),
				p.Write(server+"inc/ignore.xml", `<server>
  <jndiEntry id="one" value="'ignored'"/>
  <jndiEntry id="kept" jndiName="shop/kept" value="'kept'"/>
  <variable name="v.set" value="ignored"/>
  <executor maxThreads="77"/>
</server>
`),
				p.Write("usr/shared/config/common.xml", `<server><jndiEntry id="common" jndiName="shop/common" value="'${shared.config.dir}/${wlp.server.name}'"/></server>`+"\n"),
				p.Write(server+"configDropins/defaults/Z.xml", `<server><httpEndpoint id="defaultHttpEndpoint" httpPort="1" host="127.0.0.9"/><jndiEntry id="one" jndiName="shop/one" decode="true"/></server>`+"\n"),
				p.Write(server+"configDropins/overrides/a.xml", `<server><jndiEntry id="late" value="'a'"/></server>`+"\n"),
				p.Write(server+"configDropins/overrides/B.xml", `<server><jndiEntry id="late" value="'b'"/><variable name="v.over" value="of the overrides"/></server>`+"\n"),
				p.Write(server+"bootstrap.properties", "v.boot=bootstrap\nv.stored=bootstrap\nv.jvm=bootstrap\nbootstrap.include=more.properties\nv.long = one \\\n   two\nv.set=bootstrap\nv.env.and.boot=bootstrap\n"),
				p.Write(server+"more.properties", "v.boot=more\nv.more=more.properties\n"),
				p.Write(server+"jvm.options", "-Xmx128m\n-Dv.jvm=of-the-JVM\n-Dv.only.jvm=jvm\n"),
				p.Write(server+"server.env", fmt.Sprintf("# comment\nHTTP_PORT=%d\nSHOP_ENV=of the server\nv_from_env=lower case\nV_FROM_ENV=upper case\n", p.Port(0))),
				p.Write("usr/shared/server.env", "SHOP_ENV=of all servers\nSHOP_SHARED=shared\n"),
				p.Write(server+"variables/v.stored", "a file\nits second line\n"),
				p.Write(server+"variables/some.properties", "v.some = of some.properties\nv.set = never\n"),
				p.Write(server+"variables/folder/v.in", "in a folder"),
				p.Give("usr"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{p.Program(LibertyName, "bin/server"), "run", "shop", "--", "--v.argument=of the command line", "--v.over=argument"},
				Env: p.Env("WLP_USER_DIR=${dir}/usr", "SHOP_ENV=of the process", "V_UNSET_DEFAULT=the environment", "v_env_and_boot=environment"),
			}
		},
	}
}

const libertyServer = `<server description="shop">
  <featureManager><feature>servlet-4.0</feature><feature>jdbc-4.2</feature><feature>jndi-1.0</feature></featureManager>
  <variable name="v.set" value="server.xml"/>
  <variable name="v.default" defaultValue="a default"/>
  <variable name="v.unset.default" defaultValue="never"/>
  <variable name="v.both" value="value" defaultValue="default"/>
  <variable name="v.whole" value="replaced as a whole"/>
  <variable name="v.chain" value="${v.both}-${v.boot}"/>
  <include location="inc/merge.xml"/>
  <dataSource id="orders" jndiName="jdbc/${v.default}" statementCacheSize="99">
    <jdbcDriver libraryRef="derby"/>
    <properties databaseName="server" serverName="${v.stored}" user="shop" password="{xor}Lz4sLCgwLTs="/>
    <connectionManager maxPoolSize="11" minPoolSize="1"/>
  </dataSource>
  <include location="inc/replace.xml" onConflict="replace"/>
  <jndiEntry id="one" value="'${v.set}'"/>
  <jndiEntry id="late" jndiName="shop/server" value="'server'"/>
  <executor maxThreads="${v.threads}"/>
  <include location="inc/ignore.xml" onConflict="ignore"/>
  <include location="${shared.config.dir}/common.xml" optional="true"/>
  <include location="none.xml" optional="true"/>
  <include location="server.xml"/>
  <variable name="v.threads" defaultValue="13"/>
  <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="${env.HTTP_PORT}" httpsPort="-1">
    <httpOptions keepAliveEnabled="false" maxKeepAliveRequests="${v.threads+4}"/>
  </httpEndpoint>
  <library id="derby"><fileset dir="${server.config.dir}/lib" includes="*.jar"/><fileset dir="${shared.resource.dir}" includes="*.zip"/></library>
  <jndiEntry id="two" jndiName="shop/two" value="'${v.default}/${v.unset.default}/${v.both}/${v.whole}/${v.chain}'"/>
  <jndiEntry id="three" jndiName="shop/three" value="'${v.boot}/${v.more}/${v.long}/${v.jvm}/${v.only.jvm}/${v.stored}/${v.some}/${folder/v.in}'"/>
  <jndiEntry id="four" jndiName="shop/four" value="'${SHOP_ENV}/${env.SHOP_ENV}/${shop.env}/${SHOP_SHARED}/${v.from.env}/${v.env.and.boot}'"/>
  <jndiEntry id="five" jndiName="shop/five" value="'${v.over}/${v.none}/${v.round}'"/>
  <jndiEntry jndiName="shop/six" value="'no ID'"/>
  <virtualHost id="shop"><hostAlias>*:19860</hostAlias><hostAlias>shop:80</hostAlias></virtualHost>
</server>
`
