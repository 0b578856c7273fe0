package parse

import (
	"strings"

	"a2c/model"
)

// brokerEndpoints reads the addresses of ActiveMQ's and Artemis' clients (activemq.apache.org: "Uniform Resource Identifiers", "Failover"): failover:(tcp://a:61616,ssl://b:61617)?…,
// (tcp://a:61616,tcp://b:61616)?ha=true, vm://name for a broker inside of the application; and "host(port)" of IBM MQ.
func brokerEndpoints(value string) []Endpoint {
	list, ok := brokerList(value)
	if !ok {
		return mqEndpoints(value)
	}
	var out []Endpoint
	for part := range strings.SplitSeq(list, ",") {
		part = strings.TrimSpace(part)
		scheme, _, _ := strings.Cut(part, ":")
		if s := strings.ToLower(scheme); s == "vm" || s == "invm" {
			out = append(out, Endpoint{Kind: model.DependsBroker, Product: "ActiveMQ", Protocol: "vm", Resource: "memory", Internal: true})
			continue
		}
		found := urlEndpoints(part)
		if found == nil {
			return nil
		}
		for _, e := range found {
			e.broker()
			out = append(out, e)
		}
	}
	return out
}

// brokerList takes away what stands around a list of a broker's addresses; ok is false when there is none.
func brokerList(value string) (list string, ok bool) {
	for again := true; again; {
		again = false
		for _, p := range []string{"failover:", "fanout:", "static:", "masterslave:", "peer:", "activemq:", "amqp+failover:"} {
			if len(value) > len(p) && strings.EqualFold(value[:len(p)], p) && strings.ContainsAny(value[len(p):], "(:") {
				value, again = value[len(p):], true
			}
		}
		if strings.HasPrefix(value, "//(") {
			value = value[2:]
		}
	}
	if inner, is := strings.CutPrefix(value, "("); is {
		i := strings.LastIndexByte(inner, ')')
		if i < 0 {
			return "", false
		}
		return inner[:i], true
	}
	lower := strings.ToLower(value)
	for _, p := range []string{"vm:", "tcp:", "ssl:", "nio", "amqp"} {
		if strings.HasPrefix(lower, p) {
			return value, true
		}
	}
	return "", false
}

// broker names what answers at a bare TCP address, by the ports that brokers have.
func (e *Endpoint) broker() {
	if e.Kind != model.DependsOther {
		return
	}
	switch e.Port {
	case 61616, 61617:
		e.Kind, e.Product, e.Protocol = model.DependsBroker, "ActiveMQ or Artemis", "openwire"
	case 1883, 8883:
		e.Kind, e.Product, e.Protocol = model.DependsBroker, "MQTT", "mqtt"
	case 5672, 5671:
		e.Kind, e.Protocol = model.DependsBroker, "amqp"
	case 61613:
		e.Kind, e.Protocol = model.DependsBroker, "stomp"
	}
}

// mqEndpoints reads IBM MQ's connection name list, host(1414),host(1414), and JGroups' TCPPING list, host[7800],host[7800].
func mqEndpoints(value string) []Endpoint {
	var out []Endpoint
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		i := strings.IndexAny(part, "([")
		if i <= 0 || part[len(part)-1] != ')' && part[len(part)-1] != ']' {
			return nil
		}
		port, ok := portNumber(part[i+1 : len(part)-1])
		if !ok || !isHost(part[:i]) || unresolved(part[:i]) || len(out) >= maxEndpoints {
			return nil
		}
		e := Endpoint{Kind: model.DependsBroker, Product: "IBM MQ", Protocol: "mq", Host: part[:i], Port: port}
		if part[i] == '[' {
			e.Kind, e.Product, e.Protocol, e.Both = model.DependsCluster, "JGroups", "jgroups", true
		}
		out = append(out, e)
	}
	return out
}
