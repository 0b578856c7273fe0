package parse

import (
	"slices"
	"strings"
)

// jbossProfile finds what the subsystems of a profile open and deploy.
func jbossProfile(e *XMLElement) JBossProfile {
	p := JBossProfile{Name: attrOf(e, "name").Value, Include: includes(e)}
	for _, c := range e.Children {
		switch localName(c.Name) {
		case "include":
			p.Include = append(p.Include, attrOf(c, "profile").Value)
		case "subsystem":
			p.subsystem(c, JBossSubsystem(attrOf(c, "xmlns").Value))
		}
	}
	return p
}

// includes are the names in the attribute of that name, nil when there are none.
func includes(e *XMLElement) []string {
	return append([]string(nil), strings.Fields(attrOf(e, "includes").Value)...)
}

// JBossSubsystem is the name within a namespace: "undertow" of "urn:jboss:domain:undertow:14.0", "metrics" of "urn:wildfly:metrics:1.0".
func JBossSubsystem(namespace string) string {
	namespace = strings.TrimPrefix(strings.TrimPrefix(namespace, "urn:jboss:domain:"), "urn:wildfly:")
	name, _, _ := strings.Cut(namespace, ":")
	return name
}

// subsystem walks through all elements of a subsystem: an attribute socket-binding, or one whose name ends so, is a use.
func (p *JBossProfile) subsystem(e *XMLElement, name string) {
	switch localName(e.Name) {
	case "deployment-scanner":
		p.Scanners = append(p.Scanners, JBossScanner{Path: attrOf(e, "path"), RelativeTo: attrOf(e, "relative-to"), Enabled: notFalse(e, "scan-enabled"), Line: e.Line})
	case "host", "virtual-server":
		if a, ok := e.Attr("default-web-module"); ok {
			p.Default = append(p.Default, a)
		}
	}
	if notFalse(e, "enabled") && !onlyCalls(name, e) {
		for _, a := range e.Attrs {
			if a.Name == "socket-binding" || strings.HasSuffix(a.Name, "-socket-binding") {
				p.Uses = append(p.Uses, JBossUse{Binding: a.Value, Purpose: jbossPurpose(name, e), Line: a.Line})
			}
		}
	}
	for _, c := range e.Children {
		p.subsystem(c, name)
	}
}

// onlyCalls lists elements that name a binding which they do not open: connectors of messaging call other servers, the recovery listener of
// transactions is off unless recovery-listener says otherwise.
func onlyCalls(subsystem string, e *XMLElement) bool {
	kind := localName(e.Name)
	switch {
	case strings.HasPrefix(subsystem, "messaging"):
		return strings.HasSuffix(kind, "-connector") || kind == "connector"
	case subsystem == "transactions" && kind == "recovery-environment":
		return !strings.EqualFold(attrOf(e, "recovery-listener").Value, "true")
	}
	return false
}

// jbossPurpose is what an element of a subsystem opens a port for.
func jbossPurpose(subsystem string, e *XMLElement) string {
	kind := localName(e.Name)
	switch subsystem {
	case "undertow":
		if purpose, ok := strings.CutSuffix(kind, "-listener"); ok {
			return purpose // http, https, ajp
		}
	case "web": // JBoss AS 7, EAP 6
		switch {
		case strings.HasPrefix(strings.ToUpper(attrOf(e, "protocol").Value), "AJP"):
			return "ajp"
		case attrOf(e, "scheme").Value == "https":
			return "https"
		}
		return "http"
	case "jgroups", "modcluster":
		return "cluster"
	case "iiop-openjdk", "jacorb":
		return "iiop"
	}
	if slices.Contains([]string{"messaging", "messaging-activemq"}, subsystem) {
		return "messaging"
	}
	return ""
}

// jbossManagement is a native-interface or http-interface. Forms: <socket-binding http="…" https="…"/> (standalone), <socket interface port secure-port/>
// (host), and the attributes interface and port of the element itself (JBoss AS 7.0).
func jbossManagement(e *XMLElement) []JBossSocket {
	var out []JBossSocket
	for _, b := range children(e, "socket-binding") {
		for _, a := range b.Attrs {
			out = append(out, JBossSocket{Binding: a.Value, Line: a.Line})
		}
	}
	for _, s := range append(children(e, "socket"), e) {
		for _, name := range []string{"port", "secure-port"} {
			if port, ok := s.Attr(name); ok {
				out = append(out, JBossSocket{Interface: attrOf(s, "interface").Value, Port: port, Line: port.Line})
			}
		}
	}
	return out
}

// Bounds of an expression: nested and repeated ones, and the length of what comes out.
const (
	maxExpressions = 200
	maxExpression  = 64 << 10
)

// ExpandJBoss resolves expressions as org.jboss.dmr.ValueExpressionResolver and WildFly's recursive resolver do: "${a,b:default}" takes the first name
// that lookup knows, else the default, in which further expressions may stand. What nothing resolves stays as written.
func ExpandJBoss(s string, lookup Lookup) string {
	return (&jbossExpander{lookup: lookup}).expand(s)
}

type jbossExpander struct {
	lookup Lookup
	steps  int
}

func (x *jbossExpander) expand(s string) string {
	var b strings.Builder
	for {
		start := strings.Index(s, "${")
		end := -1
		if start >= 0 {
			end = closingBrace(s, start+2)
		}
		if x.steps++; end < 0 || x.steps > maxExpressions || b.Len()+len(s) > maxExpression {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:start])
		b.WriteString(x.one(s[start : end+1]))
		s = s[end+1:]
	}
}

// one resolves an expression with its "${" and "}".
func (x *jbossExpander) one(written string) string {
	names, fallback, hasDefault := strings.Cut(x.expand(written[2:len(written)-1]), ":")
	for name := range strings.SplitSeq(names, ",") {
		if value, found := x.lookup(name); found {
			return x.expand(value)
		}
	}
	if hasDefault {
		return fallback
	}
	return written
}

// closingBrace finds the brace that ends the expression whose inside begins at from.
func closingBrace(s string, from int) int {
	depth := 0
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '{':
			depth++
		case s[i] == '}' && depth == 0:
			return i
		case s[i] == '}':
			depth--
		}
	}
	return -1
}
