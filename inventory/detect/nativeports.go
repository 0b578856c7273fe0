package detect

import (
	"strings"

	"a2c/model"
)

// nativePorts are the ports that a native image was given in the notation of the framework that it may be made with. The framework cannot be seen in
// it, and files that were compiled in neither; so only a port that its arguments or its environment name is told, when it is open.
func (v *view) nativePorts(a *model.App) []port {
	var ports []port
	for _, f := range []struct{ mechanism, purpose, port, address string }{
		{"spring-property", "http", "server.port", "server.address"},
		{"spring-property", "management", "management.server.port", "management.server.address"},
		{"quarkus-property", "http", "quarkus.http.port", "quarkus.http.host"},
		{"quarkus-property", "https", "quarkus.http.ssl-port", "quarkus.http.host"},
		{"quarkus-property", "management", "quarkus.management.port", "quarkus.management.host"},
		{"micronaut-property", "http", "micronaut.server.port", "micronaut.server.host"},
	} {
		set, ok := v.given(f.port)
		if !ok || number(set.value) == 0 {
			continue
		}
		p := settingPort(v.given, model.Binding{Mechanism: f.mechanism, Key: f.address}, f.purpose, f.port, "")
		for _, l := range a.Listeners {
			if l.Protocol == "tcp" && l.Port == p.number {
				ports = append(ports, p)
				break
			}
		}
	}
	return ports
}

// given is a setting of the command line, --key=value or -Dkey=value, else of the environment, where "_" stands for what is no letter or digit.
func (v *view) given(key string) (springValue, bool) {
	for i, arg := range v.Args() {
		for _, prefix := range []string{"--", "-D"} {
			if value, ok := strings.CutPrefix(arg, prefix+key+"="); ok && i > 0 {
				return springValue{key: key, value: value, arg: i, from: []model.Source{model.FromArg(v.PID, i)}}, true
			}
		}
	}
	name := strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
	if value, ok := v.env.Get(name); ok {
		return springValue{key: key, value: value, from: []model.Source{model.FromEnv(v.PID, name)}}, true
	}
	return springValue{}, false
}
