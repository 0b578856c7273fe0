package config

import (
	"net/url"
	"path"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// named refers to every path of the settings that exists: absolute paths and file: URLs, also in lists. A value that merely looks like a
// path (a URL's path, a context root) names nothing that exists two levels deep.
func (r *resolver) named() {
	for _, v := range r.c.Settings {
		if v.Place.Kind == "env" && systemVariable(v.Key) {
			continue
		}
		for _, p := range PathsIn(v.Value) {
			abs := r.s.Main.Abs(p)
			if strings.Count(abs, "/") < 2 {
				continue
			}
			info, err := host.Stat(r.s.Root, abs)
			if err != nil || info.Type != host.Regular && info.Type != host.Dir || !r.s.Reaches(abs) {
				continue
			}
			if v.Place.Kind == "env" && info.Type == host.Dir && r.notOwn(abs, v) {
				continue
			}
			r.c.References = append(r.c.References, Reference{
				Path: abs, Reason: "config: " + where(v), Layer: model.LayerApp, Tree: info.Type == host.Dir,
			})
		}
	}
}

// notOwn reports whether a folder that a variable names is none that the application comes with.
func (r *resolver) notOwn(dir string, v Setting) bool {
	if inHome(dir) && !subject.Under(dir, string(r.s.App.Base)) {
		return true // tools and caches of the person who started it
	}
	if r.ownHome(dir) {
		return true
	}
	why := r.foreign(dir)
	if why == "" {
		return false
	}
	r.c.Spares = append(r.c.Spares, Spare{Path: dir, Reason: "config: " + where(v) + " names it, and it is " + why})
	return true
}

// inHome reports whether a path lies in a person's home folder.
func inHome(p string) bool { return subject.Under(p, "/root") || subject.Under(p, "/home") }

// where words a setting without its value.
func where(v Setting) string { return v.Key + " (" + string(v.Source) + ")" }

// systemVariable lists variables whose paths are the user's or the shell's, or are read by others here with more knowledge.
func systemVariable(name string) bool {
	switch name {
	case "PATH", "HOME", "PWD", "OLDPWD", "SHELL", "TMPDIR", "TMP", "TEMP", "MAIL", "LD_LIBRARY_PATH", "LD_PRELOAD", "JAVA_HOME", "JRE_HOME", "CLASSPATH",
		"CATALINA_HOME", "CATALINA_BASE", "CATALINA_TMPDIR", "CATALINA_OUT", "CATALINA_PID", "DOTNET_ROOT", "DOTNET_BUNDLE_EXTRACT_BASE_DIR", "_", "MANPATH",
		"LESSOPEN", "LESSCLOSE", "EDITOR", "PAGER", "HISTFILE", "SSH_AUTH_SOCK", "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY",
		"CACHE_DIRECTORY", "LOGS_DIRECTORY", "RUNTIME_DIRECTORY": // systemd.exec(5)
		return true
	}
	return strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "JAVA_HOME_") || strings.HasPrefix(name, "DOTNET_ROOT_")
}

// PathsIn finds the file paths in a value: "/etc/app/key.pem", "file:/opt/x", "classpath:/a,file:./b", "optional:file:/c/",
// "jdbc:h2:file:/d".
func PathsIn(value string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ';' || c == '\n' }) {
		part = strings.TrimSpace(strings.Trim(strings.TrimSpace(part), `"'`))
		if p := pathIn(part); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func pathIn(s string) string {
	s = strings.TrimPrefix(s, "optional:")
	switch {
	case len(s) > 4096 || strings.ContainsAny(s, "\x00"):
		return ""
	case strings.HasPrefix(s, "//"):
		return ""
	case strings.HasPrefix(s, "/"):
		return strings.TrimSuffix(s, "/*")
	}
	i := strings.Index(s, "file:")
	if i < 0 || i > 0 && s[i-1] != ':' {
		return ""
	}
	p := s[i+len("file:"):]
	if rest, ok := strings.CutPrefix(p, "//"); ok {
		p = rest
		if !strings.HasPrefix(p, "/") { // file://host/path
			return ""
		}
	}
	if dec, err := url.PathUnescape(p); err == nil {
		p = dec
	}
	if p, _, _ = strings.Cut(p, "?"); p == "" {
		return ""
	}
	return strings.TrimSuffix(path.Clean(p), "/*")
}
