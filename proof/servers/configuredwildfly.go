package servers

import (
	"context"
	"crypto/md5" //nolint:gosec // what WildFly's users file and HTTP's digest are made of
	"encoding/hex"
	"fmt"
	"os"

	"a2c/proof/apps"
)

// ConfiguredWildFlyDomain is a domain whose four levels set the same things: domain, server group, host and server, with a profile that includes another,
// a binding group of the server's own, and documents under other names, which only the host controller was told. The management user is the one above.
func ConfiguredWildFlyDomain() Server {
	return Server{
		Name: "configured-wildfly-domain", Kind: "java-jboss", Ports: 19960, Program: wildFlyProgram, Ready: []int{19960, 19962}, Others: []string{"primary"},
		Configure: func(_ context.Context, p Place) error {
			sum := md5.Sum([]byte(ManagementUser + ":" + ManagementRealm + ":" + ManagementPass)) //nolint:gosec // as above
			return firstError(
				wildFlyConfig(p, "domain/configuration", "domain/configuration"),
				p.Write("domain/configuration/mgmt-users.properties", ManagementUser+"="+hex.EncodeToString(sum[:])+"\n"),
				wildFlyShop(p),
				p.Edit("domain/configuration/host.xml",
					`    <management>`, `    <system-properties>
        `+wildFlyLevel("host")+`
        <property name="shop.order" value="host"/>
        <property name="shop.http" value="`+fmt.Sprint(p.Port(0)-100)+`"/>
    </system-properties>
    <paths><path name="shop.files" path="host"/></paths>
    <management>`,
					`        <interface name="public">`, `        <interface name="private"><loopback/></interface>
        <interface name="public">`,
					`            <heap size="64m" max-size="256m"/>`, `            <heap size="64m" max-size="128m"/>`,
					`    <jvms>`, `    <jvms>
        <jvm name="shop"><heap max-size="300m"/><jvm-options><option value="-XX:TieredStopAtLevel=1"/></jvm-options></jvm>`,
					`        <server name="server-one" group="main-server-group"/>`, `        <server name="shop" group="shop-group">
            <paths><path name="shop.files" path="/srv/${shop.argument}"/></paths>
            <interfaces><interface name="private"><inet-address value="127.0.0.1"/></interface></interfaces>
            <socket-bindings socket-binding-group="shop-sockets" port-offset="${shop.offset:100}"/>
            <system-properties>`+wildFlyLevel("server")+`</system-properties>
            <jvm name="shop"><jvm-options><option value="-XX:+UseSerialGC"/></jvm-options></jvm>
        </server>`,
					`<server name="server-two" group="main-server-group" auto-start="true">`, `<server name="server-two" group="main-server-group" auto-start="false">`),
				os.Rename(p.Path("domain/configuration/host.xml"), p.Path("domain/configuration/machine.xml")),
				os.Rename(p.Path("domain/configuration/domain.xml"), p.Path("domain/configuration/shop-domain.xml")),
				p.Give("domain"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Argv: []string{
					p.Program(wildFlyName, "bin/domain.sh"), "-Djboss.domain.base.dir=" + p.Path("domain"), "--host-config=machine.xml", "--domain-config=shop-domain.xml",
					fmt.Sprint("-Djboss.management.http.port=", p.Port(2)), "-Dshop.argument=never", "-Dshop.passed=of the command line",
				},
				Env: p.Env("JAVA_OPTS="+wildFlyJVM, "SHOP_PLACE=a variable"),
			}
		},
	}
}

// wildFlyShop writes the domain's part.
func wildFlyShop(p Place) error {
	return p.Edit("domain/configuration/domain.xml",
		`        <property name="java.net.preferIPv4Stack" value="true"/>`, wildFlyLevel("domain")+`
        <property name="java.net.preferIPv4Stack" value="true"/>
        <property name="shop.upper" value="domain"/>
        <property name="shop.argument" value="domain"/>
        <property name="shop.late" value="${shop.level} of ${jboss.server.name} at ${env.SHOP_PLACE:nowhere}" boot-time="false"/>`,
		`        <profile name="default">`, `        <profile name="shop" includes="default">
            <subsystem xmlns="urn:jboss:domain:iiop-openjdk:3.0"><orb socket-binding="iiop"/><initializers security="elytron" transactions="spec"/><security server-requires-ssl="false" client-requires-ssl="false"/></subsystem>
        </profile>
        <profile name="default">`,
		`    <management>`, `    <paths>
        <path name="shop.files" path="domain" relative-to="jboss.home.dir"/>
        <path name="shop.own" path="/${shop.level}"/>
    </paths>
    <management>`,
		`            <inet-address value="${jboss.bind.address.private:127.0.0.1}"/>`, `            <inet-address value="127.0.0.7"/>`,
		`        <socket-binding-group name="standard-sockets" default-interface="public">`, `        <socket-binding-group name="more-sockets" default-interface="public"><socket-binding name="more" port="1${shop.more:11}"/></socket-binding-group>
        <socket-binding-group name="shop-sockets" default-interface="private" includes="more-sockets">
            <socket-binding name="http" interface="public" port="${shop.http}"/>
            <socket-binding name="https" interface="public" port="${shop.https:`+fmt.Sprint(p.Port(1)-100)+`}"/>
            <socket-binding name="ajp" port="8009" fixed-port="true"/>
            <socket-binding name="iiop" port="`+fmt.Sprint(p.Port(3)-100)+`"/>
            <socket-binding name="iiop-ssl" port="`+fmt.Sprint(p.Port(4)-100)+`"/>
            <socket-binding name="txn-recovery-environment" port="4712"/>
            <socket-binding name="txn-status-manager" port="4713"/>
            <outbound-socket-binding name="mail-smtp"><remote-destination host="mail.${shop.level}.test" port="25"/></outbound-socket-binding>
        </socket-binding-group>
        <socket-binding-group name="standard-sockets" default-interface="public">`,
		`        <server-group name="main-server-group" profile="full">`, `        <server-group name="shop-group" profile="shop">
            <jvm name="shop"><heap size="48m" max-size="200m"/><jvm-options><option value="-Dshop.jvm=group"/></jvm-options></jvm>
            <socket-binding-group ref="full-sockets" port-offset="7" default-interface="unsecure"/>
            <system-properties>`+wildFlyLevel("group")+`<property name="shop.upper" value="group"/><property name="shop.order" value="group"/><property name="shop.group" value="of the group"/></system-properties>
        </server-group>
        <server-group name="main-server-group" profile="full">`)
}

// wildFlyLevel are properties that each level sets.
func wildFlyLevel(name string) string {
	return fmt.Sprintf(`<property name="shop.level" value=%q/><property name="shop.from" value="%s, ${shop.passed} and ${shop.none:${shop.group:none}}"/>`, name, name)
}
