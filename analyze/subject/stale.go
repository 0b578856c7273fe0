package subject

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// restart is what helps when the files of a running program are not those that lie at its paths: only a new start runs what an image would hold.
const restart = "restart the application, then analyze again"

// stale notes what runs and does not lie at its path any more, or not the same: after an upgrade of the JVM or a deployment without a restart.
// An image of what lies there now would be another program than the one that was seen to work.
func (s *Subject) stale() {
	for _, p := range s.Procs {
		if p.ExeDeleted {
			s.staleSkip(p.what("program"), p.Exe)
		}
		if p.CwdDeleted {
			s.Skip(model.Skip{
				What: p.what("working folder"), Path: model.Path(p.Cwd), Incomplete: true,
				Reason: "has been deleted since the start: where its relative names lead cannot be seen", Remedy: restart,
			})
		}
		for _, kind := range []string{"file of the runtime", "file of the application", "library"} {
			switch gone := s.gone(p, kind); len(gone) {
			case 0:
			case 1:
				s.staleSkip(p.what(kind), gone[0])
			default:
				s.staleSkip(p.what(fmt.Sprintf("%s and %d others", kind, len(gone)-1)), gone[0])
			}
		}
	}
	s.staleArchive()
}

// gone lists the deleted files of one kind that a process has mapped, or open for reading.
func (s *Subject) gone(p *Proc, kind string) []string {
	var out []string
	for _, f := range p.FDs {
		if f.Deleted && !f.Writes() && s.kindOf(p, f.Old) == kind {
			out = append(out, f.Old)
		}
	}
	for _, m := range p.Maps {
		if m.Deleted && !strings.HasSuffix(m.Perms, "s") && s.kindOf(p, m.Path) == kind {
			out = append(out, m.Path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// kindOf sorts a file by what it is to the process; "" for data, and for libraries that JNA, Netty and others unpack and delete on purpose.
func (s *Subject) kindOf(p *Proc, file string) string {
	ext := strings.ToLower(path.Ext(file))
	code := slices.Contains([]string{".jar", ".war", ".ear", ".dll"}, ext)
	switch {
	case file == "" || file == p.Exe:
		return ""
	case Under(file, string(s.App.Runtime.Home)):
		return "file of the runtime"
	case file == string(s.App.Artifact), code && Under(file, string(s.App.Base)), code && !p.passing(file):
		return "file of the application"
	case strings.Contains(path.Base(file), ".so") && !p.passing(file):
		return "library"
	}
	return ""
}

// passing reports whether a file lies where programs put what they need for a moment.
func (p *Proc) passing(file string) bool {
	dirs := []string{"/tmp", "/var/tmp", "/dev", "/run", "/var/run"}
	if v, ok := p.Getenv("TMPDIR"); ok {
		dirs = append(dirs, p.Abs(v))
	}
	for _, a := range p.Args() {
		if v, ok := strings.CutPrefix(a, "-Djava.io.tmpdir="); ok {
			dirs = append(dirs, p.Abs(v))
		}
	}
	return slices.ContainsFunc(dirs, func(d string) bool { return Under(file, d) })
}

// staleArchive finds an archive that was moved away or written over, which leaves no mark. A JVM keeps the archive that it runs open; only one
// that was started from an archive of its classes (AppCDS) may not have opened it.
func (s *Subject) staleArchive() {
	file := string(s.App.Artifact)
	ext := strings.ToLower(path.Ext(file))
	if !s.Java() || s.App.Runtime.Home == "" || ext != ".jar" && ext != ".war" || s.Main.Unread["fd"] != "" {
		return // of a program that is only called java nothing is known
	}
	real, _, err := host.Resolve(s.Root, file)
	if err != nil {
		return // deleted, which has been noted
	}
	info, err := s.Root.Lstat(real)
	if err != nil || info.Type != host.Regular {
		return
	}
	started, err := s.Main.StartTime()
	k := model.Skip{What: s.Main.what("file of the application"), Path: model.Path(file), Remedy: restart, Incomplete: true}
	switch {
	case !s.holds(real) && !s.classArchive():
		k.Reason = "is not open, as the archive that a JVM runs is: it seems to have been replaced since the start"
	case err == nil && info.MTime.Sub(started) > tolerance:
		k.Reason = "has been written to since the start: what runs may be another version than the file holds now"
	default:
		return
	}
	s.Skip(k)
}

// holds reports whether a file is open, or was until it was deleted.
func (s *Subject) holds(file string) bool {
	return slices.ContainsFunc(s.Procs, func(p *Proc) bool {
		return slices.ContainsFunc(p.FDs, func(f FD) bool { return f.Name == file || f.Old == file })
	})
}

func (s *Subject) classArchive() bool {
	return slices.ContainsFunc(s.Main.Maps, func(m parse.Map) bool {
		ext := path.Ext(m.Path)
		return (ext == ".jsa" || ext == ".aot") && !Under(m.Path, string(s.App.Runtime.Home))
	})
}

func (p *Proc) what(kind string) string { return fmt.Sprintf("%s of process %d", kind, p.PID) }

// staleSkip words what happened to a file: whether something lies there now tells an upgrade from a removal.
func (s *Subject) staleSkip(what, file string) {
	k := model.Skip{
		What: what, Path: model.Path(file), Incomplete: true, Remedy: restart,
		Reason: "has been deleted since the start: what runs cannot be taken into an image",
	}
	if _, err := s.Root.Lstat(file); err == nil {
		k.Reason = "has been replaced since the start: what lies there now is another file than the one that runs"
	}
	s.Skip(k)
}
