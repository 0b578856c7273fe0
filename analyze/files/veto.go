package files

import (
	"context"
	"path"
	"slices"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// veto says what stands against a path, whoever wants it in.
func (c *collector) veto(name string, info host.Info) (decision, reason string) {
	dir := info.Type == host.Dir
	if c.excluded(name) {
		return model.Out, "user: appExcludedFiles"
	}
	if c.in.Workspace != "" && subject.Under(name, c.in.Workspace) {
		return model.Out, "a2c: its own workspace"
	}
	if c.added(name) {
		return "", ""
	}
	if kernelPath(name) {
		return model.Out, "kernel: made by the container's own kernel"
	}
	if decision, reason = c.written(name, dir); decision != "" {
		return decision, reason
	}
	if made := madeByEngine(name); made != "" {
		return model.Out, made
	}
	if why := c.closed(name, info); why != "" {
		return model.Out, why
	}
	if c.named[name] {
		return "", ""
	}
	if why := c.others[name]; why != "" {
		return model.Out, why
	}
	if decision, reason = unwanted(path.Base(name), dir); decision != "" {
		return decision, reason
	}
	return c.unfit(name, info)
}

// written says what the application itself makes of a path: state, a log, or a folder that the image has empty.
func (c *collector) written(name string, dir bool) (decision, reason string) {
	for _, d := range c.in.State {
		if string(d.Path) == name {
			return model.State, "state: " + d.Reason
		}
	}
	if c.isLog(name) {
		return model.Out, "log: the application writes it"
	}
	if !dir {
		return "", ""
	}
	for _, e := range c.in.Empty {
		if e.Path == name && !c.holdsRoot(name) {
			return model.Empty, e.Reason
		}
	}
	return "", ""
}

func (c *collector) isLog(name string) bool {
	return slices.ContainsFunc(c.in.Logs, func(l model.LogFile) bool { return string(l.Path) == name })
}

// closed says why a path is of no use to the application: its user cannot read it, in the image as on the host. A link or a hard link in a
// folder of the application, which that user may make to anything, so brings no secret of others into the image. What is open or mapped now
// was opened somehow, by root before the user was changed or through a descriptor passed on.
func (c *collector) closed(name string, info host.Info) string {
	want := uint32(subject.Read)
	switch {
	case info.Type == host.Dir:
		want = subject.Search
	case info.Type != host.Regular:
		return ""
	}
	s := c.in.Subject
	if c.mapped[name] || c.above[name] || s.Allows(name, info, want) {
		return ""
	}
	return "permission: user " + itoa(s.App.User.UID) + " of the application cannot read it"
}

func (c *collector) excluded(name string) bool { return matchAny(c.in.Excluded, name) }
func (c *collector) added(name string) bool    { return matchAny(c.in.Added, name) }

// matchAny reports whether a path is one of the list, lies below one, or matches a pattern of it.
func matchAny(list []model.Path, name string) bool {
	return slices.ContainsFunc(list, func(p model.Path) bool { return host.Covers(string(p), name) })
}

// holdsRoot reports whether one of the application's own folders lies below a temporary one.
func (c *collector) holdsRoot(dir string) bool {
	for _, d := range c.in.Config.Dirs {
		if d != dir && subject.Under(d, dir) {
			return true
		}
	}
	for _, d := range c.in.Config.ExtractDirs {
		if subject.Under(d, dir) {
			return true
		}
	}
	for _, r := range c.in.Config.References {
		if r.Path != dir && subject.Under(r.Path, dir) && !c.isLog(r.Path) {
			return true
		}
	}
	return subject.Under(string(c.in.Subject.App.Artifact), dir) || subject.Under(string(c.in.Subject.App.Runtime.Home), dir)
}

func kernelPath(p string) bool {
	return subject.Under(p, "/proc") || subject.Under(p, "/sys") || subject.Under(p, "/dev")
}

// madeByEngine lists the files that a container gets from its engine or from containerize.
func madeByEngine(p string) string {
	switch p {
	case "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab":
		return "system: made by the container engine"
	case "/etc/passwd", "/etc/group":
		return "system: made by containerize, with the application's users only"
	case "/etc/shadow", "/etc/gshadow", "/etc/machine-id", "/etc/sudoers", "/etc/fstab", "/swapfile", "/swap.img":
		return "system: belongs to this machine"
	}
	switch {
	case subject.Under(p, "/run") || subject.Under(p, "/var/run"):
		return "system: run-time data of this machine"
	case subject.Under(p, "/etc/ssl/private") || subject.Under(p, "/etc/pki/tls/private"):
		return "credentials: private keys of this machine"
	}
	return ""
}

// Against says what the rules on paths and names have against a path that no configuration names and that nothing has open; "" for nothing. The
// user's wish in appSpecificFiles stands above them.
func Against(name string) string {
	if kernelPath(name) {
		return "kernel: made by the container's own kernel"
	}
	if made := madeByEngine(name); made != "" {
		return made
	}
	_, reason := unwanted(path.Base(name), false)
	for dir := name; reason == "" && len(dir) > 1; dir = path.Dir(dir) {
		_, reason = unwanted(path.Base(dir), true)
	}
	return reason
}

// unwanted lists names that are never part of a program, unless the configuration names them.
func unwanted(base string, dir bool) (decision, reason string) {
	lower := strings.ToLower(base)
	if dir {
		switch lower {
		case ".ssh", ".aws", ".kube", ".gnupg", ".docker", ".azure", ".gcloud", ".config":
			return model.Out, "credentials: of a user, not of the application"
		case ".git", ".svn", ".hg", ".bzr":
			return model.Out, "junk: version control"
		case ".cache", ".m2", ".npm", ".nuget", ".gradle":
			return model.Out, "junk: cache of a tool"
		case "standalone_xml_history", "domain_xml_history", "host_xml_history":
			return model.Out, "junk: former states of a configuration, which the server keeps anew"
		case "lost+found":
			return model.Out, "junk: of the file system"
		}
		return "", ""
	}
	switch lower {
	case ".netrc", ".pgpass", ".git-credentials", ".my.cnf", ".bash_history", ".lesshst", ".viminfo", ".python_history", "id_rsa", "id_ed25519", "id_ecdsa", "credentials.csv":
		return model.Out, "credentials: of a user, not of the application"
	case ".ds_store", "thumbs.db", "nohup.out", ".bashrc", ".profile", ".bash_logout", ".bash_profile":
		return model.Out, "junk: of a user's desktop or shell"
	}
	return unwantedKind(lower)
}

func unwantedKind(lower string) (decision, reason string) {
	switch {
	case strings.HasPrefix(lower, "hs_err_pid"), strings.HasPrefix(lower, "replay_pid"), strings.HasSuffix(lower, ".hprof"), strings.HasSuffix(lower, ".jfr"):
		return model.Out, "junk: dump or recording of a JVM"
	case lower == "core", strings.HasPrefix(lower, "core.") && strings.Trim(lower[5:], "0123456789") == "":
		return model.Out, "junk: core dump"
	case strings.HasSuffix(lower, ".pid"), strings.HasSuffix(lower, ".lck"):
		return model.Out, "junk: process ID or lock file"
	case strings.HasSuffix(lower, ".swp"), strings.HasSuffix(lower, "~"), strings.HasSuffix(lower, ".bak"), strings.HasSuffix(lower, ".orig"),
		strings.HasSuffix(lower, ".old"), strings.HasSuffix(lower, ".rpmsave"), strings.HasSuffix(lower, ".rpmnew"),
		strings.Contains(lower, ".dpkg-"), strings.Contains(lower, ".ucf-"):
		return model.Out, "junk: backup of a file"
	case strings.HasSuffix(lower, ".log"), RotatedLog(lower), strings.HasSuffix(lower, ".out"):
		return model.Out, "log: by its name"
	}
	return "", ""
}

// plain is the filter of trees that need no other: the veto decides.
func (c *collector) plain(string, host.Entry) (decision, reason string) { return "", "" }

// listOut names what somebody would look for in the list and that no source came across.
func (c *collector) listOut(context.Context) error {
	for _, l := range c.in.Logs {
		c.set.Decide(string(l.Path), model.Out, "log: the application writes it", false)
	}
	for _, p := range []string{"/etc/passwd", "/etc/group", "/etc/hosts", "/etc/resolv.conf"} {
		c.set.Decide(p, model.Out, madeByEngine(p), false)
	}
	for _, s := range c.in.Config.Spares {
		c.set.Decide(c.real(s.Path), model.Out, s.Reason, false)
	}
	c.homeSecrets()
	c.openOut()
	return nil
}

// homeSecrets lists the credentials in the application's home folder: it can read them now and will not find them in the image.
func (c *collector) homeSecrets() {
	home, ok := c.in.Subject.Main.Getenv("HOME")
	if !ok || home == "" {
		return
	}
	home = c.in.Subject.Main.Abs(home)
	info, err := host.Stat(c.set.tree, home)
	if err != nil || info.UID != c.in.Subject.App.User.UID {
		return // another user's home: the application cannot read them now
	}
	list, err := c.set.tree.ReadDir(home)
	if err != nil {
		return
	}
	for _, e := range list {
		if decision, reason := unwanted(e.Name, e.Type == host.Dir); decision != "" && strings.HasPrefix(reason, "credentials: ") {
			c.set.Decide(join(home, e.Name), decision, reason, false)
		}
	}
}
