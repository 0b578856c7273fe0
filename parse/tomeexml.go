package parse

import (
	"regexp"
	"strconv"
	"strings"
)

// TomEEConfig is conf/tomee.xml (tomee.apache.org: "Deployments", "Resources").
type TomEEConfig struct {
	Deployments []TomEEDeployment
	Brokers     []TomEEBroker
}

// TomEEDeployment is one <Deployments>: a folder whose content is deployed, or one archive.
type TomEEDeployment struct {
	Dir  string // relative to catalina.base
	File string // attribute file or jar: one archive or folder
	Line int
}

// TomEEBroker is an address that an embedded ActiveMQ broker listens on.
type TomEEBroker struct {
	Host string
	Port int
	Line int // of the resource
}

// tomEEBroker is what a resource adapter starts that says nothing else (service-jar.xml of TomEE).
const tomEEBroker = "broker:(tcp://localhost:61616)?useJmx=false"

var brokerAddress = regexp.MustCompile(`\b(?:tcp|nio|ssl|nio\+ssl|auto|auto\+ssl|amqp|stomp|mqtt|ws|wss|http|https)://(\[[0-9a-fA-F:.]*\]|[^:/?)\s,]*):([0-9]{1,5})\b`)

// ReadTomEE reads conf/tomee.xml, or conf/openejb.xml, whose root element is <tomee> or <openejb>.
//
//	<tomee>
//	  <Deployments dir="apps"/>
//	  <Resource id="broker" type="ActiveMQResourceAdapter">BrokerXmlConfig = broker:(tcp://127.0.0.1:61616)</Resource>
//	</tomee>
func ReadTomEE(data []byte) (*TomEEConfig, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if n := localName(doc.Root.Name); n != "tomee" && n != "openejb" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <tomee>", excerpt(doc.Root.Name))
	}
	c := &TomEEConfig{}
	for _, e := range doc.Root.Children {
		if localName(e.Name) == "Deployments" {
			d := TomEEDeployment{Dir: attrOf(e, "dir").Value, File: attrOf(e, "file").Value, Line: e.Line}
			if d.File == "" {
				d.File = attrOf(e, "jar").Value
			}
			c.Deployments = append(c.Deployments, d)
		}
		if attrOf(e, "type").Value == "ActiveMQResourceAdapter" {
			brokers, err := tomEEBrokers(e)
			if err != nil {
				return nil, err
			}
			c.Brokers = append(c.Brokers, brokers...)
		}
	}
	return c, nil
}

// tomEEBrokers reads the properties of a resource adapter: the transports of its own broker. An empty BrokerXmlConfig starts none.
func tomEEBrokers(e *XMLElement) ([]TomEEBroker, error) {
	config := tomEEBroker
	settings, err := ReadProperties([]byte(e.Text))
	if err != nil {
		return nil, syntaxf(e.Line, "properties of the resource: %v", err)
	}
	for _, s := range settings {
		if strings.EqualFold(s.Key, "BrokerXmlConfig") {
			config = s.Value
		}
	}
	var out []TomEEBroker
	for _, m := range brokerAddress.FindAllStringSubmatch(config, -1) {
		port, err := strconv.Atoi(m[2])
		if err != nil || port > 65535 {
			continue
		}
		out = append(out, TomEEBroker{Host: m[1], Port: port, Line: e.Line})
	}
	return out, nil
}
