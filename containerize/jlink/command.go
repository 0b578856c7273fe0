package jlink

import (
	"path"
	"slices"
	"strings"

	"a2c/parse"
)

// Command takes from the command line what it asks of the runtime, and what leaves doubt.
func (s *Scan) Command(c *parse.JavaCommand) {
	for _, p := range c.Problems {
		s.Doubt("the command line cannot be read whole: " + p)
	}
	if c.Mode == parse.JavaModule || c.ModulePath.Value != "" {
		s.Doubt("the application is started as modules (--module-path)")
	}
	if c.Mode == parse.JavaSource {
		s.Doubt("the application is compiled when it starts")
	}
	for _, p := range c.Properties {
		switch {
		case strings.HasPrefix(p.Name, "com.sun.management.jmxremote"):
			s.Doubt("JMX is open to others (" + p.Name + "), who may ask for any bean of the runtime")
		case p.Name == "java.security.properties":
			s.Doubt("security providers are configured outside the runtime (" + p.Name + ")")
		}
		s.at = "-D" + p.Name
		s.look([]byte(p.Value))
	}
	for i, o := range c.Options {
		value := o.Value
		if i+1 < len(c.Options) && strings.HasPrefix(value, "--") && !strings.Contains(value, "=") {
			value += "=" + c.Options[i+1].Value // the value of "--add-modules java.sql" is the next one
		}
		s.option(value)
	}
}

func (s *Scan) option(o string) {
	name, value, _ := strings.Cut(o, "=")
	switch {
	case strings.HasPrefix(o, "-javaagent:"):
		s.Doubt("an agent is loaded (" + path.Base(name) + "), which may need whatever it likes")
	case strings.HasPrefix(o, "-agentlib:jdwp"), strings.HasPrefix(o, "-Xrunjdwp"):
		s.Ask("jdk.jdwp.agent", "asked for by "+o)
	case strings.HasPrefix(o, "-agentlib:"), strings.HasPrefix(o, "-agentpath:"):
		s.Doubt("an agent is loaded (" + path.Base(name) + "), which may need whatever it likes")
	case name == "--upgrade-module-path", name == "--patch-module", name == "--limit-modules", strings.HasPrefix(o, "-Xbootclasspath"):
		s.Doubt("the runtime's own modules are changed by " + name)
	case name == "--add-modules":
		for m := range strings.SplitSeq(value, ",") {
			if strings.HasPrefix(m, "ALL-") {
				s.Doubt("the command line asks for " + m)
			}
			s.Ask(m, "asked for by "+name)
		}
	case name == "--add-exports", name == "--add-opens", name == "--add-reads", name == "--enable-native-access":
		module, _, _ := strings.Cut(value, "/")
		module, _, _ = strings.Cut(module, "=")
		s.Ask(module, "asked for by "+name)
	case strings.HasPrefix(o, "-XX:StartFlightRecording"), o == "-XX:+FlightRecorder":
		s.Ask("jdk.jfr", "asked for by "+name)
		s.Ask("jdk.management.jfr", "asked for by "+name)
	}
}

// Library asks for the module of a native library of the runtime that the process has loaded.
func (s *Scan) Library(name string) {
	b := path.Base(name)
	modules := map[string]string{
		"libmanagement.so": "java.management", "libmanagement_ext.so": "jdk.management", "libmanagement_agent.so": "jdk.management.agent",
		"libinstrument.so": "java.instrument", "libprefs.so": "java.prefs", "librmi.so": "java.rmi", "libj2pkcs11.so": "jdk.crypto.cryptoki",
		"libj2gss.so": "java.security.jgss", "libj2pcsc.so": "java.smartcardio", "libjaas.so": "jdk.security.auth", "libsctp.so": "jdk.sctp",
		"libextnet.so": "jdk.net", "libattach.so": "jdk.attach", "libjdwp.so": "jdk.jdwp.agent", "libdt_socket.so": "jdk.jdwp.agent",
		"libawt.so": "java.desktop", "libawt_headless.so": "java.desktop", "libawt_xawt.so": "java.desktop", "libfontmanager.so": "java.desktop",
		"libfreetype.so": "java.desktop", "liblcms.so": "java.desktop", "libjavajpeg.so": "java.desktop", "libmlib_image.so": "java.desktop",
	}
	s.Ask(modules[b], "the process has loaded "+b)
}

// Security reads java.security: a provider that no runtime brings, or that has a configuration, leaves doubt.
func (s *Scan) Security(text []byte) {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "security.provider.") {
			continue
		}
		_, value, _ := strings.Cut(line, "=")
		f := strings.Fields(value)
		if len(f) == 0 {
			continue
		}
		known := []string{"SUN", "SunRsaSign", "SunJSSE", "SunJCE", "SunEC", "SunJGSS", "SunSASL", "XMLDSig", "SunPCSC", "JdkLDAP", "JdkSASL", "SunPKCS11"}
		if !slices.Contains(known, f[0]) || len(f) > 1 {
			s.Doubt("java.security names a security provider of its own (" + value + ")")
		}
	}
}
