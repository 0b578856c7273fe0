package proof

import (
	"bytes"
	"crypto/md5" //nolint:gosec // HTTP's digest
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"a2c/model"
	"a2c/parse"
	"a2c/proof/servers"
)

func answer(req *http.Request) (body []byte, status int, err error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err = io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	return body, resp.StatusCode, err
}

// text is a value of JSON as a property's text: numbers and switches as Java writes them.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

func decode(t *testing.T, data []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%v: %.300s", err, data)
	}
}

// springOrigin reads "URL [file:/etc/application.yml] - 3:9" and "class path resource [application.yml] from a.jar - 3:9".
func springOrigin() *regexp.Regexp { return regexp.MustCompile(`\[([^\]]+)\].* - (\d+):\d+$`) }

// spring compares with /actuator/env, key by key and source by source, and with what is bound by /actuator/configprops.
func (k *compared) spring(t *testing.T) {
	base := fmt.Sprintf("http://127.0.0.1:%d/actuator/", k.place.Port(0))
	for _, v := range k.said.Values {
		k.values[parse.SpringKey(v.Key)] = v
	}
	for _, key := range sorted(k.values) {
		v := k.values[key]
		if v.Place.Kind == "env" && v.Key == v.Place.Key {
			continue // below: variables that stand for no key
		}
		k.springKey(t, base, v)
	}
	k.springSources(t, k.get(t, base+"env"))
	k.springBound(t, k.get(t, base+"configprops"))
}

type springReport struct {
	Property *struct {
		Source string
		Value  any
	}
	PropertySources []struct {
		Name     string
		Property struct {
			Value  any
			Origin string
		}
	}
}

// springKey asks for one key.
func (k *compared) springKey(t *testing.T, base string, v model.ConfigValue) {
	t.Helper()
	var r springReport
	decode(t, k.get(t, base+"env/"+url.PathEscape(v.Key)), &r)
	if r.Property == nil {
		k.missing(t, "%s is %q by a2c, and not known to the application", v.Key, v.Value)
		return
	}
	k.value(t, v.Key, v, text(r.Property.Value))
	for _, s := range r.PropertySources {
		if s.Name != r.Property.Source {
			continue
		}
		if m := springOrigin().FindStringSubmatch(s.Property.Origin); m != nil {
			line, err := strconv.Atoi(m[2])
			if err != nil || !from(v, m[1], line) {
				k.missing(t, "%s comes from %s by a2c, from %s by the application", v.Key, model.FromFile(v.Place.Path, v.Place.Line), s.Property.Origin)
			}
		}
	}
}

// springSources looks whether a2c knows all that the application's sources hold.
func (k *compared) springSources(t *testing.T, data []byte) {
	t.Helper()
	var env struct {
		ActiveProfiles  []string
		PropertySources []struct {
			Name       string
			Properties map[string]struct{ Value any }
		}
	}
	decode(t, data, &env)
	if got, want := strings.Join(k.said.Profiles, ","), strings.Join(env.ActiveProfiles, ","); got != want {
		k.missing(t, "profiles %s by a2c, %s by the application", got, want)
	}
	seen := map[string]bool{}
	for _, s := range env.PropertySources {
		known := s.Name == "commandLineArgs" || s.Name == "systemEnvironment" || s.Name == "spring.application.json" || strings.HasPrefix(s.Name, "Config ")
		for _, key := range sorted(s.Properties) {
			if !known || seen[key] {
				continue
			}
			seen[key] = true
			v, ok := k.byVariable(key, s.Name == "systemEnvironment")
			if !ok {
				k.missing(t, "%s of %s is not known to a2c", key, s.Name)
				continue
			}
			if s.Name == "systemEnvironment" {
				k.value(t, key, v, text(s.Properties[key].Value))
			}
		}
	}
}

// byVariable is the value of a key, or what a variable says, in force or not.
func (k *compared) byVariable(key string, variable bool) (model.ConfigValue, bool) {
	if !variable {
		v, ok := k.values[parse.SpringKey(key)]
		return v, ok
	}
	for _, v := range k.said.Values {
		if v.Kind == "environment" && v.Place.Key == key {
			return v, true
		}
		for _, o := range v.Overrides {
			if o.Kind == "environment" && o.Place.Key == key {
				return model.ConfigValue{Key: key, Value: o.Value, Kind: o.Kind, Place: o.Place}, true
			}
		}
	}
	return model.ConfigValue{}, false
}

