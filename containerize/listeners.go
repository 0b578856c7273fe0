package containerize

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"a2c/model"
)

// anywhere is what a listener is bound to in the image: nobody could reach loopback there, and a fixed address of the host does not exist.
const anywhere = "0.0.0.0"

// open changes the setting behind each listener that a container could not serve. Ports for operators (shutdown, JMX, debug, AJP) stay.
func (s *start) open() error {
	for i, l := range s.ports {
		if bound(l.Address) && !inner(l.Purpose) {
			ok, err := s.openOne(l)
			if err != nil {
				return fmt.Errorf("open listener %s:%d: %w", l.Address, l.Port, err)
			}
			if ok {
				s.ports[i].Address = anywhere
				continue
			}
			s.skips = append(s.skips, model.Skip{
				What:   fmt.Sprintf("listener %s:%d", l.Address, l.Port),
				Reason: "stays where it is: the setting behind it is not known, or cannot be changed from outside", Remedy: "let the application listen on 0.0.0.0, and analyze again",
			})
		}
	}
	return nil
}

// bound reports whether an address is anything but "every address".
func bound(address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && !a.IsUnspecified()
}

// openOne reports whether it knew how.
func (s *start) openOne(l model.Listener) (bool, error) {
	b := l.Binding
	if b == nil {
		b = &model.Binding{Mechanism: "default"}
	}
	reason := fmt.Sprintf("%s:%d could not be reached in a container", l.Address, l.Port)
	switch b.Mechanism {
	case "spring-property":
		return s.openSpring(*b, reason, l.Port), nil
	case "kestrel-urls", "kestrel-endpoint":
		return s.openKestrel(*b, reason, l.Port), nil
	case "tomcat-connector":
		return s.openConnector(*b, l, reason)
	case "helidon-property":
		if ok, err := s.openValue(*b, reason, l.Port); ok || err != nil || b.Arg > 0 {
			return ok, err
		}
		return s.openVariable(b.Key, reason, l.Port), nil // its file is packaged
	case "quarkus-property", "micronaut-property":
		if b.Arg == 0 {
			return s.openVariable(b.Key, reason, l.Port), nil
		}
		return s.openValue(*b, reason, l.Port)
	case "argument":
		if b.Value == "" {
			return false, nil
		}
		if s.info.ApplicationType == "dotnet-mono" {
			return s.openPrefix(*b, reason, l.Port), nil
		}
		return s.argument(b.Arg, reason, l.Port, func(v string) string { return strings.Replace(v, b.Value, openAddress(b.Value), 1) }), nil
	case "jetty-property", "jetty-connector", "liberty-endpoint", "jboss-interface", "glassfish-listener", "karaf-config", "osgi-property", "mono-option":
		if l.Purpose == "management" || l.Purpose == "ssh" { // a console, for people on the machine
			return false, nil
		}
		return s.openValue(*b, reason, l.Port)
	case "default":
		return s.openDefault(*b, reason, l.Port), nil
	}
	return false, nil
}

// openDefault says otherwise where nothing says anything.
func (s *start) openDefault(b model.Binding, reason string, port int) bool {
	switch {
	case s.dotnet(): // Kestrel's own default is http://localhost:5000
		s.set("ASPNETCORE_URLS", fmt.Sprintf("http://%s:%d", anywhere, port), reason, port)
		return true
	case b.FrameworkDefault():
		return s.openVariable(b.Key, reason, port)
	}
	return false
}

// openSpring respects Spring Boot's order: arguments, then system properties, then variables, then files ("Externalized Configuration").
func (s *start) openSpring(b model.Binding, reason string, port int) bool {
	if b.Arg > 0 {
		return s.argument(b.Arg, reason, port, func(string) string { return anywhere })
	}
	name := relaxed(b.Key)
	if have := s.relaxedVariable(b.Key); have != "" {
		name = have
	}
	s.set(name, anywhere, reason, port)
	return true
}

// relaxedVariable finds the variable that is bound to a property now, however it is spelled.
func (s *start) relaxedVariable(key string) string {
	for name := range s.env {
		if strings.EqualFold(strings.ReplaceAll(name, "_", ""), strings.NewReplacer(".", "", "-", "").Replace(key)) {
			return name
		}
	}
	return ""
}

// openKestrel changes the key that is in force: endpoints of the configuration win over ASPNETCORE_URLS, arguments over variables,
// variables over files (learn.microsoft.com: "Configure endpoints for the ASP.NET Core Kestrel web server").
func (s *start) openKestrel(b model.Binding, reason string, port int) bool {
	if b.Arg > 0 {
		return s.argument(b.Arg, reason, port, openURLs)
	}
	name := strings.ReplaceAll(b.Key, ":", "__")
	if b.File != "" && strings.EqualFold(b.Key, "urls") {
		name = "URLS" // a key of the application's configuration wins over ASPNETCORE_URLS, and the variable of the same name over that
	}
	value := b.Value
	if have := s.variable(name); have != "" {
		name, value = have, s.env[have]
	}
	if value == "" {
		return false
	}
	s.set(name, openURLs(value), reason, port)
	return true
}

// argument rewrites the value of an argument: what follows "=", or all of it.
func (s *start) argument(i int, reason string, port int, rewrite func(string) string) bool {
	if i <= 0 || i >= len(s.argv) {
		return false
	}
	before := s.argv[i]
	key, value, ok := strings.Cut(before, "=")
	after := rewrite(before)
	if ok && strings.HasPrefix(before, "-") {
		after = key + "=" + rewrite(value)
	}
	if after == before {
		return slices.ContainsFunc(s.changes, func(c model.Change) bool { return c.Kind == "listener" && c.After == after })
	}
	s.argv[i] = after
	s.changes = append(s.changes, model.Change{Kind: "listener", Target: fmt.Sprintf("argument %d", i), Before: before, After: after, Reason: reason, Port: port})
	return true
}

// openURLs opens every URL of a list, "http://127.0.0.1:5000;https://localhost:5001".
func openURLs(list string) string {
	urls := strings.Split(list, ";")
	for i, u := range urls {
		urls[i] = openURL(u)
	}
	return strings.Join(urls, ";")
}

func openURL(u string) string {
	parsed, err := url.Parse(strings.TrimSpace(u))
	if err != nil || parsed.Host == "" {
		return u
	}
	host := parsed.Hostname()
	if !strings.EqualFold(host, "localhost") && !bound(host) {
		return u // "*", "+", a name or already open
	}
	return strings.Replace(u, parsed.Host, openAddress(parsed.Host), 1)
}

// openAddress replaces the host of "host", "host:port" or a URL.
func openAddress(v string) string {
	if strings.Contains(v, "://") {
		return openURLs(v)
	}
	if bound(strings.Trim(v, "[]")) {
		return anywhere
	}
	if i := strings.LastIndexByte(v, ':'); i >= 0 {
		return anywhere + v[i:]
	}
	return anywhere
}
