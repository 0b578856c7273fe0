package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"a2c/internal/disk"
	"a2c/parse"
)

// Edit is one change of the user's in a document, met when a new proposal came.
type Edit struct {
	Place    string   `json:"place"` // "analysis.json:12:5"
	Path     string   `json:"path"`  // "containerParameters.imageTag"
	Kind     EditKind `json:"kind"`
	Yours    string   `json:"yours"`    // JSON; "" for what was taken out
	Proposed string   `json:"proposed"` // JSON; "" for what is proposed no longer
}

// EditKind says what became of a change.
type EditKind string

// What becomes of a user's change.
const (
	Kept     EditKind = "kept"      // the proposal did not change there
	Conflict EditKind = "conflict"  // both changed: the user's stands
	Replaced EditKind = "read-only" // the part is not the user's to edit: the new one stands
)

// kept is the hidden file beside an editable document: what was proposed last, and the digest of the document that was written with it.
type kept struct {
	Document string          `json:"document"`
	Proposal json.RawMessage `json:"proposal"`
}

// Propose saves a document that the user may edit, and returns it as it now stands with the user's changes: against the last proposal,
// field by field, what the user changed stays, all else follows the new proposal. editable names the top-level keys that are the user's; none: all.
// A document that is broken is reported and left alone.
func Propose[T any](w *Workspace, name string, proposal T, editable ...string) (T, []Edit, error) {
	data, err := encode(proposal)
	if err != nil {
		return proposal, nil, fmt.Errorf("encode %s: %w", name, err)
	}
	edited, err := w.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return proposal, nil, w.writeProposal(name, data, data)
	}
	if err != nil {
		return proposal, nil, err
	}
	yours, err := parse.JSON(edited)
	if err != nil {
		return proposal, nil, w.broken(name, err)
	}
	if err := w.decode(name, yours, new(T)); err != nil {
		return proposal, nil, err
	}
	theirs, err := parse.JSON(data)
	if err != nil {
		return proposal, nil, fmt.Errorf("read back %s: %w", name, err)
	}
	m := merger{file: path.Base(name), editable: editable}
	merged := m.value(w.lastProposal(name, edited), yours, theirs, "")
	var result T
	if err := merged.Decode(&result); err != nil {
		return proposal, nil, fmt.Errorf("merge %s: %w", name, err)
	}
	if same(merged, yours) {
		return result, m.edits, w.writeProposal(name, data, edited) // as the user formatted it
	}
	document, err := encode(result)
	if err != nil {
		return proposal, nil, fmt.Errorf("encode %s: %w", name, err)
	}
	return result, m.edits, w.writeProposal(name, data, document)
}

func hidden(name string) string { return path.Join(path.Dir(name), "."+path.Base(name)+".proposed") }

// next is the hidden file until the document is written: with the digest in it a run that was killed between the two is told apart.
func next(name string) string { return hidden(name) + ".next" }

func (w *Workspace) writeProposal(name string, proposal, document []byte) error {
	sum, err := digest(bytes.NewReader(document))
	if err != nil {
		return err
	}
	if err := w.Save(next(name), kept{sum, proposal}); err != nil {
		return err
	}
	if err := w.write(name, document); err != nil { // the old one stands: what belongs to the new one goes with it
		return errors.Join(err, os.Remove(w.Path(next(name))))
	}
	if err := os.Rename(w.Path(next(name)), w.Path(hidden(name))); err != nil {
		return fmt.Errorf("keep the proposal of %s: %w", name, disk.Cause(err))
	}
	return disk.SyncDir(filepath.Dir(w.Path(name)))
}

// lastProposal is what was proposed when the document was written; nil when that is not known, so that every difference counts as the user's.
func (w *Workspace) lastProposal(name string, document []byte) *parse.Node {
	sum, err := digest(bytes.NewReader(document))
	if err != nil {
		return nil
	}
	if n, err := w.node(next(name)); err == nil && n.Get("document") != nil && n.Get("document").Text == sum {
		return n.Get("proposal")
	}
	n, err := w.node(hidden(name))
	if err != nil {
		return nil
	}
	return n.Get("proposal")
}

// merger joins three trees: the last proposal (base, nil when unknown), the user's, and the new proposal.
type merger struct {
	file     string
	editable []string
	edits    []Edit
}

