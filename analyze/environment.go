package analyze

import (
	"slices"
	"strings"
	"unicode/utf8"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// environment splits the variables of the main process: those the image gets, and those that only meant something to the session, the
// shell or the service manager that started it. A variable that the configuration refers to is kept whatever it is. Sorted by name.
func environment(s *subject.Subject, c *config.Config) (kept, dropped []model.EnvVar) {
	seen := map[string]bool{}
	kept, dropped = []model.EnvVar{}, []model.EnvVar{}
	for _, v := range s.Main.Env {
		if e, ok := unfit(s, v); ok {
			dropped = append(dropped, e)
			continue
		}
		if seen[v.Name] {
			continue
		}
		seen[v.Name] = true
		_, isSecret := parse.IsSecret(v.Name, v.Value)
		e := model.EnvVar{Name: v.Name, Value: parse.RedactValue(v.Name, v.Value), Secret: isSecret}
		from := model.FromEnv(s.Main.PID, v.Name)
		for _, field := range []string{"name", "value", "secret"} {
			e.Evidence.Add(field, from)
		}
		reason := dropReason(s, v.Name)
		if by, ok := referred(c, v.Name); ok && reason != "" {
			e.Reason = "the configuration refers to it"
			e.Evidence.Add("reason", by)
			kept = append(kept, e)
			continue
		}
		if reason != "" {
			e.Reason = reason
			e.Evidence.Add("reason", model.Derived("name of the variable"))
			dropped = append(dropped, e)
			continue
		}
		if e.Reason = keepReason(v.Name); e.Reason != "" {
			e.Evidence.Add("reason", model.Derived("name of the variable"))
		}
		kept = append(kept, e)
	}
	byName := func(a, b model.EnvVar) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(kept, byName)
	slices.SortFunc(dropped, byName)
	return kept, dropped
}

// unfit makes the entry of a string that no image configuration can hold, as JSON of NAME=value: what is not UTF-8 is shown escaped. It may be a secret,
// whatever its name: its value is not shown.
func unfit(s *subject.Subject, v host.EnvVar) (e model.EnvVar, ok bool) {
	e = model.EnvVar{Name: model.Path(v.Name).String()}
	_, secret := parse.IsSecret(v.Name, v.Value) // whose value the image never holds
	switch {
	case v.Bare:
		e.Reason = "the string has no '=': no program finds it as a variable"
	case v.Name == "":
		e.Reason = "it has no name, only a value"
	case !utf8.ValidString(v.Name):
		e.Reason = "its name is not UTF-8: an image configuration is JSON and cannot hold it"
	case !utf8.ValidString(v.Value) && !secret:
		e.Reason = "its value is not UTF-8: an image configuration is JSON and cannot hold it; set it where the image runs"
	default:
		return e, false
	}
	e.Evidence.Add("name", model.FromEnv(s.Main.PID, e.Name))
	e.Evidence.Add("reason", model.Derived("what environ(7) and JSON allow"))
	return e, true
}

// keepReason explains what somebody may wonder about.
func keepReason(name string) string {
	switch name {
	case "HOME":
		return "runtimes and libraries look for files below it; the image has the folder, empty unless files of the application lie in it"
	case "PATH":
		return "the application may start programs by name"
	}
	return ""
}

// dropReason says why an image has no use for a variable; "" when it may have.
func dropReason(s *subject.Subject, name string) string {
	switch name {
	case "SHLVL", "PWD", "OLDPWD", "_", "PS1", "PS2", "PROMPT_COMMAND", "HISTFILE", "HISTSIZE", "HISTCONTROL", "HISTFILESIZE", "HISTTIMEFORMAT", "SHELL", "BASHOPTS":
		return "state of the shell that started it"
	case "TERM", "COLORTERM", "TERM_PROGRAM", "LS_COLORS", "COLUMNS", "LINES", "DISPLAY", "WINDOWID", "XAUTHORITY", "LESSOPEN", "LESSCLOSE", "LESS", "PAGER",
		"EDITOR", "VISUAL", "TMUX", "TMUX_PANE", "STY", "WAYLAND_DISPLAY", "GPG_TTY", "DEBIAN_FRONTEND", "which_declare":
		return "of a terminal session"
	case "USER", "LOGNAME", "MAIL", "USERNAME":
		return "of a login session; the image's /etc/passwd names the user"
	case "HOSTNAME", "HOST", "HOSTTYPE", "MACHTYPE":
		return "names this machine; a container has a name of its own"
	case "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "MANAGERPID", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "MAINPID", "WATCHDOG_PID",
		"WATCHDOG_USEC", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "CREDENTIALS_DIRECTORY", "DBUS_SESSION_BUS_ADDRESS", "DBUS_STARTER_ADDRESS", "UPSTART_JOB":
		return "set by the service manager for this run"
	case "CATALINA_PID", "CATALINA_OUT", "CATALINA_OPTS", "JAVA_OPTS", "JSSE_OPTS", "UMASK":
		if s.Kind() == "java-tomcat" {
			return "read by Tomcat's start script, whose result is in the arguments"
		}
	}
	for _, p := range []struct{ prefix, why string }{
		{"SSH_", "of a login session"},
		{"SUDO_", "of a login session"},
		{"XDG_", "of a login session"},
		{"BASH_FUNC_", "state of the shell that started it"},
		{"LC_TERMINAL", "of a terminal session"},
		{"VTE_", "of a terminal session"},
	} {
		if strings.HasPrefix(name, p.prefix) {
			return p.why
		}
	}
	return ""
}

// referred reports whether a setting of a document or argument names the variable as ${NAME}, with the place.
func referred(c *config.Config, name string) (model.Source, bool) {
	for _, v := range c.Settings {
		if v.Place.Kind != "env" && (strings.Contains(v.Value, "${"+name+"}") || strings.Contains(v.Value, "${"+name+":") || strings.Contains(v.Value, "${env:"+name+"}")) {
			return v.Source, true
		}
	}
	return "", false
}
