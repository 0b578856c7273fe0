package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// config is a setting of a configuration (its PID is the file's name) as it works: Karaf lets a variable, then a system property count more than
// the file (org.apache.karaf.config.core).
func (k *karaf) config(pid, key string) (fileSetting, bool) {
	name := strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(pid + "." + key))
	if v, ok := k.env.Get(name); ok {
		return fileSetting{value: parse.ExpandTomcat(v, k.lookup), from: []model.Source{model.FromEnv(k.PID, name)}}, true
	}
	if p, ok := k.cmd.Property(pid + "." + key); ok {
		return fileSetting{value: parse.ExpandTomcat(p.Value, k.lookup), arg: max(p.From.Index, 0), from: k.from(p.From)}, true
	}
	if s, ok := k.settings[pid+"."+key]; ok && strings.HasSuffix(s.file, "system.properties") {
		return s, true
	}
	s, ok := k.file(path.Join(k.etc, pid+".cfg"))[key]
	s.value = parse.ExpandTomcat(s.value, k.lookup)
	return s, ok
}

func (k *karaf) configured(pid string) bool { return k.exists(path.Join(k.etc, pid+".cfg")) }

// karafPort is a port of one configuration.
type karafPort struct {
	pid, port, host, purpose string
	fallback                 string // unless the port is set
}

func karafPorts() []karafPort {
	return []karafPort{
		{"org.apache.karaf.shell", "sshPort", "sshHost", "ssh", "8101"},
		{"org.apache.karaf.management", "rmiRegistryPort", "rmiRegistryHost", "jmx", "1099"},
		{"org.apache.karaf.management", "rmiServerPort", "rmiServerHost", "jmx", "44444"},
		{"org.ops4j.pax.web", "org.osgi.service.http.port", "org.ops4j.pax.web.listening.addresses", "http", "8080"},
		{"org.ops4j.pax.web", "org.osgi.service.http.port.secure", "org.ops4j.pax.web.listening.addresses", "https", "8443"},
	}
}

// ports are those of the configurations that stand in etc, and the one that stops the instance.
func (k *karaf) ports() []port {
	var ports []port
	for _, p := range karafPorts() {
		if k.configured(p.pid) && k.enabled(p) {
			ports = append(ports, k.port(p)...)
		}
	}
	return append(ports, k.shutdown()...)
}

// enabled reports whether the service of a port is switched on.
func (k *karaf) enabled(p karafPort) bool {
	isTrue := func(pid, key string, fallback bool) bool {
		s, ok := k.config(pid, key)
		if !ok {
			return fallback
		}
		return strings.EqualFold(strings.TrimSpace(s.value), "true")
	}
	switch p.purpose {
	case "ssh":
		v, ok := k.cmd.Property("karaf.startRemoteShell")
		return !ok || v.Value == "true"
	case "http":
		return isTrue(p.pid, "org.osgi.service.http.enabled", true)
	case "https":
		return isTrue(p.pid, "org.osgi.service.http.secure.enabled", false)
	}
	return true
}

func (k *karaf) port(p karafPort) []port {
	number0, ok := k.config(p.pid, p.port)
	file := model.Path(path.Join(k.etc, p.pid+".cfg"))
	if !ok {
		number0 = fileSetting{value: p.fallback, from: []model.Source{model.FromFile(file, 0), model.Derived(p.port + " unless it is set")}}
	}
	host, isSet := k.config(p.pid, p.host)
	b := model.Binding{Mechanism: "karaf-config", Key: p.pid + ":" + p.host, Value: host.value, File: file}
	from := []model.Source{model.FromFile(file, 0)}
	if isSet {
		b.File, b.Line, b.Arg, from = model.Path(host.file), host.line, host.arg, host.from
	}
	var ports []port
	for address := range strings.SplitSeq(host.value, ",") {
		ports = append(ports, port{number: number(number0.value), address: strings.TrimSpace(address), purpose: p.purpose, from: number0.from, binding: newBinding(b, from...)})
	}
	return ports
}

// shutdown is where bin/stop connects to: karaf.shutdown.port, by default one that the kernel chooses and that stands in data/port.
func (k *karaf) shutdown() []port {
	if v, ok := k.lookup("karaf.shutdown.port"); ok && number(v) > 0 {
		return []port{{number: number(v), address: "localhost", purpose: "shutdown", from: k.settings["karaf.shutdown.port"].from}}
	}
	name := path.Join(k.data, "port")
	if v, ok := k.lookup("karaf.shutdown.port.file"); ok {
		name = k.abs(parse.ExpandTomcat(v, k.lookup))
	}
	data, err := k.read(name)
	if err != nil {
		k.unread("Karaf's shutdown port", name, err)
		return nil
	}
	n := number(string(data))
	if n == 0 {
		return nil
	}
	return []port{{number: n, address: "localhost", purpose: "shutdown", from: []model.Source{model.FromFile(model.Path(name), 1)}}}
}

// webApps are the wars of the folder that is deployed from: NAME-VERSION.war answers at /NAME (org.ops4j.pax.web.deployer).
func (k *karaf) webApps() []model.WebApp {
	dir := path.Join(k.base, "deploy")
	if s, ok := k.config("org.apache.felix.fileinstall-deploy", "felix.fileinstall.dir"); ok && s.value != "" {
		dir = k.abs(s.value)
	}
	var list []model.WebApp
	for _, e := range k.list("deployed bundles", dir) {
		if strings.ToLower(path.Ext(e.Name)) != ".war" {
			continue
		}
		at := path.Join(dir, e.Name)
		name := withoutVersion(stem(e.Name))
		list = append(list, newWebApp(model.WebApp{Name: name, Context: "/" + name, Path: model.Path(at)}, model.FromFile(model.Path(at), 0)))
	}
	return list
}

// withoutVersion cuts "-1.2.3" and what follows.
func withoutVersion(name string) string {
	for i := 1; i+1 < len(name); i++ {
		if name[i] == '-' && slices.Contains([]byte("0123456789"), name[i+1]) {
			return name[:i]
		}
	}
	return name
}
