package parse

import "strings"

// TomcatLookup resolves ${…} as Tomcat does: the environment when its property source is switched on, catalina.properties, whose entries become system
// properties over those of the command line, then these.
func TomcatLookup(catalina map[string]string, property, variable Lookup, home, base string) Lookup {
	system := func(key string) (string, bool) {
		if v, ok := catalina[key]; ok {
			return v, true
		}
		if v, ok := property(key); ok {
			return v, true
		}
		switch key {
		case "catalina.home":
			return home, home != ""
		case "catalina.base":
			return base, base != ""
		}
		return "", false
	}
	sources, _ := system("org.apache.tomcat.util.digester.PROPERTY_SOURCE")
	return func(key string) (string, bool) {
		if strings.Contains(sources, "EnvironmentPropertySource") {
			if v, ok := variable(key); ok {
				return v, true
			}
		}
		return system(key)
	}
}
