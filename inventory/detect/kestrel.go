package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// dotnetValue is one value of .NET's configuration with its place. Keys have no case.
type dotnetValue struct {
	key, value string
	file       string
	line       int
	arg        int
	env        string
	from       []model.Source
}

// kestrel is where ASP.NET Core's server listens (learn.microsoft.com: "Configure endpoints for the ASP.NET Core Kestrel web server"):
// endpoints in the configuration override all addresses in urls unless preferHostingUrls is set, these the port lists, these the default.
func (c *clr) kestrel() []port {
	if !c.hasKestrel() {
		return nil
	}
	values := c.configuration()
	v, urls := last(values, "urls")
	prefer, _ := last(values, "preferHostingUrls")
	if !urls || !isTrue(prefer.value) {
		if ports := c.endpoints(values); len(ports) > 0 {
			return ports
		}
	}
	if urls {
		return c.urls(values, v, urlsKey(v), v.value)
	}
	if ports := c.portLists(values); len(ports) > 0 {
		return ports
	}
	return c.byDefault(values)
}

func isTrue(value string) bool { return value == "1" || strings.EqualFold(value, "true") }

// byDefault is http://localhost:5000, where Kestrel listens when neither configuration nor code says otherwise. The code cannot be seen, so that
// nothing is said of a port that is not open.
func (c *clr) byDefault(values []dotnetValue) []port {
	at := dotnetValue{from: []model.Source{model.Derived("Kestrel's default address")}}
	ports := c.urls(values, at, "urls", "http://localhost:5000")
	listeners, err := c.h.Listeners(c.Process)
	c.skip("fd", err)
	if !slices.ContainsFunc(listeners, func(l model.Listener) bool { return l.Port == ports[0].number }) {
		return nil
	}
	for i := range ports {
		ports[i].binding.Mechanism = "default"
	}
	return ports
}

// hasKestrel reports whether the server is loaded, or might be where that cannot be seen. Without it, settings such as urls are not in force, and
// port 5000 is somebody else's.
func (c *clr) hasKestrel() bool {
	_, loaded := c.uses("Microsoft.AspNetCore.Server.Kestrel.Core.dll")
	return loaded || c.mapsErr != nil || c.web || c.native || c.bundle != nil && len(c.bundle.Files) == 0
}

// configuration lists the sources of WebApplication.CreateBuilder, what counts most last: host settings (ASPNETCORE_, then DOTNET_),
// the host's own files, appsettings.json, appsettings.ENVIRONMENT.json, the environment, the command line.
func (c *clr) configuration() []dotnetValue {
	var values []dotnetValue
	for _, prefix := range []string{"ASPNETCORE_", "DOTNET_"} {
		values = append(values, c.environment(prefix)...)
	}
	args := c.arguments()
	root := c.contentRoot(append(slices.Clone(values), args...))
	environment := "Production"
	if v, ok := last(append(slices.Clone(values), args...), "environment"); ok && v.value != "" {
		environment = v.value
	}
	values = append(values, c.hostSettings()...)
	for _, name := range []string{"appsettings.json", "appsettings." + environment + ".json"} {
		values = append(values, c.appSettings(path.Join(root, name))...)
	}
	values = append(values, c.environment("")...)
	return append(values, args...)
}

// contentRoot is where appsettings.json is looked for: the setting, else the working folder.
func (c *clr) contentRoot(values []dotnetValue) string {
	if v, ok := last(values, "contentroot"); ok && v.value != "" {
		return c.abs(v.value)
	}
	return c.cwd
}

func (c *clr) appSettings(name string) []dotnetValue {
	data, err := c.read(name)
	if err != nil {
		c.unread("appsettings", name, err)
		return nil
	}
	settings, err := parse.ReadAppSettings(data)
	c.unread("appsettings", name, err)
	var out []dotnetValue
	for _, s := range settings {
		out = append(out, dotnetValue{key: s.Key, value: s.Value, file: name, line: s.Line, from: []model.Source{model.FromFile(model.Path(name), s.Line)}})
	}
	return out
}

// environment are the variables with a prefix; "__" in a name stands for ":".
func (c *clr) environment(prefix string) []dotnetValue {
	var out []dotnetValue
	for _, v := range c.env {
		if len(v.Name) <= len(prefix) || !strings.EqualFold(v.Name[:len(prefix)], prefix) {
			continue
		}
		key := strings.ReplaceAll(v.Name[len(prefix):], "__", ":")
		out = append(out, dotnetValue{key: key, value: v.Value, env: v.Name, from: []model.Source{model.FromEnv(c.PID, v.Name)}})
	}
	return out
}

