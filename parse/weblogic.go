package parse

import (
	"strings"
)

// WebLogicText is the text of an element; not set: it is not there, or empty.
type WebLogicText struct {
	Value string
	Line  int
}

// WebLogicServer is a <server> of config/config.xml (docs.oracle.com: "Domain Configuration Files", ServerMBean).
type WebLogicServer struct {
	Name, Cluster string
	Address, Port WebLogicText // of the default channel; not set: all addresses, 7001
	Off           bool         // listen-port-enabled is false
	SSL           bool
	SSLAddress    WebLogicText
	SSLPort       WebLogicText // not set: 7002
	AdminPort     WebLogicText // of this server, over the domain's
	Channels      []WebLogicChannel
	Template      string
	Line          int
}

// WebLogicChannel is a <network-access-point>.
type WebLogicChannel struct {
	Name, Protocol string
	Address, Port  WebLogicText // address not set: the default channel's
	Enabled        bool
	Line           int
}

// WebLogicDeployment is an <app-deployment>.
type WebLogicDeployment struct {
	Name, Type string   // type "war", "ear", "jar", "rar"
	Targets    []string // servers and clusters
	Path       WebLogicText
	Line       int
}

// WebLogicDomain is config/config.xml.
type WebLogicDomain struct {
	Name, Version, AdminServer string
	VersionLine                int
	AdminPortEnabled           bool
	AdminPort                  WebLogicText // not set: 9002
	Servers                    []WebLogicServer
	Deployments                []WebLogicDeployment
}

// ReadWebLogicDomain reads config/config.xml.
func ReadWebLogicDomain(data []byte) (*WebLogicDomain, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if localName(doc.Root.Name) != "domain" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <domain>", excerpt(doc.Root.Name))
	}
	d := &WebLogicDomain{Name: childText(doc.Root, "name"), AdminServer: childText(doc.Root, "admin-server-name")}
	d.Version, d.VersionLine = childLine(doc.Root, "domain-version")
	d.AdminPortEnabled = strings.EqualFold(childText(doc.Root, "administration-port-enabled"), "true")
	d.AdminPort = webLogicText(doc.Root, "administration-port")
	for _, e := range doc.Root.Children {
		switch localName(e.Name) {
		case "server":
			d.Servers = append(d.Servers, webLogicServer(e))
		case "app-deployment":
			d.Deployments = append(d.Deployments, WebLogicDeployment{
				Name: childText(e, "name"), Type: childText(e, "module-type"), Line: e.Line, Path: webLogicText(e, "source-path"),
				Targets: strings.FieldsFunc(childText(e, "target"), func(r rune) bool { return r == ',' || r == ' ' }),
			})
		}
	}
	return d, nil
}

func webLogicServer(e *XMLElement) WebLogicServer {
	s := WebLogicServer{
		Name: childText(e, "name"), Cluster: childText(e, "cluster"), Template: childText(e, "server-template"), Line: e.Line,
		Address: webLogicText(e, "listen-address"), Port: webLogicText(e, "listen-port"), AdminPort: webLogicText(e, "administration-port"),
		Off: strings.EqualFold(childText(e, "listen-port-enabled"), "false"),
	}
	for _, c := range e.Children {
		switch localName(c.Name) {
		case "ssl":
			s.SSL = strings.EqualFold(childText(c, "enabled"), "true")
			s.SSLAddress, s.SSLPort = webLogicText(c, "listen-address"), webLogicText(c, "listen-port")
		case "network-access-point":
			s.Channels = append(s.Channels, WebLogicChannel{
				Name: childText(c, "name"), Protocol: childText(c, "protocol"), Address: webLogicText(c, "listen-address"), Port: webLogicText(c, "listen-port"),
				Enabled: !strings.EqualFold(childText(c, "enabled"), "false"), Line: c.Line,
			})
		}
	}
	return s
}

func webLogicText(e *XMLElement, name string) WebLogicText {
	text, line := childLine(e, name)
	return WebLogicText{text, line}
}
