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
// endpoints in the configuration override all addresses in urls, these the port lists, these the default.
func (c *clr) kestrel() []port {
	values := c.configuration()
	if ports := endpoints(values); len(ports) > 0 {
		return ports
	}
	if v, ok := last(values, "urls"); ok {
		return c.urls(v, urlsKey(v), v.value)
	}
	if ports := c.portLists(values); len(ports) > 0 {
		return ports
	}
	if !c.hasKestrel() {
		return nil
	}
	byDefault := dotnetValue{from: []model.Source{model.Derived("Kestrel's default address")}}
	ports := c.urls(byDefault, "urls", "http://localhost:5000")
	for i := range ports {
		ports[i].binding.Mechanism = "default"
	}
	return ports
}

// hasKestrel reports whether the server is loaded, or might be where that cannot be seen. Without it, port 5000 is somebody else's.
func (c *clr) hasKestrel() bool {
	const server = "Microsoft.AspNetCore.Server.Kestrel.Core.dll"
	_, mapped := c.mapped(server)
	return mapped || c.mapsErr != nil || c.platform().Name != "" || c.bundle != nil && c.bundle.Has(server)
}

// configuration lists the sources of WebApplication.CreateBuilder, what counts most last: host settings (ASPNETCORE_, then DOTNET_),
// appsettings.json, appsettings.ENVIRONMENT.json, the environment, the command line.
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
	for i := c.arg + 1; i < len(c.Args); i++ {
		a := c.Args[i]
		key := strings.TrimPrefix(strings.TrimPrefix(a, "--"), "/")
		key, value, joined := strings.Cut(key, "=")
		from := []model.Source{model.FromArg(c.PID, i)}
		if !joined {
			if key == a || i+1 >= len(c.Args) {
				continue
			}
			i++
			value = c.Args[i]
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
func endpoints(values []dotnetValue) []port {
	var ports []port
	var done []string
	for _, v := range slices.Backward(values) {
		lower := strings.ToLower(v.key)
		if !strings.HasPrefix(lower, "kestrel:endpoints:") || !strings.HasSuffix(lower, ":url") || strings.Count(lower, ":") != 3 || slices.Contains(done, lower) {
			continue
		}
		done = append(done, lower)
		if p, ok := v.port(v.value); ok {
			p.binding = v.binding("kestrel-endpoint", v.key, v.value)
			ports = append(ports, p)
		}
	}
	return ports
}

// urls reads "http://127.0.0.1:5000;https://*:5001".
func (c *clr) urls(v dotnetValue, key, list string) []port {
	var ports []port
	for u := range strings.SplitSeq(list, ";") {
		if p, ok := v.port(strings.TrimSpace(u)); ok {
			p.binding = v.binding("kestrel-urls", key, list)
			ports = append(ports, p)
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
				ports = append(ports, port{number: n, address: "*", purpose: kind, from: v.from, binding: v.binding("kestrel-urls", urlsKey(v), v.value)})
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

// port reads an address such as "http://[::1]:5000/base"; Unix sockets and named pipes have no port.
func (v dotnetValue) port(address string) (port, bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" || strings.HasPrefix(rest, "unix:") || strings.HasPrefix(rest, "pipe:") {
		return port{}, false
	}
	rest, _, _ = strings.Cut(rest, "/")
	name, digits, found := cutLast(rest, ":")
	if !found || strings.HasSuffix(rest, "]") {
		name, digits = rest, map[string]string{"http": "80", "https": "443"}[scheme]
	}
	if !literal(name) && name != "localhost" {
		name = "*" // Kestrel takes any other name for all addresses
	}
	return port{number: number(digits), address: name, purpose: scheme, from: v.from}, true
}
