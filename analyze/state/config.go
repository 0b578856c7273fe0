package state

import (
	"path"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/inventory/host"
	"a2c/model"
)

// databases finds embedded databases by their URLs and connection strings, wherever they stand.
func (f *finder) databases() {
	for _, v := range f.c.Settings {
		value := f.c.Expand(v.Value)
		p, folder := DatabaseFile(value)
		if p == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(p, "~/"); ok {
			p = path.Join(f.homeDir(), rest)
		}
		p = f.s.Main.Abs(p)
		why := "embedded database named by " + v.Key
		if folder {
			f.addDir(p, "database", why, v.Source)
		} else {
			f.addFile(p, "database", why, v.Source)
		}
	}
}

// DatabaseFile returns the file, or folder, of an embedded database that a JDBC URL or an ADO.NET connection string names; "" for others.
// h2database.com "Database URL Overview"; hsqldb.org guide, "Connecting"; Derby "Database connection URL"; sqlite-jdbc; Microsoft.Data.Sqlite.
func DatabaseFile(value string) (p string, folder bool) {
	value = strings.TrimSpace(value)
	lower := strings.ToLower(value)
	end := func(s string) string {
		s, _, _ = strings.Cut(s, ";")
		s, _, _ = strings.Cut(s, "?")
		return strings.TrimPrefix(s, "file:")
	}
	switch {
	case strings.HasPrefix(lower, "jdbc:h2:"):
		s := end(value[len("jdbc:h2:"):])
		for _, remote := range []string{"mem:", "tcp:", "ssl:", "zip:", "nio:", "nioMapped:", "async:"} {
			if strings.HasPrefix(s, remote) {
				return "", false
			}
		}
		return s, false
	case strings.HasPrefix(lower, "jdbc:hsqldb:file:"):
		return end(value[len("jdbc:hsqldb:"):]), false
	case strings.HasPrefix(lower, "jdbc:derby:") && !strings.HasPrefix(lower, "jdbc:derby://") && !strings.HasPrefix(lower, "jdbc:derby:memory:"):
		return strings.TrimPrefix(end(value[len("jdbc:derby:"):]), "directory:"), true
	case strings.HasPrefix(lower, "jdbc:sqlite:"):
		s := end(value[len("jdbc:sqlite:"):])
		if strings.HasPrefix(s, ":") {
			return "", false
		}
		return s, false
	}
	return adoFile(value)
}

// adoFile reads "Data Source=/srv/app/app.db;…"; a server has no slash, or a protocol.
func adoFile(value string) (string, bool) {
	for part := range strings.SplitSeq(value, ";") {
		key, v, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "data source", "datasource", "filename":
			v = strings.Trim(strings.TrimSpace(v), `"'`)
			ext := strings.ToLower(path.Ext(v))
			if ext == ".db" || ext == ".sqlite" || ext == ".sqlite3" || ext == ".db3" {
				return v, false
			}
		}
	}
	return "", false
}

// folders finds the folders that configuration names as data: uploads, storage, sessions.
func (f *finder) folders() {
	for _, v := range f.c.Settings {
		kind := folderKind(v.Key)
		if kind == "" {
			continue
		}
		p := f.folder(v)
		if p == "" || config.Shared(p) || f.holdsProgram(f.real(p)) || !f.writable(p) {
			continue
		}
		f.addDir(p, kind, "named by "+v.Key, v.Source)
	}
}

func folderKind(key string) string {
	k := strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "", ":", "").Replace(key))
	switch {
	case strings.HasSuffix(k, "multipartlocation"):
		return ""
	case strings.Contains(k, "upload") || strings.Contains(k, "attachment"):
		return "upload"
	case strings.HasSuffix(k, "sessionstoredir") || strings.HasSuffix(k, "store@directory"):
		return "session"
	case strings.Contains(k, "storage") || strings.Contains(k, "datadir") || strings.Contains(k, "datapath") || strings.Contains(k, "datafolder") ||
		strings.Contains(k, "dataroot") || strings.Contains(k, "indexdir") || strings.Contains(k, "indexpath") || strings.Contains(k, "spooldir") ||
		strings.Contains(k, "queuedir"):
		return "unknown"
	}
	return ""
}

// folder is an existing folder that a setting names, "" when it names none.
func (f *finder) folder(v config.Setting) string {
	value := strings.TrimSpace(f.c.Expand(v.Value))
	if value == "" || len(value) > 4096 || strings.Contains(value, "://") {
		return ""
	}
	p := f.s.Main.Abs(strings.TrimPrefix(value, "file:"))
	if info, err := host.Stat(f.s.Root, p); err == nil && info.Type == host.Dir {
		return p
	}
	return ""
}

