package servers

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

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

// ConfiguredTomcat has an application deployed by a descriptor and one with a context of its own, contexts for the Host and for all, both web.xml, global
// resources, and values of catalina.properties, of the JVM and of the environment over each other.
func ConfiguredTomcat() Server {
	return Server{
		Name: "configured-tomcat", Kind: "java-tomcat", Ports: 19880, Program: tomcatProgram, Ready: []int{19880}, Page: "/shop/say.jsp",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("base/conf/server.xml", tomcatServer),
				p.Write("base/conf/catalina.properties", "common.loader=\"${catalina.base}/lib\",\"${catalina.base}/lib/*.jar\",\"${catalina.home}/lib\",\"${catalina.home}/lib/*.jar\"\n"+
					"server.loader=\nshared.loader=\nshop.both=catalina.properties\nshop.file=catalina.properties\nshop.environment=never\nshop.round=${shop.round}\n"),
				p.Write("base/conf/context.xml", `<Context reloadable="true" sessionCookieName="all" swallowOutput="true">
  <WatchedResource>WEB-INF/web.xml</WatchedResource>
  <Parameter name="first" value="all"/>
  <Parameter name="firm" value="all ${shop.both}" override="false"/>
  <Environment name="env/last" type="java.lang.String" value="all"/>
  <Environment name="env/firm" type="java.lang.String" value="all" override="false"/>
  <Resource name="jdbc/both" type="javax.sql.DataSource" url="jdbc:all" username="all" maxTotal="3"/>
</Context>
`),
				p.Write("base/conf/Catalina/localhost/context.xml.default", `<Context sessionCookieName="host" useHttpOnly="false"><Parameter name="first" value="host"/><Environment name="env/last" type="java.lang.String" value="host"/>`+
					`<Environment name="env/host" type="java.lang.String" value="host ${shop.none:-by default}"/></Context>`+"\n"),
				p.Write("base/conf/Catalina/localhost/shop.xml", `<Context docBase="${dir}/elsewhere/shop.war" sessionTimeout="7" sessionCookieName="${SHOP_COOKIE}">
  <Parameter name="own" value="${shop.both}/${shop.file}/${shop.jvm}"/>
  <Parameter name="both" value="of the context"/>
  <Parameter name="fixed" value="of the context" override="false"/>
  <Parameter name="environment" value="${shop.environment}/${SHOP_PLACE}/${shop.none}"/>
  <Environment name="env/last" type="java.lang.String" value="own"/>
  <Environment name="env/firm" type="java.lang.String" value="own"/>
  <Environment name="env/both" type="java.lang.String" value="of the context"/>
  <Environment name="env/fixed" type="java.lang.String" value="of the context" override="false"/>
  <Resource name="jdbc/both" type="javax.sql.DataSource" url="jdbc:own" username="own" maxTotal="4"/>
  <Resource name="jdbc/own" type="javax.sql.DataSource" url="jdbc:${shop.both}" username="${SHOP_PLACE}" password="pr00f-only" maxTotal="${shop.pool:-9}"/>
  <ResourceLink name="env/linked" global="global/text" type="java.lang.String"/>
</Context>
`),
				p.Write("base/conf/web.xml", tomcatWeb(`<context-param><param-name>general</param-name><param-value>conf/web.xml</param-value></context-param>
  <context-param><param-name>over</param-name><param-value>conf/web.xml</param-value></context-param>
  <session-config><session-timeout>31</session-timeout></session-config>
  <servlet><servlet-name>jsp</servlet-name><servlet-class>org.apache.jasper.servlet.JspServlet</servlet-class><load-on-startup>3</load-on-startup></servlet>
  <servlet-mapping><servlet-name>jsp</servlet-name><url-pattern>*.jsp</url-pattern></servlet-mapping>
`)),
				p.zip("elsewhere/shop.war", [][2]string{
					{"META-INF/context.xml", `<Context sessionTimeout="99"><Parameter name="never" value="x"/></Context>`},
					{"WEB-INF/web.xml", tomcatWeb(`<context-param><param-name>over</param-name><param-value>web.xml ${shop.both}</param-value></context-param>
  <context-param><param-name>both</param-name><param-value>web.xml</param-value></context-param>
  <context-param><param-name>fixed</param-name><param-value>web.xml</param-value></context-param>
  <env-entry><env-entry-name>env/both</env-entry-name><env-entry-type>java.lang.String</env-entry-type><env-entry-value>web.xml</env-entry-value></env-entry>
  <env-entry><env-entry-name>env/fixed</env-entry-name><env-entry-type>java.lang.String</env-entry-type><env-entry-value>web.xml</env-entry-value></env-entry>
  <env-entry><env-entry-name>env/web</env-entry-name><env-entry-type>java.lang.String</env-entry-type><env-entry-value>web.xml</env-entry-value></env-entry>
`)},
					{"say.jsp", tomcatSays},
				}),
				tomcatInline(p),
				p.zip("base/apps/alone.war", [][2]string{
					{"META-INF/context.xml", `<Context override="true" sessionCookieName="alone"><Parameter name="mine" value="${shop.file}"/></Context>`},
					{"WEB-INF/web.xml", tomcatWeb("<session-config><session-timeout>5</session-timeout></session-config>")},
					{"say.jsp", tomcatSays},
				}),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{p.Program(tomcatName, "bin/catalina.sh"), "run"},
				Env: p.Env("CATALINA_BASE=${dir}/base", "SHOP_PLACE=the environment", "SHOP_COOKIE=cookie", "shop.environment=the environment's",
					"CATALINA_OPTS=-Xmx96m -Dshop.both=never -Dshop.jvm=of-the-JVM -Dorg.apache.tomcat.util.digester.PROPERTY_SOURCE=org.apache.tomcat.util.digester.EnvironmentPropertySource"),
			}
		},
	}
}

