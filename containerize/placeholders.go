package containerize

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// placeholder is what stands in the image's copy instead of a secret, and the variable that gives the value; "" when it needs none.
type placeholder struct{ variable, text string }

// placeholder says how the application's kind takes a value of a file from a variable:
//   - Spring Boot, Quarkus, Helidon, Micronaut: ${VARIABLE} in their properties and YAML ("Property Placeholders", "Property Expressions" of their references)
//   - Tomcat, TomEE: ${VARIABLE} in what their digester reads, with EnvironmentPropertySource (Apache Tomcat, "System Properties")
//   - WildFly, EAP: ${env.VARIABLE} in the documents of the server ("Expressions" of the WildFly administration guide)
//   - Liberty: ${env.VARIABLE} in server.xml and what it includes (Open Liberty, "Server configuration overview")
//   - Karaf: ${env:VARIABLE} in etc/*.cfg ("Configuration" of its manual, and the proof config)
//   - ASP.NET Core: a variable A__B wins over A:B of appsettings.json, which holds nothing then (learn.microsoft.com, "Configuration in ASP.NET Core")
func (s *start) placeholder(k model.Secret) (placeholder, bool) {
	name, ext := path.Base(string(k.Place.Path)), strings.ToLower(path.Ext(string(k.Place.Path)))
	settings := slices.Contains([]string{".properties", ".yml", ".yaml"}, ext)
	switch kind := s.info.ApplicationType; {
	case slices.Contains([]string{"java-springboot", "java-quarkus", "java-helidon", "java-micronaut"}, kind) && settings:
		if s.given(bindsTo(kind, k.Place.Key)) {
			return placeholder{}, true // the variable wins already
		}
		v := s.free(unbound + k.Place.Key)
		return placeholder{v, "${" + v + "}"}, true
	case (kind == "java-tomcat" || kind == "java-tomee") && digested(k.Place.Path) && s.tomcatReadsVariables():
		v := s.free(xmlName(k.Place.Key))
		return placeholder{v, "${" + v + "}"}, true
	case kind == "java-jboss" && wildflyDocument.MatchString(name) && !s.wildflyReads(name):
		return placeholder{}, true
	case kind == "java-jboss" && ext == ".xml" && wildflyDocument.MatchString(name), kind == "java-liberty" && ext == ".xml":
		v := s.free(xmlName(k.Place.Key))
		return placeholder{v, "${env." + v + "}"}, true
	case kind == "java-karaf" && ext == ".cfg":
		v := s.free(k.Place.Key)
		return placeholder{v, "${env:" + v + "}"}, true
	case s.dotnet() && kind != "dotnet-mono" && appSettings.MatchString(name):
		v := strings.ReplaceAll(k.Place.Key, ":", "__")
		if s.given(v) {
			return placeholder{}, true // the variable wins already
		}
		return placeholder{v, ""}, variableName.MatchString(v) && s.alone(k.Place)
	}
	return placeholder{}, false
}

var (
	wildflyDocument = regexp.MustCompile(`^(standalone|domain|host)[\w.-]*\.xml$`)
	appSettings     = regexp.MustCompile(`(?i)^appsettings(\.[\w-]+)?\.json$`)
	variableName    = regexp.MustCompile(`^[A-Za-z_]\w*$`)
	notVariable     = regexp.MustCompile(`\W+`)
)

// wildflyReads reports whether a server reads its document of that name. One of a domain may read each.
func (s *start) wildflyReads(name string) bool {
	at := slices.IndexFunc(s.argv, func(a string) bool { return path.Base(a) == "jboss-modules.jar" })
	if at < 0 {
		return true
	}
	var program []parse.JavaArg
	for i, a := range s.argv[at+1:] {
		program = append(program, parse.JavaArg{Value: a, Index: at + 1 + i})
	}
	c := parse.ReadJBossCommand(program)
	if c.Module.Value != parse.JBossStandalone {
		return true
	}
	config := "standalone.xml"
	for _, p := range c.Properties {
		if p.File != "" || p.Name == "jboss.server.default.config" {
			return true // which one is read cannot be seen here
		}
	}
	if o := c.Options["server-config"].Value; o != "" {
		config = path.Base(o)
	}
	return name == config
}

// unbound keeps a variable from being one that the framework binds to the key itself: that would win in every document and profile, also where this value is not the
// one in force.
const unbound = "SECRET_"

// bindsTo is the variable that the framework binds to a key itself; it wins over every file.
func bindsTo(kind, key string) string {
	if kind == "java-springboot" {
		return relaxed(key)
	}
	return strings.ToUpper(notVariable.ReplaceAllString(key, "_"))
}