// writable reports whether the application's user may create files in a folder.
func (f *finder) writable(p string) bool {
	info, err := host.Stat(f.s.Root, p)
	if err != nil {
		return false
	}
	u := f.s.App.User
	switch {
	case u.UID == 0:
		return true
	case info.UID == u.UID:
		return info.Mode&0o200 != 0
	case info.GID == u.GID:
		return info.Mode&0o020 != 0
	}
	if slices.Contains(u.Groups, info.GID) {
		return info.Mode&0o020 != 0
	}
	return info.Mode&0o002 != 0
}

// configuredLogs finds log files that the configuration names and that exist.
func (f *finder) configuredLogs() {
	for _, v := range f.c.Settings {
		key := strings.ToLower(v.Key)
		switch {
		case key == "logging.file.name" || key == "logging.file" || key == "logging_file_name":
			f.existingLog(f.s.Main.Abs(f.c.Expand(v.Value)), v.Source)
		case key == "logging.file.path" || key == "logging.path" || key == "logging_file_path":
			f.existingLog(path.Join(f.s.Main.Abs(f.c.Expand(v.Value)), "spring.log"), v.Source)
		case strings.HasSuffix(key, "accesslog.directory") || key == "catalina_out":
			if p := f.folder(v); p != "" && !f.holdsProgram(f.real(p)) && !config.Shared(p) {
				f.empty[f.real(p)] = "log: folder of log files, " + v.Key + " (" + string(v.Source) + ")"
			}
		}
	}
	if f.c.Java == nil {
		return
	}
	f.frameworkLogs()
	for _, o := range f.c.Java.Options {
		if rest, ok := strings.CutPrefix(o.Value, "-Xloggc:"); ok {
			f.existingLog(f.s.Main.Abs(rest), model.FromArg(f.s.Main.PID, o.Index))
		}
		if strings.HasPrefix(o.Value, "-Xlog:") {
			if _, rest, ok := strings.Cut(o.Value, "file="); ok {
				name, _, _ := strings.Cut(rest, ":")
				f.existingLog(f.s.Main.Abs(name), model.FromArg(f.s.Main.PID, o.Index))
			}
		}
	}
}

// frameworkLogs finds those that the configuration of a logging framework names.
func (f *finder) frameworkLogs() {
	for _, l := range f.c.LogFiles(f.s.Main.Abs, f.homeDir()) {
		if !l.Folder {
			f.existingLog(l.Path, l.Of.Source)
			l.Path = path.Dir(l.Path)
		}
		f.logFolder(l)
	}
}

// logFolder notes a folder that a logging configuration names, and that exists: the application may not be able to make it.
func (f *finder) logFolder(l config.LogFile) {
	p := f.real(l.Path)
	if info, err := host.Stat(f.s.Root, p); err != nil || info.Type != host.Dir || config.Shared(p) || f.holdsProgram(p) || f.dirs[p] != nil || p == f.real(f.homeDir()) || p == f.s.Main.Cwd {
		return
	}
	if f.empty[p] == "" && f.writable(p) {
		f.empty[p] = "log: folder of log files, " + l.Of.Key + " (" + string(l.Of.Source) + ")"
	}
}

func (f *finder) existingLog(p string, from model.Source) {
	if info, err := host.Stat(f.s.Root, p); err == nil && info.Type == host.Regular {
		f.addLog(p, from, false)
	}
}

func (f *finder) homeDir() string {
	if f.c.Java != nil {
		if p, ok := f.c.Java.Property("user.home"); ok {
			return p.Value
		}
	}
	if v, ok := f.s.Main.Getenv("HOME"); ok && v != "" {
		return f.s.Main.Abs(v)
	}
	if a, err := f.s.Main.Accounts(); err == nil {
		return a.Users[f.s.App.User.UID].Home
	}
	return "/"
}

// home looks at the home folder: it is made empty, and what is known to be data in it is state.
func (f *finder) home() {
	home := f.homeDir()
	if home == "" || home == "/" {
		return
	}
	if f.s.Dotnet() {
		keys := path.Join(home, ".aspnet/DataProtection-Keys")
		if ok, _ := host.Exists(f.s.Root, keys); ok {
			f.addDir(keys, "session", "keys that protect cookies and tokens (ASP.NET Core Data Protection)", model.FromFile(model.Path(keys), 0))
			return
		}
	}
	if info, err := host.Stat(f.s.Root, home); err == nil && info.Type == host.Dir && f.writable(home) && !f.holdsProgram(f.real(home)) && !f.holdsState(f.real(home)) {
		f.empty[f.real(home)] = "layout: home folder of the user"
	}
}

func (f *finder) holdsState(dir string) bool {
	for p := range f.dirs {
		if strings.HasPrefix(p, dir+"/") || p == dir {
			return true
		}
	}
	return false
}
