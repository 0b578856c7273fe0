package parse

import (
	"strings"
)

// WebSphereServer is what serverindex.xml of a node says of one server (IBM Documentation: "serverindex.xml", "Port number settings").
type WebSphereServer struct {
	Name, Type   string
	EndPoints    []WebSphereEndPoint
	Applications []WebSphereApplication
	Line         int
}

// WebSphereEndPoint is a named port: "WC_defaulthost", "*", "9080".
type WebSphereEndPoint struct {
	Name, Host, Port string
	Line             int
}

// WebSphereApplication is a deployed application: "shop.ear/deployments/shop", below the cell's folder applications.
type WebSphereApplication struct {
	Path string
	Line int
}

// ReadServerIndex reads serverindex.xml:
//
//	<serverindex:ServerIndex hostName="h">
//	  <serverEntries serverName="server1" serverType="APPLICATION_SERVER">
//	    <deployedApplications>shop.ear/deployments/shop</deployedApplications>
//	    <specialEndpoints endPointName="WC_defaulthost"><endPoint host="*" port="9080"/></specialEndpoints>
func ReadServerIndex(data []byte) ([]WebSphereServer, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if localName(doc.Root.Name) != "ServerIndex" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <ServerIndex>", excerpt(doc.Root.Name))
	}
	var servers []WebSphereServer
	for _, e := range doc.Root.All("serverEntries") {
		s := WebSphereServer{Name: attrValue(e, "serverName"), Type: attrValue(e, "serverType"), Line: e.Line}
		for _, a := range e.All("deployedApplications") {
			s.Applications = append(s.Applications, WebSphereApplication{strings.TrimSpace(a.Text), a.Line})
		}
		for _, p := range e.All("specialEndpoints") {
			for _, at := range p.All("endPoint") {
				s.EndPoints = append(s.EndPoints, WebSphereEndPoint{attrValue(p, "endPointName"), attrValue(at, "host"), attrValue(at, "port"), at.Line})
			}
		}
		servers = append(servers, s)
	}
	return servers, nil
}

// ReadWebSphereProduct reads properties/version/WAS.product: the version, with its line.
func ReadWebSphereProduct(data []byte) (version string, line int, err error) {
	doc, err := ReadXML(data)
	if err != nil {
		return "", 0, err
	}
	for _, c := range doc.Root.Children {
		if localName(c.Name) == "version" {
			return strings.TrimSpace(c.Text), c.Line, nil
		}
	}
	return "", 0, nil
}

// childLine is the trimmed text of the first child of that local name with its line, 0 when there is none.
func childLine(e *XMLElement, name string) (text string, line int) {
	for _, c := range e.Children {
		if localName(c.Name) == name {
			return strings.TrimSpace(c.Text), c.Line
		}
	}
	return "", 0
}
