package containerize

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
)

// needs lists what the platform must supply.
func (s *start) needs(files []model.File) model.Needs {
	a := s.info
	n := model.Needs{
		Secrets: slices.Clone(s.secrets), SecretFiles: slices.Clone(s.files), Ports: slices.Clone(s.ports), User: a.App.User, Cores: a.Usage.Cores, MemoryBytes: memory(a.Usage),
		State: []model.Mount{}, Writable: []model.Path{"/tmp"},
	}
	slices.SortStableFunc(n.Secrets, func(x, y model.Secret) int { return strings.Compare(x.Name, y.Name) })
	names := map[string]int{}
	for _, d := range a.State {
		if d.Kind == "lock" {
			continue
		}
		m := model.Mount{Path: d.Path, SingleFile: d.SingleFile, Bytes: d.Bytes, UID: a.App.User.UID, GID: a.App.User.GID, Mode: 0o755, Reason: d.Reason}
		if it := s.plan.find(string(d.Path)); it != nil && it.Kind == layer.Dir {
			m.UID, m.GID, m.Mode = it.UID, it.GID, it.Mode
		}
		m.Name = label(path.Base(string(d.Path)))
		if names[m.Name]++; names[m.Name] > 1 {
			m.Name += "-" + strconv.Itoa(names[m.Name])
		}
		n.State = append(n.State, m)
	}
	for _, f := range files {
		if f.Decision == model.Empty && f.Type == "dir" && !within(f.Path, n.Writable) && !s.linked[f.Path] {
			n.Writable = append(n.Writable, f.Path)
		}
	}
	slices.Sort(n.Writable)
	n.ReadOnlyRoot, n.ReadOnlyWhy = s.readOnly(n)
	return n
}

// memory is the peak seen, or the heap's limit with a quarter and 64 MB beside it (metaspace, code, threads), whichever is more. A limit that the
// machine cannot hold is none.
func memory(u model.Usage) int64 {
	m := max(u.PeakRSSBytes, u.RSSBytes)
	if u.HeapBeyondHost() {
		return max(m, u.UnlimitedBytes())
	}
	if u.MaxHeapBytes > 0 {
		m = max(m, u.MaxHeapBytes+u.MaxHeapBytes/4+64<<20)
	}
	return m
}

// readOnly reports whether everything that the process was seen writing to lies in a volume or a writable folder.
func (s *start) readOnly(n model.Needs) (bool, string) {
	room := slices.Clone(n.Writable)
	for _, d := range s.info.State {
		if d.SingleFile && !within(d.Path, room) {
			return false, fmt.Sprintf("it writes %s, a file beside the program", d.Path)
		}
		room = append(room, d.Path)
	}
	for _, l := range s.info.Logs {
		if !within(l.Path, room) && !s.moved(l) {
			return false, fmt.Sprintf("it writes %s, which is neither a volume nor an empty folder", l.Path)
		}
	}
	return true, fmt.Sprintf("everything it was seen writing to lies in %d volumes and %d empty folders", len(n.State), len(n.Writable))
}

var notLabel = regexp.MustCompile(`[^a-z0-9]+`)

// label is a DNS label (RFC 1123) made of a name.
func label(name string) string {
	l := strings.Trim(notLabel.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if l == "" {
		return "data"
	}
	return strings.Trim(l[:min(len(l), 40)], "-")
}

// inside lists the known secrets in files that are part of the image, those that were taken out left out.
func (p *plan) inside(secrets []model.Secret) []model.Secret {
	out := []model.Secret{}
	for _, k := range secrets {
		if k.Place.Kind != "file" || p.taken[k.Place] {
			continue
		}
		file, _, _ := strings.Cut(string(k.Place.Path), "!/")
		if it := p.find(file); it != nil && (it.Kind == layer.File || it.Kind == layer.HardLink) {
			out = append(out, k)
		}
	}
	return out
}

// takenOut notes that the image's copy of the file holds another text there.
func (p *plan) takenOut(at model.Place) {
	if p.taken == nil {
		p.taken = map[model.Place]bool{}
	}
	p.taken[at] = true
}
