package missing

import (
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"a2c/inventory/host"
	"a2c/model"
)

// coarse is how far the start of a process may be from what is known of it: the kernel tells its own start in seconds (proc_stat(5), btime).
const coarse = 2 * time.Second

// Judge says of what is missing whether it belongs to the image.
type Judge struct {
	Analysis model.Analysis
	Image    model.Image
	Files    iter.Seq2[model.File, error] // files.jsonl; nil: nothing is known of it
	Against  func(name string) string     // what a rule on names has against a path; nil: nothing
}

// Of judges a list. The error is that of Files.
func (j Judge) Of(list []Found) ([]model.MissingFile, error) {
	decided, err := j.decided(list)
	if err != nil {
		return nil, err
	}
	var out []model.MissingFile
	for _, f := range list {
		m := model.MissingFile{
			Path: model.Path(f.Path), Type: "file", Bytes: f.Size, Call: f.Call, Count: f.Count, Program: model.Path(f.Program),
		}
		if f.Dir {
			m.Type, m.Bytes = "dir", 0
		}
		m.Belongs, m.Why = j.belongs(f, decided)
		out = append(out, m)
	}
	return out, nil
}

// decided are the decisions of the analysis on the paths and the folders above them.
func (j Judge) decided(list []Found) (map[string]model.File, error) {
	of := map[string]bool{}
	for _, f := range list {
		for _, name := range f.names() {
			for p := name; !of[p]; p = path.Dir(p) {
				of[p] = true
			}
		}
	}
	out := map[string]model.File{}
	if j.Files == nil {
		return out, nil
	}
	for f, err := range j.Files {
		if err != nil {
			return nil, err
		}
		if of[string(f.Path)] {
			out[string(f.Path)] = f
		}
	}
	return out, nil
}

// belongs says whether a path should be in the image, and why or why not. What analyze left out for a reason stays out; what it left out only since nothing
// needed it, does not: the image has looked for it.
func (j Judge) belongs(f Found, decided map[string]model.File) (bool, string) {
	info := j.Analysis.AnalysisInfo
	for _, name := range f.names() {
		if why := j.excluded(name, decided); why != "" {
			return false, why
		}
	}
	started := info.App.StartedAt
	switch {
	case f.Made:
		return false, "a file was to be made in it: a folder that is written to is a volume's or a temporary one's"
	case f.Dir && !f.Opened:
		return false, "a folder that was only looked at: what is in it was not asked for"
	case f.Dir && wide(f.Real):
		return false, "a folder of the system, which is not taken as a whole"
	case foreignHome(f, info.App):
		return false, "it lies in another user's home"
	case !f.Dir && !started.IsZero() && f.Changed.After(started.Add(coarse)):
		return false, "it was written after the application was started: data, or a log"
	case !readable(f, info.App.User):
		return false, fmt.Sprintf("user %d of the application cannot read it", info.App.User.UID)
	}
	if decided[f.Real].Decision == model.In {
		return true, "it belongs to the image by the analysis, and the image lacks it"
	}
	return true, "the machine has it, and nothing speaks against it"
}

// names are the path that was looked for, and the one behind its links.
func (f Found) names() []string { return []string{f.Path, f.Real} }

// excluded is what was decided against a path before it was looked for.
func (j Judge) excluded(name string, decided map[string]model.File) string {
	under := func(p model.Path) bool { return within(name, string(p)) }
	info := j.Analysis.AnalysisInfo
	for _, p := range j.Analysis.ContainerParameters.AppExcludedFiles {
		if host.Covers(string(p), name) {
			return "containerParameters.appExcludedFiles names it"
		}
	}
	for p := name; ; p = path.Dir(p) {
		if d, ok := decided[p]; ok && d.Decision != model.In && !guessed(d) {
			return against(d)
		}
		if p == "/" {
			break
		}
	}
	if i := slices.IndexFunc(j.Image.Changes, func(c model.Change) bool { return strings.HasPrefix(c.Target, "/") && under(model.Path(c.Target)) }); i >= 0 {
		return "changed on purpose: " + j.Image.Changes[i].Reason
	}
	if slices.ContainsFunc(info.Logs, func(l model.LogFile) bool { return under(l.Path) }) {
		return "log: the application writes it"
	}
	if slices.ContainsFunc(info.State, func(d model.StateDir) bool { return under(d.Path) }) {
		return "state: a volume goes there"
	}
	if why := byDesign(name); why != "" {
		return why
	}
	if j.Against != nil {
		return j.Against(name)
	}
	return ""
}

// guessed reports whether a path is out for no better reason than that nothing was seen to need it.
func guessed(f model.File) bool {
	return f.Decision == model.Out && len(f.Reasons) > 0 && (strings.HasPrefix(f.Reasons[0], "package: ") || strings.HasPrefix(f.Reasons[0], "layout: archive beside "))
}

func against(f model.File) string {
	if len(f.Reasons) == 0 {
		return "the analysis decided so: " + f.Decision
	}
	return f.Reasons[len(f.Reasons)-1]
}

// byDesign is why images of a2c do without a file that many programs look for.
func byDesign(name string) string {
	switch {
	case name == "/etc/ld.so.cache", name == "/etc/ld.so.preload":
		return "elf: the loader finds the image's libraries without it"
	case within(name, "/usr/share/locale"), within(name, "/usr/share/locale-langpack"):
		return "locale: translated messages of the system's programs"
	}
	return ""
}

// within reports whether name is top or lies below it.
func within(name, top string) bool {
	return name == top || strings.HasPrefix(name, strings.TrimSuffix(top, "/")+"/")
}

// wide are folders that belong to everybody (hier(7)): of one level, and of two below those that only sort.
func wide(name string) bool {
	parts := strings.Split(strings.Trim(name, "/"), "/")
	return len(parts) < 2 || len(parts) < 3 && slices.Contains([]string{"usr", "var", "etc", "home"}, parts[0]) || within(name, "/usr/lib") && len(parts) < 4
}

// foreignHome reports whether a path lies in a home folder, and does not belong to the application's user.
func foreignHome(f Found, app model.App) bool {
	home := slices.ContainsFunc(f.names(), func(name string) bool { return within(name, "/root") || within(name, "/home") })
	return home && f.UID != app.User.UID && (app.Base == "" || !within(f.Real, string(app.Base)))
}

// readable reports whether the bits of a path let the application's user read it; lists of access rights and the folders above are for the analysis.
func readable(f Found, u model.User) bool {
	shift := 0
	switch {
	case u.UID == 0:
		return true
	case f.UID == u.UID:
		shift = 6
	case f.GID == u.GID || slices.Contains(u.Groups, f.GID):
		shift = 3
	}
	return f.Mode>>shift&4 != 0
}