// springBound compares what @ConfigurationProperties were bound from.
func (k *compared) springBound(t *testing.T, data []byte) {
	t.Helper()
	var all struct {
		Contexts map[string]struct {
			Beans map[string]struct {
				Prefix string
				Inputs any
			}
		}
	}
	decode(t, data, &all)
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if origin, ok := v["origin"].(string); ok {
				k.springInput(t, key, text(v["value"]), origin)
				return
			}
			for _, name := range sorted(v) {
				walk(key+"."+name, v[name])
			}
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s[%d]", key, i), item)
			}
		}
	}
	for _, context := range sorted(all.Contexts) {
		for _, bean := range sorted(all.Contexts[context].Beans) {
			b := all.Contexts[context].Beans[bean]
			walk(b.Prefix, b.Inputs)
		}
	}
}

func (k *compared) springInput(t *testing.T, key, value, origin string) {
	t.Helper()
	v, ok := k.values[parse.SpringKey(key)]
	if whole, _, indexed := strings.Cut(key, "["); !ok && indexed { // "a,b" for a list
		v, ok = k.values[parse.SpringKey(whole)]
	}
	if !ok {
		k.missing(t, "%s is bound from %s, and not known to a2c", key, origin)
		return
	}
	k.value(t, key, v, value)
}

// dotnet compares with the debug view: "Key=Value (Provider)", indented by section.
func (k *compared) dotnet(t *testing.T) {
	for _, v := range k.said.Values {
		if !strings.HasSuffix(string(v.Place.Path), ".runtimeconfig.json") {
			k.values[strings.ToLower(v.Key)] = v
		}
	}
	left := map[string]bool{}
	for key := range k.values {
		left[key] = true
	}
	form := regexp.MustCompile(`^( *)([^=]+?)(?:=(.*) \((?:[A-Za-z]+\.)*([A-Za-z]+Provider)(.*)\)|:)$`)
	var path []string
	for line := range strings.SplitSeq(strings.ReplaceAll(string(k.get(t, fmt.Sprintf("http://127.0.0.1:%d/", k.place.Port(0)))), "\r\n", "\n"), "\n") {
		m := form.FindStringSubmatch(line)
		if m == nil {
			if line != "" {
				t.Errorf("%s: %q is no line of the debug view", k.name, line)
			}
			continue
		}
		path = append(path[:len(m[1])/2], m[2])
		if m[4] == "" {
			continue // a section
		}
		key := strings.Join(path, ":")
		v, ok := k.values[strings.ToLower(key)]
		delete(left, strings.ToLower(key))
		switch {
		case !ok && (key == "applicationName" || key == "contentRoot"): // what the framework sets by itself
		case !ok:
			k.missing(t, "%s=%s of %s%s is not known to a2c", key, m[3], m[4], m[5])
		default:
			k.value(t, key, v, m[3])
			k.provider(t, key, v, m[4], m[5])
		}
	}
	for _, key := range sorted(left) {
		k.missing(t, "%s is %q by a2c, and not known to the application", key, k.values[key].Value)
	}
}

// provider compares where a value comes from.
func (k *compared) provider(t *testing.T, key string, v model.ConfigValue, provider, more string) {
	t.Helper()
	ok := true
	switch provider {
	case "JsonConfigurationProvider":
		ok = strings.Contains(more, "'"+filepath.Base(string(v.Place.Path))+"'")
	case "EnvironmentVariablesConfigurationProvider":
		ok = v.Place.Kind == "env"
	case "CommandLineConfigurationProvider":
		ok = v.Place.Kind == "argv"
	}
	if !ok {
		k.missing(t, "%s comes from %+v by a2c, from %s%s by the application", key, v.Place, provider, more)
	}
}

// wildFly compares with the management model, expressions resolved.
func (k *compared) wildFly(t *testing.T) {
	for _, v := range k.said.Values {
		k.values[v.Key] = v
	}
	var properties struct {
		Result map[string]any
	}
	at := "" // of the server in its domain
	if others := k.place.Server.Others; len(others) > 0 {
		at = fmt.Sprintf(`{"host":%q},{"server":"shop"}`, others[0])
	}
	decode(t, k.manage(t, `{"operation":"read-attribute","name":"system-properties","address":[`+strings.TrimPrefix(at+`,{"core-service":"platform-mbean"},{"type":"runtime"}]}`, ",")), &properties)
	for _, key := range sorted(k.values) {
		v := k.values[key]
		if strings.ContainsAny(key, "/@") || v.Place.Kind == "env" && v.Kind == "environment" {
			continue
		}
		is, ok := properties.Result[key]
		if !ok {
			k.missing(t, "system property %s is %q by a2c, and not known to the application", key, v.Value)
			continue
		}
		k.value(t, key, v, text(is))
	}
	var model struct{ Result any }
	decode(t, k.manage(t, `{"operation":"read-resource","recursive":true,"include-defaults":false,"resolve-expressions":true,"address":[`+at+`]}`), &model)
	k.resource(t, nil, model.Result)
	if at != "" {
		k.wildFlyHeap(t, at)
	}
}

