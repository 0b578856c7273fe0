package generate

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"a2c/model"
)

// Settings notes which settings in force name an application of the same machine, and which variable each framework takes in their place. Where the address
// holds a secret, or a command line sets it, there is none.
func Settings(d *model.Deployment, c model.Configuration) {
	for i := range d.Reaches {
		r := &d.Reaches[i]
		if r.ApplicationID == "" {
			continue
		}
		for _, v := range c.Values {
			if !mentions(v, *r, c.Values) {
				continue
			}
			s := model.ReachSetting{Key: v.Key, Value: v.Value, Source: place(v), Variable: settingVariable(c.Rules, v)}
			if strings.Contains(v.Value, model.Redacted) {
				s.Value, s.Variable = "", ""
			}
			r.Settings = append(r.Settings, s)
		}
	}
}

// mentions reports whether the value names the other end: host and port together, or the host alone where a key beside it holds the port.
func mentions(v model.ConfigValue, r model.Reach, all []model.ConfigValue) bool {
	if readdress(v.Value, r.Host, r.Port, "x") != v.Value {
		return true
	}
	if !strings.EqualFold(strings.TrimSpace(v.Value), r.Host) {
		return false
	}
	for _, other := range all {
		if other.Value == strconv.Itoa(r.Port) && stem(other.Key) == stem(v.Key) {
			return true
		}
	}
	return false
}

// stem is a key without its last part: "shop.orders" of "shop.orders.host".
func stem(key string) string { return key[:max(0, strings.LastIndexAny(key, ".:_-"))] }

// readdress puts to in the place of host wherever it stands before the port. Both ends keep the port: a service has the number that its application has.
func readdress(value, host string, port int, to string) string {
	at := ":" + strconv.Itoa(port)
	hosts := []string{regexp.QuoteMeta(host)}
	if loopback(host) {
		hosts = []string{"localhost", `127\.0\.0\.1`, `\[::1\]`}
	}
	address := regexp.MustCompile(`(?i)(^|[^A-Za-z0-9._-])(` + strings.Join(hosts, "|") + `)` + at + `($|[^0-9])`)
	for range 2 { // of two that stand beside each other the first match takes the sign between them
		value = address.ReplaceAllString(value, "${1}"+to+at+"${3}")
	}
	return value
}

func place(v model.ConfigValue) string {
	switch {
	case v.Place.Path != "" && v.Place.Line > 0:
		return fmt.Sprintf("%s:%d", v.Place.Path, v.Place.Line)
	case v.Place.Path != "":
		return v.Place.Path.String()
	}
	return v.Kind
}

// settingVariable is the variable that the framework takes before what sets the value now; "" where there is none.
func settingVariable(rules string, v model.ConfigValue) string {
	switch {
	case strings.HasPrefix(v.Kind, "environment"):
		return cmp.Or(v.Place.Key, v.Key)
	case v.Kind != "file" && v.Kind != "packaged file":
		return "" // arguments and system properties count more than variables
	}
	switch rules {
	case "Spring Boot":
		return springVariable(v.Key)
	case "ASP.NET Core", ".NET":
		return strings.ReplaceAll(v.Key, ":", "__")
	case "Quarkus", "Micronaut":
		return strings.ToUpper(notInVariable.ReplaceAllString(v.Key, "_"))
	}
	return ""
}

// notInVariable is what MicroProfile Config replaces ("Environment Variables Mapping Rules"); Micronaut does alike.
var notInVariable = regexp.MustCompile(`[^A-Za-z0-9_]`)

// springVariable is the name by which Spring Boot binds a property from the environment: dots become '_', dashes go
// (https://docs.spring.io/spring-boot/reference/features/external-config.html, "Binding From Environment Variables").
func springVariable(key string) string {
	key = strings.NewReplacer("-", "", "[", "_", "].", "_", "]", "", ".", "_").Replace(key)
	return strings.ToUpper(notInVariable.ReplaceAllString(key, "_"))
}