// tomcatInline is an application whose context stands in server.xml, and whose libraries have fragments of its web.xml.
func tomcatInline(p Place) error {
	return p.zip("elsewhere/inline.war", [][2]string{
		{"META-INF/context.xml", `<Context sessionCookieName="never"><Parameter name="never" value="x"/></Context>`},
		{"WEB-INF/web.xml", tomcatWeb(`<absolute-ordering><name>more</name><name>shop</name></absolute-ordering>
  <context-param><param-name>in.web</param-name><param-value>web.xml</param-value></context-param>
`)},
		{"WEB-INF/lib/shop.jar", tomcatFragment("shop", "in.web", "fragment.shop", "both")},
		{"WEB-INF/lib/more.jar", tomcatFragment("more", "in.web", "fragment.more", "general")},
		{"WEB-INF/lib/left.jar", tomcatFragment("left", "fragment.left")},
		{"say.jsp", tomcatSays},
	})
}

// tomcatFragment is a library whose web-fragment.xml sets parameters and an entry.
func tomcatFragment(name string, parameters ...string) string {
	var text strings.Builder
	text.WriteString(`<web-fragment xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0"><name>` + name + "</name>\n")
	for _, p := range parameters {
		text.WriteString("<context-param><param-name>" + p + "</param-name><param-value>" + name + "</param-value></context-param>\n")
	}
	text.WriteString("<env-entry><env-entry-name>env/of." + name + "</env-entry-name><env-entry-type>java.lang.String</env-entry-type><env-entry-value>" + name + "</env-entry-value></env-entry></web-fragment>\n")
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("META-INF/web-fragment.xml")
	if err == nil {
		_, err = io.WriteString(w, text.String())
	}
	if errors.Join(err, z.Close()) != nil {
		return "" // memory takes all
	}
	return out.String()
}

func tomcatWeb(text string) string {
	return `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">` + "\n  " + text + "</web-app>\n"
}

const (
	tomcatServer = `<Server port="-1">
  <GlobalNamingResources><Environment name="global/text" type="java.lang.String" value="global ${shop.jvm}"/></GlobalNamingResources>
  <Service name="Catalina">
    <Connector port="19880" address="127.0.0.1" maxPostSize="${shop.post:-4096}" redirectPort="1${shop.two:-23}" maxParameterCount="77" connectionTimeout="${shop.timeout:-5000}"/>
    <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="apps" autoDeploy="false">
      <Context path="/inline" docBase="${dir}/elsewhere/inline.war" sessionCookieName="server" reloadable="false" sessionTimeout="3">
        <Parameter name="first" value="server.xml"/>
        <Parameter name="in.server" value="server.xml ${shop.jvm}"/>
        <Environment name="env/last" type="java.lang.String" value="server.xml"/>
        <Environment name="env/server" type="java.lang.String" value="server.xml" override="false"/>
        <Resource name="jdbc/both" type="javax.sql.DataSource" url="jdbc:server" username="server" maxTotal="6"/>
      </Context>
    </Host></Engine>
  </Service>
</Server>
`
	// tomcatSays prints what an application sees of its configuration.
	tomcatSays = `<%@ page contentType="text/plain" import="java.util.*,javax.naming.*,javax.management.*,java.lang.management.*" %><%!
void walk(Context c, String at, java.io.Writer out) throws Exception {
  for (NamingEnumeration<Binding> e = c.listBindings(""); e.hasMore();) {
    Binding b = e.next();
    Object o = c.lookup(b.getName());
    if (o instanceof Context) walk((Context) o, at + b.getName() + "/", out);
    else if (o instanceof String) out.write("env-entry|" + at + b.getName() + "|" + o + "\n");
    else if (o instanceof javax.sql.DataSource) for (String n : new String[] {"Url", "MaxTotal", "Username"})
      { try { out.write("resource|" + at + b.getName() + "|" + n + "|" + o.getClass().getMethod("get" + (n.equals("Username") ? "UserName" : n)).invoke(o) + "\n"); }
        catch (NoSuchMethodException x) { out.write("resource|" + at + b.getName() + "|" + n + "|" + o.getClass().getMethod("get" + n).invoke(o) + "\n"); } }
  }
}
%><%
for (Enumeration<String> e = application.getInitParameterNames(); e.hasMoreElements();) { String n = e.nextElement(); out.write("context-param|" + n + "|" + application.getInitParameter(n) + "\n"); }
out.write("timeout|" + application.getSessionTimeout() + "\n");
walk((Context) new InitialContext().lookup("java:comp/env"), "", out);
MBeanServer s = ManagementFactory.getPlatformMBeanServer();
for (ObjectName n : s.queryNames(new ObjectName("Catalina:type=Connector,*"), null)) for (String a : new String[] {"port", "address", "maxPostSize", "redirectPort", "maxParameterCount", "connectionTimeout"})
  out.write("connector|" + a + "|" + String.valueOf(s.getAttribute(n, a)).replace("/", "") + "\n");
for (ObjectName n : s.queryNames(new ObjectName("Catalina:j2eeType=WebModule,*"), null)) if (n.getKeyProperty("name").endsWith(application.getContextPath())) for (String a : new String[] {"reloadable", "sessionCookieName", "useHttpOnly", "swallowOutput", "override"})
  out.write("context|" + a + "|" + s.getAttribute(n, a) + "\n");
for (String n : System.getProperties().stringPropertyNames()) if (n.startsWith("shop.")) out.write("property|" + n + "|" + System.getProperty(n) + "\n");
%>`
)