// arguments are --key=value, --key value, /key=value and key=value behind the assembly (Microsoft.Extensions.Configuration.CommandLine).
func (c *clr) arguments() []dotnetValue {
	var out []dotnetValue
	for i := c.arg + 1; i < len(c.Args()); i++ {
		a := c.Args()[i]
		key := strings.TrimPrefix(strings.TrimPrefix(a, "--"), "/")
		key, value, joined := strings.Cut(key, "=")
		from := []model.Source{model.FromArg(c.PID, i)}
		if !joined {
			if key == a || i+1 >= len(c.Args()) {
				continue
			}
			i++
			value = c.Args()[i]
			from = append(from, model.FromArg(c.PID, i))
		}
		out = append(out, dotnetValue{key: key, value: value, arg: i, from: from})
	}
	return out
}

// last is the value in force.
func last(values []dotnetValue, key string) (dotnetValue, bool) {
	for _, v := range slices.Backward(values) {
		if strings.EqualFold(v.key, key) {
			return v, true
		}
	}
	return dotnetValue{}, false
}

// endpoints are the values Kestrel:Endpoints:NAME:Url in force, by name.
func (c *clr) endpoints(values []dotnetValue) []port {
	var ports []port
	var done []string
	for _, v := range slices.Backward(values) {
		lower := strings.ToLower(v.key)
		name, is := strings.CutSuffix(lower, ":url")
		if !strings.HasPrefix(lower, "kestrel:endpoints:") || !is || strings.Count(lower, ":") != 3 || slices.Contains(done, lower) {
			continue
		}
		done = append(done, lower)
		if p, ok := v.port(v.value); ok {
			p.binding = v.binding("kestrel-endpoint", v.key, v.value)
			ports = append(ports, c.spoken(values, p, name))
		}
	}
	return ports
}

// spoken makes a port gRPC's where only gRPC calls can come in: on HTTP/2 without TLS, or on TLS, which settles the version by itself. endpoint is
// its key in lower case; "" when it has none.
func (c *clr) spoken(values []dotnetValue, p port, endpoint string) port {
	if !c.grpc {
		return p
	}
	protocols, ok := last(values, endpoint+":protocols")
	if !ok || endpoint == "" {
		protocols, _ = last(values, "kestrel:endpointDefaults:protocols")
	}
	if p.purpose == "https" && !strings.EqualFold(protocols.value, "Http1") || strings.EqualFold(protocols.value, "Http2") {
		p.purpose = "grpc"
		p.from = slices.Concat(p.from, protocols.from)
	}
	return p
}

// urls reads "http://127.0.0.1:5000;https://*:5001".
func (c *clr) urls(values []dotnetValue, v dotnetValue, key, list string) []port {
	var ports []port
	for u := range strings.SplitSeq(list, ";") {
		if p, ok := v.port(strings.TrimSpace(u)); ok {
			p.binding = v.binding("kestrel-urls", key, list)
			ports = append(ports, c.spoken(values, p, ""))
		}
	}
	return ports
}

// portLists are HTTP_PORTS and HTTPS_PORTS (.NET 8): ports on all addresses.
func (c *clr) portLists(values []dotnetValue) []port {
	var ports []port
	for _, kind := range []string{"http", "https"} {
		v, ok := last(values, kind+"_ports")
		if !ok {
			continue
		}
		for digits := range strings.SplitSeq(v.value, ";") {
			if n := number(digits); n > 0 {
				p := port{number: n, address: "*", purpose: kind, from: v.from, binding: v.binding("kestrel-urls", urlsKey(v), v.value)}
				ports = append(ports, c.spoken(values, p, ""))
			}
		}
	}
	return ports
}

// urlsKey is how the setting is spelled at its place: the variable's name, else the key.
func urlsKey(v dotnetValue) string {
	if v.env != "" {
		return v.env
	}
	return v.key
}

func (v dotnetValue) binding(mechanism, key, value string) *model.Binding {
	return newBinding(model.Binding{Mechanism: mechanism, Key: key, Value: value, File: model.Path(v.file), Line: v.line, Arg: v.arg}, v.from...)
}

// port reads an address such as "http://[::1]:5000/base" or "http://unix:/run/shop.sock:/base"; named pipes are of Windows alone.
func (v dotnetValue) port(address string) (port, bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" || strings.HasPrefix(rest, "pipe:") {
		return port{}, false
	}
	if socket, is := strings.CutPrefix(rest, "unix:"); is {
		socket, _, _ = strings.Cut(socket, ":")
		return port{socket: socket, purpose: scheme, from: v.from}, path.IsAbs(socket)
	}
	rest, _, _ = strings.Cut(rest, "/")
	name, digits, found := cutLast(rest)
	if !found || strings.HasSuffix(rest, "]") {
		name, digits = rest, map[string]string{"http": "80", "https": "443"}[scheme]
	}
	if !literal(name) && name != "localhost" {
		name = "*" // Kestrel takes any other name for all addresses
	}
	return port{number: number(digits), address: name, purpose: scheme, from: v.from}, true
}