// alone reports whether no other appsettings file beside this one sets the same key: a variable wins over all of them, whichever is in force.
func (s *start) alone(at model.Place) bool {
	dir := path.Dir(string(at.Path))
	for p, it := range s.plan.items {
		if p == at.Path || path.Dir(string(p)) != dir || !appSettings.MatchString(path.Base(string(p))) {
			continue
		}
		data, err := s.plan.current(it, maxConfigFile)
		if err != nil {
			return false
		}
		list, err := parse.ReadAppSettings(data)
		if err != nil || slices.ContainsFunc(list, func(v parse.Setting) bool { return strings.EqualFold(v.Key, at.Key) }) {
			return false
		}
	}
	return true
}

// free makes the name of a variable that nothing else has.
func (s *start) free(key string) string {
	name := strings.Trim(strings.ToUpper(notVariable.ReplaceAllString(key, "_")), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	out := name
	for n := 2; s.given(out); n++ {
		out = fmt.Sprintf("%s_%d", name, n)
	}
	return out
}

// given reports whether the image has a variable of that name, or gets one when it runs.
func (s *start) given(name string) bool {
	return s.variable(name) != "" || slices.ContainsFunc(s.secrets, func(k model.Secret) bool { return strings.EqualFold(k.Name, name) })
}

// xmlName is the part of a key of XML that tells one value from others: from the last element with a label on, "Resource[jdbc/shop]@password"; without one the last
// two names.
func xmlName(key string) string {
	var parts []string
	depth, from := 0, 0
	for i, c := range key {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case '/':
			if depth == 0 {
				parts, from = append(parts, key[from:i]), i+1
			}
		}
	}
	parts = append(parts, key[from:])
	const most = 4
	for n := 1; n <= min(most, len(parts)); n++ {
		if last := parts[len(parts)-n:]; strings.Contains(last[0], "[") {
			return strings.Join(last, "/")
		}
	}
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// digested reports documents that Tomcat's digester reads, which replaces what it finds in attributes and text.
func digested(name model.Path) bool {
	dir, base := path.Split(string(name))
	switch base {
	case "server.xml", "context.xml", "web.xml", "tomcat-users.xml":
		return true
	}
	conf := path.Base(path.Dir(path.Dir(path.Clean(dir)))) // conf/ENGINE/HOST/NAME.xml
	return path.Ext(base) == ".xml" && conf == "conf"
}

// Tomcat's source of properties for its digester, and the class of it that reads variables.
const (
	propertySource    = "org.apache.tomcat.util.digester.PROPERTY_SOURCE"
	environmentSource = "org.apache.tomcat.util.digester.EnvironmentPropertySource"
)

// tomcatReadsVariables reports whether this Tomcat has the class, and no other source is configured.
func (s *start) tomcatReadsVariables() bool {
	if s.variables == nil {
		have := s.digesterSource()
		ok := (have == "" || strings.Contains(have, environmentSource)) && s.hasClass(strings.ReplaceAll(environmentSource, ".", "/")+".class")
		s.variables = &ok
	}
	return *s.variables
}

// digesterSource is what is configured: catalina.properties win over the command line (CatalinaProperties sets them as system properties).
func (s *start) digesterSource() string {
	conf := path.Join(string(s.info.AdvancedAppInfo.Directories["conf"]), "catalina.properties")
	if it := s.plan.find(conf); it != nil {
		if data, err := s.plan.current(it, maxConfigFile); err == nil {
			list, _ := parse.ReadProperties(data) // what cannot be read sets nothing
			for _, v := range slices.Backward(list) {
				if v.Key == propertySource {
					return v.Value
				}
			}
		}
	}
	return s.info.Properties[propertySource]
}

// hasClass reports whether one of the server's own archives has the class.
func (s *start) hasClass(name string) bool {
	lib := string(s.info.AdvancedAppInfo.Directories["home"]) + "/lib/"
	for p := range s.plan.items {
		dir, base := path.Split(string(p))
		if dir != lib || !strings.HasPrefix(base, "tomcat-") || path.Ext(base) != ".jar" {
			continue
		}
		if it := s.plan.find(string(p)); it != nil && s.archiveHas(it, name) {
			return true
		}
	}
	return false
}

func (s *start) archiveHas(it *item, name string) bool {
	j, done, err := s.plan.archive(it)
	if err != nil {
		return false // reported when it is copied
	}
	defer done()
	_, ok := j.Entry(name)
	return ok
}

// readVariables tells Tomcat to look into the environment, when something in its documents is to be read from there now.
func (s *start) readVariables() {
	if s.variables == nil || !*s.variables || strings.Contains(s.digesterSource(), environmentSource) {
		return
	}
	if !slices.ContainsFunc(s.changes, func(c model.Change) bool { return c.Kind == "secret" && c.After != "" }) {
		return
	}
	arg := "-D" + propertySource + "=" + environmentSource
	s.argv = slices.Insert(s.argv, 1, arg)
	s.changes = append(s.changes, model.Change{Kind: "argument", Target: "1", After: arg, Reason: "Tomcat reads the placeholders of its documents from variables"})
}
