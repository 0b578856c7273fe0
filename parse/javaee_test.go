package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadServerIndex(t *testing.T) {
	got, err := ReadServerIndex([]byte(`<serverindex:ServerIndex hostName="h">
 <serverEntries serverName="server1" serverType="APPLICATION_SERVER">
  <deployedApplications> shop.ear/deployments/shop </deployedApplications>
  <specialEndpoints endPointName="WC_defaulthost"><endPoint host="*" port="9080"/></specialEndpoints>
 </serverEntries>
</serverindex:ServerIndex>`))
	want := []WebSphereServer{{
		Name: "server1", Type: "APPLICATION_SERVER", Line: 2, EndPoints: []WebSphereEndPoint{{"WC_defaulthost", "*", "9080", 4}},
		Applications: []WebSphereApplication{{"shop.ear/deployments/shop", 3}},
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := ReadServerIndex([]byte("<x/>")); err == nil || err.Error() != "line 1: the root element is <x>, not <ServerIndex>" {
		t.Error(err)
	}
}

func TestReadWebSphereProduct(t *testing.T) {
	version, line, err := ReadWebSphereProduct([]byte("<!DOCTYPE product SYSTEM \"product.dtd\">\n<product>\n<version>9.0.5.14</version></product>"))
	if version != "9.0.5.14" || line != 3 || err != nil {
		t.Error(version, line, err)
	}
}

func TestReadWebLogicDomain(t *testing.T) {
	got, err := ReadWebLogicDomain([]byte(`<domain xmlns="http://xmlns.oracle.com/weblogic/domain">
 <name>shop</name>
 <domain-version>14.1.1.0.0</domain-version>
 <administration-port-enabled>true</administration-port-enabled>
 <server><name>a</name><listen-address/><listen-port>8001</listen-port><ssl><enabled>true</enabled></ssl>
  <network-access-point><name>c</name><protocol>admin</protocol><listen-port>9</listen-port></network-access-point>
 </server>
 <app-deployment><name>x</name><target>a, b</target><module-type>war</module-type><source-path>x.war</source-path></app-deployment>
 <admin-server-name>a</admin-server-name>
</domain>`))
	want := &WebLogicDomain{
		Name: "shop", Version: "14.1.1.0.0", VersionLine: 3, AdminServer: "a", AdminPortEnabled: true,
		Servers: []WebLogicServer{{
			Name: "a", Address: WebLogicText{Line: 5}, Port: WebLogicText{"8001", 5}, SSL: true, Line: 5,
			Channels: []WebLogicChannel{{Name: "c", Protocol: "admin", Port: WebLogicText{"9", 6}, Enabled: true, Line: 6}},
		}},
		Deployments: []WebLogicDeployment{{Name: "x", Type: "war", Targets: []string{"a", "b"}, Path: WebLogicText{"x.war", 8}, Line: 8}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func FuzzJavaEE(f *testing.F) {
	f.Add([]byte(`<serverindex:ServerIndex><serverEntries serverName="a"><specialEndpoints endPointName="b"><endPoint port="1"/></specialEndpoints></serverEntries></serverindex:ServerIndex>`))
	f.Add([]byte(`<domain><server><name>a</name><ssl/></server><app-deployment/></domain>`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = ReadServerIndex(data)
		_, _, _ = ReadWebSphereProduct(data)
		_, _ = ReadWebLogicDomain(data)
	})
}
