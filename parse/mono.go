package parse

import (
	"fmt"
	"slices"
	"strings"
)

// MonoAssembly is the index of the assembly in the arguments of mono, 0 when there is none: `mono [options] program.exe [arguments]` (mono(1);
// mono/mono: mono/mini/driver.c). What MONO_ENV_OPTIONS adds are options, too, and no argument.
func MonoAssembly(args []string) int {
	for i := 1; i < len(args); i++ {
		switch args[i] {
		case "--config", "--compile", "--ncompile", "--break":
			i++ // its value
		case "--break-at-bb", "--inject-async-exc":
			i += 2
		default:
			if !strings.HasPrefix(args[i], "-") {
				return i
			}
		}
	}
	return 0
}

// MonoOption is an option of XSP, fastcgi-mono-server4 or mod-mono-server4.
type MonoOption struct {
	Name  string // in lower case, without dashes: "applications"
	Value string
	Arg   int // index in the arguments, of the value
}

// MonoOptions reads the options behind the assembly at index exe. Mono.Options takes "-", "--" and "/" in front of a name and "=" or ":" behind it,
// or the value as the next argument.
func MonoOptions(args []string, exe int) []MonoOption {
	var list []MonoOption
	for i := exe + 1; i < len(args); i++ {
		name := strings.TrimLeft(args[i], "-")
		if name == args[i] {
			name = strings.TrimPrefix(name, "/")
		}
		if name == args[i] {
			continue
		}
		o := MonoOption{Name: strings.ToLower(name), Arg: i}
		if at := strings.IndexAny(name, "=:"); at >= 0 {
			o.Name, o.Value = strings.ToLower(name[:at]), name[at+1:]
		} else if !monoFlag(o.Name) && i+1 < len(args) {
			i++
			o.Value, o.Arg = args[i], i
		}
		list = append(list, o)
	}
	return list
}

// monoFlag lists the options that have no value.
func monoFlag(name string) bool {
	return slices.Contains([]string{
		"?", "h", "help", "version", "v", "verbose", "printlog", "stoppable", "multiplex", "ondemand", "nonstop", "master", "no-hidden", "quiet", "random",
		"https", "https-client-accept", "https-client-require", "terminate",
	}, name)
}

// MonoApp is one ASP.NET application of a server of Mono.
type MonoApp struct {
	Name  string // of a .webapp file
	VHost string // "" or "*": any
	VPort string // "": any
	VPath string // "/shop"
	Path  string // real folder, as written
	Line  int    // of a .webapp file
}

// MonoApplications reads the option applications: "[[hostname:]port:]VPath:realpath,..." (fastcgi-mono-server4 /help).
func MonoApplications(value string) []MonoApp {
	var list []MonoApp
	for one := range strings.SplitSeq(value, ",") {
		f := strings.Split(strings.TrimSpace(one), ":")
		var a MonoApp
		switch len(f) {
		case 2:
		case 3:
			a.VHost = f[0]
		case 4:
			a.VHost, a.VPort = f[0], f[1]
		default:
			continue // the server refuses it
		}
		a.VPath, a.Path = f[len(f)-2], f[len(f)-1]
		list = append(list, a)
	}
	return list
}

// MonoWebApps reads a .webapp file (xsp(1), "WEBAPP FILE FORMAT"); applications that are not enabled are left out.
func MonoWebApps(data []byte) ([]MonoApp, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if doc.Root.Name != "apps" {
		return nil, fmt.Errorf("the root element is %s, not apps", excerpt(doc.Root.Name))
	}
	var list []MonoApp
	for _, e := range doc.Root.All("web-application") {
		text := func(name string) string {
			for _, c := range e.All(name) {
				return strings.TrimSpace(c.Text)
			}
			return ""
		}
		if strings.EqualFold(text("enabled"), "false") {
			continue
		}
		list = append(list, MonoApp{Name: text("name"), VHost: text("vhost"), VPort: text("vport"), VPath: text("vpath"), Path: text("path"), Line: e.Line})
	}
	return list, nil
}

// MonoSocket reads the option socket of fastcgi-mono-server4: "tcp", "tcp:8081", "tcp:127.0.0.1:8081", "unix:/run/x", "unix://0660@/run/x", "pipe".
// What it leaves open is "".
func MonoSocket(value string) (kind, address, port, file string) {
	kind, rest, _ := strings.Cut(value, ":")
	kind = strings.ToLower(kind)
	switch kind {
	case "tcp":
		if address, port, _ = strings.Cut(strings.TrimPrefix(rest, "//"), ":"); port == "" {
			return kind, "", address, ""
		}
	case "unix", "file":
		if mode, name, ok := strings.Cut(strings.TrimPrefix(rest, "//"), "@"); ok && strings.Trim(mode, "01234567") == "" {
			rest = name
		}
		return "unix", "", "", strings.TrimPrefix(rest, "//")
	}
	return kind, address, port, ""
}
