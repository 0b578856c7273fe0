package inforce

import (
	"path"
	"strings"

	"a2c/analyze/config"
	"a2c/model"
	"a2c/parse"
)

// dotnet is the order of WebApplication.CreateBuilder and Host.CreateApplicationBuilder (learn.microsoft.com: "Configuration in ASP.NET Core", "Default
// app configuration sources"): command line, environment, appsettings.ENVIRONMENT.json, appsettings.json, DOTNET_ and ASPNETCORE_ of the environment.
// What the program's own code adds to these cannot be seen.
func (r *reader) dotnet() rules {
	d := &dotnet{reader: r}
	args := layer{kind: "argument", values: d.arguments()}
	host := []layer{{kind: "environment DOTNET_", values: d.variables("DOTNET_")}}
	if strings.Contains(r.s.App.Platform.Name, "ASP.NET") {
		host = append(host, layer{kind: "environment ASPNETCORE_", values: d.variables("ASPNETCORE_")})
	}
	w := rules{name: ".NET", same: strings.ToLower, from: map[string][]model.Source{}}
	if len(host) > 1 {
		w.name = "ASP.NET Core"
	}
	setting := func(key string) (value, bool) {
		for _, l := range append([]layer{args}, host...) {
			for i := range l.values {
				if v := l.values[len(l.values)-1-i]; strings.EqualFold(v.key, key) && v.text != "" {
					return v, true
				}
			}
		}
		return value{}, false
	}
	environment, root := "Production", r.s.Main.Cwd
	if v, ok := setting("environment"); ok {
		environment = v.text
		w.from["profiles"] = []model.Source{v.source}
	}
	if v, ok := setting("contentRoot"); ok {
		root = r.s.Main.Abs(v.text)
	}
	w.profiles = []string{environment}
	files := []string{path.Join(root, "appsettings."+environment+".json"), path.Join(root, "appsettings.json")}
	w.layers = []layer{args, {kind: "environment", values: d.variables("")}}
	for _, name := range files {
		w.layers = append(w.layers, d.appSettings(name))
	}
	w.layers = append(w.layers, host...)
	w.layers = append(w.layers, documents(r.c.Settings, func(s config.Setting) bool {
		return !strings.HasPrefix(strings.ToLower(path.Base(s.File)), "appsettings")
	})...)
	w.layers = append(w.layers, d.runtimeConfig())
	w.decides = func(key string) string {
		if strings.Contains(key, "@") {
			return xmlName(key)
		}
		return key
	}
	return w
}

type dotnet struct{ *reader }

// appSettings reads one file; it need not be there.
func (d *dotnet) appSettings(name string) layer {
	l := layer{kind: "file", path: name}
	data, ok := d.read(name)
	if !ok {
		return l
	}
	settings, err := parse.ReadAppSettings(data)
	if err != nil {
		d.unread(name, err)
		return l
	}
	for _, s := range settings {
		l.values = append(l.values, fileValue("file", s.Key, s.Value, name, s.Line))
	}
	return l
}

// variables are those with a prefix, under the rest of their names; "__" stands for ":". Those of Azure's connection strings have names of their own
// (EnvironmentVariablesConfigurationProvider).
func (d *dotnet) variables(prefix string) []value {
	var out []value
	for _, v := range d.s.Main.Env {
		name := v.Name
		if connection, ok := dotnetConnection(name); ok && prefix == "" {
			name = connection
		}
		if v.Bare || len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
			continue
		}
		if key := strings.ReplaceAll(name[len(prefix):], "__", ":"); key != "" {
			out = append(out, d.variable(key, v.Name, v.Value))
		}
	}
	return out
}

// dotnetConnection is the key of a variable such as SQLCONNSTR_Shop.
func dotnetConnection(name string) (string, bool) {
	upper := strings.ToUpper(name)
	for _, prefix := range []string{"MYSQLCONNSTR_", "SQLAZURECONNSTR_", "SQLCONNSTR_", "CUSTOMCONNSTR_", "POSTGRESQLCONNSTR_", "APIHUBCONNSTR_", "DOCDBCONNSTR_", "EVENTHUBCONNSTR_", "NOTIFICATIONHUBCONNSTR_", "REDISCACHECONNSTR_", "SERVICEBUSCONNSTR_"} {
		if strings.HasPrefix(upper, prefix) {
			return "ConnectionStrings:" + name[len(prefix):], true
		}
	}
	return "", false
}

// arguments are --key=value, --key value, /key=value and key=value behind the assembly (Microsoft.Extensions.Configuration.CommandLine).
func (d *dotnet) arguments() []value {
	args := d.s.Main.Args()
	first := 1
	for i, a := range args {
		if i > 0 && d.s.App.Artifact != "" && strings.HasSuffix(strings.ToLower(a), ".dll") && path.Base(a) == path.Base(string(d.s.App.Artifact)) {
			first = i + 1
			break
		}
	}
	var out []value
	for i := first; i < len(args); i++ {
		a := args[i]
		key := strings.TrimPrefix(strings.TrimPrefix(a, "--"), "/")
		named := key != a
		key, text, joined := strings.Cut(key, "=")
		if !joined {
			if !named || i+1 >= len(args) {
				continue
			}
			i++
			text = args[i]
		}
		if key == "" || strings.HasPrefix(key, "-") {
			continue
		}
		v := value{key: key, text: text, kind: "argument", place: model.Place{Kind: "argv", Key: key, Arg: i}, source: model.FromArg(d.s.Main.PID, i)}
		out = append(out, v)
	}
	return out
}

// runtimeConfig are the runtime's own knobs, which stand for themselves.
func (d *dotnet) runtimeConfig() layer {
	name := strings.TrimSuffix(string(d.s.App.Artifact), ".dll") + ".runtimeconfig.json"
	l := d.appSettings(name)
	for i := range l.values {
		l.values[i].scope = name
	}
	return l
}