func (m *merger) note(kind EditKind, path string, yours, theirs *parse.Node) {
	e := Edit{Place: m.file, Path: path, Kind: kind}
	if yours != nil {
		e.Place += ":" + yours.Pos.String()
		e.Yours = yours.JSON()
	}
	if theirs != nil {
		e.Proposed = theirs.JSON()
	}
	m.edits = append(m.edits, e)
}

func (m *merger) value(base, yours, theirs *parse.Node, path string) *parse.Node {
	switch {
	case same(yours, theirs), base != nil && same(yours, base):
		return theirs
	case yours.Kind == parse.Object && theirs.Kind == parse.Object:
		return m.object(base, yours, theirs, path)
	case yours.Kind == parse.Array && theirs.Kind == parse.Array && base != nil && base.Kind == parse.Array && keyed(base, yours, theirs):
		return m.list(base, yours, theirs, path)
	case base != nil && same(base, theirs):
		m.note(Kept, path, yours, theirs)
	default:
		m.note(Conflict, path, yours, theirs)
	}
	return yours
}

// object: a key that the user took out comes back as proposed, since it cannot be told from one that an older a2c did not know.
func (m *merger) object(base, yours, theirs *parse.Node, path string) *parse.Node {
	out := &parse.Node{Kind: parse.Object, Pos: yours.Pos}
	for _, f := range theirs.Fields {
		v, at := f.Value, under(path, f.Name)
		y := yours.Get(f.Name)
		switch {
		case y == nil:
		case path == "" && len(m.editable) > 0 && !slices.Contains(m.editable, f.Name):
			if b := base.Get(f.Name); b != nil && !same(y, b) {
				m.note(Replaced, at, y, nil)
			}
		default:
			v = m.value(base.Get(f.Name), y, f.Value, at)
		}
		out.Fields = append(out.Fields, parse.Field{Name: f.Name, Pos: f.Pos, Value: v})
	}
	for _, f := range yours.Fields { // what is proposed no longer, or never was
		b := base.Get(f.Name)
		if theirs.Get(f.Name) != nil || b != nil && same(f.Value, b) || path == "" && len(m.editable) > 0 && !slices.Contains(m.editable, f.Name) {
			continue
		}
		m.note(Kept, under(path, f.Name), f.Value, nil)
		out.Fields = append(out.Fields, f)
	}
	return out
}

// list merges by what identifies an item: proposed ones that the user took out stay out, the user's own stay in, the rest follows the proposal.
func (m *merger) list(base, yours, theirs *parse.Node, path string) *parse.Node {
	out := &parse.Node{Kind: parse.Array, Pos: yours.Pos}
	for _, t := range theirs.Items {
		at := fmt.Sprintf("%s[%s]", path, identity(t))
		y, b := find(yours, t), find(base, t)
		switch {
		case y != nil:
			out.Items = append(out.Items, m.value(b, y, t, at))
		case b != nil:
			m.note(Kept, at, nil, t)
		default:
			out.Items = append(out.Items, t)
		}
	}
	for _, y := range yours.Items {
		b := find(base, y)
		if find(theirs, y) != nil || b != nil && same(b, y) {
			continue
		}
		m.note(Kept, fmt.Sprintf("%s[%s]", path, identity(y)), y, nil)
		out.Items = append(out.Items, y)
	}
	return out
}

// identity tells an item of a list from the others: text and numbers by themselves, objects by their name; "" for anything else.
func identity(n *parse.Node) string {
	switch n.Kind {
	case parse.String, parse.Number:
		return n.JSON()
	case parse.Object:
		for _, key := range []string{"name", "key", "path", "localPort"} {
			if v := n.Get(key); v != nil && (v.Kind == parse.String || v.Kind == parse.Number) {
				if p := n.Get("protocol"); key == "localPort" && p != nil {
					return v.JSON() + "/" + p.Text
				}
				return v.JSON()
			}
		}
	}
	return ""
}

// keyed reports whether every item of the lists has an identity of its own.
func keyed(lists ...*parse.Node) bool {
	for _, l := range lists {
		seen := map[string]bool{}
		for _, i := range l.Items {
			id := identity(i)
			if id == "" || seen[id] {
				return false
			}
			seen[id] = true
		}
	}
	return true
}

func find(list, item *parse.Node) *parse.Node {
	for _, i := range list.Items {
		if identity(i) == identity(item) {
			return i
		}
	}
	return nil
}

func same(a, b *parse.Node) bool { return a.JSON() == b.JSON() }

func under(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }
