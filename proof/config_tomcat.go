package proof

import (
	"fmt"
	"strings"
	"testing"
)

// tomcat compares with what a page of each application prints of its parameters, its naming, its data sources, and of the server's own beans.
func (k *compared) tomcat(t *testing.T) {
	for _, v := range k.said.Values {
		if !strings.HasSuffix(string(v.Place.Path), "server.xml") || !strings.HasPrefix(v.Key, "Server/GlobalNamingResources") {
			k.values[v.Key] = v
		}
	}
	for _, app := range []string{"/shop", "/alone", "/inline"} {
		seen := map[string]bool{}
		for line := range strings.Lines(string(k.get(t, fmt.Sprintf("http://127.0.0.1:%d%s/say.jsp", k.place.Port(0), app)))) {
			k.tomcatLine(t, app, strings.Split(strings.TrimSpace(line), "|"), seen)
		}
		for _, key := range sorted(k.values) {
			if strings.HasPrefix(key, "web-app["+app+"]/") && (strings.HasSuffix(key, "/param-value") || strings.HasSuffix(key, "/env-entry-value")) && !strings.Contains(key, "/servlet[") && !seen[key] {
				k.missing(t, "%s is %q by a2c, and not known to the application", key, k.values[key].Value)
			}
		}
	}
}

// tomcatLine compares one line: "context-param|NAME|VALUE".
func (k *compared) tomcatLine(t *testing.T, app string, f []string, seen map[string]bool) {
	t.Helper()
	var key string
	optional := false // what Tomcat sets by itself
	switch f[0] {
	case "context-param":
		key = "web-app[" + app + "]/context-param[" + f[1] + "]/param-value"
	case "env-entry":
		key = "web-app[" + app + "]/env-entry[" + f[1] + "]/env-entry-value"
	case "timeout":
		key, optional = "web-app["+app+"]/session-config/session-timeout", true
	case "resource":
		name := map[string]string{"Url": "url", "MaxTotal": "maxTotal", "Username": "username"}[f[2]]
		key = "Context[" + app + "]/Resource[" + f[1] + "]@" + name
	case "connector":
		key = "Server/Service[Catalina]/Connector@" + f[1]
	case "context":
		key, optional = "Context["+app+"]@"+f[1], true
	case "property":
		key = f[1]
	default:
		t.Errorf("%s: the page prints %q", k.name, strings.Join(f, "|"))
		return
	}
	seen[key] = true
	v, ok := k.values[key]
	switch {
	case ok:
		k.value(t, key, v, f[len(f)-1])
	case !optional:
		k.missing(t, "%s is %q by the application, and not known to a2c", key, f[len(f)-1])
	}
}