// wildFlyHeap compares the heap that the host controller gives its server's JVM.
func (k *compared) wildFlyHeap(t *testing.T, at string) {
	t.Helper()
	var arguments struct{ Result []string }
	decode(t, k.manage(t, `{"operation":"read-attribute","name":"input-arguments","address":[`+at+`,{"core-service":"platform-mbean"},{"type":"runtime"}]}`), &arguments)
	for _, a := range arguments.Result {
		for option, attr := range map[string]string{"-Xms": "size", "-Xmx": "max-size"} {
			if is, ok := strings.CutPrefix(a, option); ok {
				k.value(t, a, k.values["jvm[shop]/heap@"+attr], is)
			}
		}
	}
}

// resource compares the attributes of a resource of the management model that the document writes under the same name.
func (k *compared) resource(t *testing.T, address []string, v any) {
	t.Helper()
	r, ok := v.(map[string]any)
	if !ok {
		return
	}
	for _, name := range sorted(r) {
		switch child := r[name].(type) {
		case map[string]any: // kinds of children, by name
			for _, each := range sorted(child) {
				k.resource(t, append(slices.Clip(address), name, each), child[each])
			}
		case nil, []any:
		default:
			for _, key := range k.writtenAs(address, name) {
				if said, ok := k.values[key]; ok {
					k.value(t, key, said, text(child))
					break
				}
			}
		}
	}
}

// writtenAs are the keys under which the document may hold an attribute of a resource.
func (k *compared) writtenAs(address []string, name string) []string {
	at := ""
	for i := 0; i+1 < len(address); i += 2 {
		kind, each := address[i], address[i+1]
		switch kind {
		case "subsystem":
			at += "profile/subsystem[" + each + "]"
		case "data-source":
			at += "/datasources/datasource[" + each + "]"
		case "path":
			at += "paths/path[" + each + "]"
		case "scanner":
			at += "/deployment-scanner"
		case "interface":
			at += "interfaces/interface[" + each + "]"
		case "worker", "cache-container", "local-cache":
			at += "/" + kind + "[" + each + "]"
		default:
			at += "/" + kind + "[" + each + "]"
		}
	}
	at = strings.TrimPrefix(at, "/")
	if at == "" {
		return nil
	}
	list := []string{at + "@" + name, at + "/" + name, at + "/" + name + "@value"}
	for _, part := range []string{"pool", "security", "validation", "timeout"} {
		list = append(list, at+"/"+part+"/"+name, at+"/"+part+"@"+name)
	}
	return list
}

// manage posts an operation as the user that the proof made, by HTTP's digest.
func (k *compared) manage(t *testing.T, operation string) []byte {
	t.Helper()
	at := fmt.Sprintf("http://127.0.0.1:%d/management", k.place.Port(2))
	post := func(authorization string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader(operation))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		return http.DefaultClient.Do(req)
	}
	first, err := post("")
	if err != nil {
		t.Fatal(err)
	}
	first.Body.Close() //nolint:errcheck // nothing of it is wanted
	second, err := post(digestOf(first.Header.Get("WWW-Authenticate")))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(second.Body, 64<<20))
	if err != nil || second.StatusCode != http.StatusOK {
		t.Fatalf("WildFly's management answers %d, %v: %.300s", second.StatusCode, err, body)
	}
	return body
}

// digestOf answers a challenge (RFC 2617).
func digestOf(challenge string) string {
	field := func(name string) string {
		if m := regexp.MustCompile(name + `="([^"]*)"`).FindStringSubmatch(challenge); m != nil {
			return m[1]
		}
		return ""
	}
	hash := func(s string) string {
		sum := md5.Sum([]byte(s)) //nolint:gosec // as above
		return hex.EncodeToString(sum[:])
	}
	const uri, nc, cnonce = "/management", "00000001", "a2c0a2c0"
	a1 := hash(servers.ManagementUser + ":" + field("realm") + ":" + servers.ManagementPass)
	response := hash(strings.Join([]string{a1, field("nonce"), nc, cnonce, "auth", hash("POST:" + uri)}, ":"))
	return fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri=%q, response=%q, qop=auth, nc=%s, cnonce=%q, opaque=%q, algorithm=MD5`,
		servers.ManagementUser, field("realm"), field("nonce"), uri, response, nc, cnonce, field("opaque"))
}
