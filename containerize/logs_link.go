package containerize

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
)

// containerOutput is a link that container runtimes make, to /proc/self/fd/1: what opens it writes where its own output goes. runc and crun give the pipe or
// terminal behind it to the container's user, so it can be opened without root; and it needs no root that can be written to.
const containerOutput = "/dev/stdout"

// linkLogs puts a link to the container's output in the place of log files that are only appended to under one name for ever. Logs that are rotated are not
// linked: renaming takes the link away, and packing what was put aside would read, and so take, the container's own output.
func (s *start) linkLogs() {
	var links []model.Path
	for _, l := range s.info.Logs {
		if s.moved(l) {
			continue
		}
		if why := s.rotates(l); why != "" {
			s.unlinked[l.Path] = why
			continue
		}
		links = append(links, l.Path)
	}
	for _, name := range links {
		if why := s.hidesLink(path.Dir(string(name)), links); why != "" {
			s.unlinked[name] = why
			continue
		}
		e := layer.Entry{Path: name, Kind: layer.Symlink, Target: containerOutput, UID: s.info.App.User.UID, GID: s.info.App.User.GID, Mode: 0o777}
		s.plan.items[name] = &item{Entry: e, name: model.GroupApplication}
		if err := s.plan.place(name); err != nil {
			delete(s.plan.items, name)
			s.unlinked[name] = err.Error()
			continue
		}
		s.logged[name], s.linked[model.Path(path.Dir(string(name)))] = true, true
		s.changes = append(s.changes, model.Change{
			Kind: "log", Target: name.String(), After: containerOutput, Reason: "a link: the application only appends to this log, which is lost with a container; its lines go to the container's output",
		})
	}
}

var changingName = regexp.MustCompile(`\d{4}-\d{2}|\d{4}_\d{2}|\d{6}`)

// rotates says why a log cannot be taken for one that is only appended to, under one name for ever; "" when it can.
func (s *start) rotates(l model.LogFile) string {
	dir, base := path.Split(string(l.Path))
	switch {
	case !l.Appends:
		return "it is not held open by descriptors that can only append"
	case changingName.MatchString(base):
		return "a date stands in its name, so the next one has another"
	case s.plan.find(string(l.Path)) != nil:
		return "the image has a file of this name"
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	entries, err := s.plan.tree.ReadDir(path.Clean(dir))
	if err != nil {
		return "its folder cannot be read to see whether it is rotated: " + err.Error()
	}
	for _, e := range entries {
		if e.Name != base && strings.HasPrefix(e.Name, stem) {
			return "it is rotated, as " + model.Path(e.Name).String() + " beside it shows"
		}
	}
	for _, from := range l.Evidence["path"] {
		if !strings.HasPrefix(string(from), "/proc/") && s.rolls(string(from)) {
			return "its configuration may rotate it: " + model.Path(from).String()
		}
	}
	return ""
}

var rolling = regexp.MustCompile(`(?i)roll|rotat|archive|filecount|maxbackup`)

// rolls reports whether a document that names a log speaks of rotation anywhere, or cannot be read.
func (s *start) rolls(from string) bool {
	if i := strings.LastIndexByte(from, ':'); i > 0 {
		from = from[:i]
	}
	file, entry, inside := strings.Cut(from, "!/")
	it := s.plan.find(file)
	if it == nil || it.Kind != layer.File {
		return true
	}
	data, err := s.document(it, entry, inside)
	return err != nil || rolling.Match(data)
}

// hidesLink says why a link in a folder would not be seen in the container, or the folder has to be written to; "" when all that is in it are links.
func (s *start) hidesLink(dir string, links []model.Path) string {
	for _, d := range s.info.State {
		if within(model.Path(dir), []model.Path{d.Path}) {
			return "a volume lies over its folder"
		}
	}
	if within(model.Path(dir), []model.Path{"/tmp"}) {
		return "a folder in memory lies over /tmp"
	}
	it := s.plan.find(dir)
	if it == nil {
		return "its folder is not in the image"
	}
	entries, err := s.plan.tree.ReadDir(dir)
	if err != nil {
		return err.Error()
	}
	for _, e := range entries {
		name := model.Path(path.Join(dir, e.Name))
		if in := s.plan.items[name]; in == nil && !slices.Contains(links, name) {
			return "its folder has to stay one that can be written to, for " + name.String()
		}
	}
	return ""
}
