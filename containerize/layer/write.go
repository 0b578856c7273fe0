package layer

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/model"
)

// ErrDiffers is returned when what came out of the builder is not what the plan put in.
var ErrDiffers = errors.New("the built layers differ from the plan")

// Write writes layer l as a tar: every header from the plan, in the plan's order, content from the raw layers.
// A file that the raw layers lack, or that has another size or content there, is ErrDiffers.
func Write(ctx context.Context, w io.Writer, l Layer, src *Sources) error {
	tw := tar.NewWriter(w)
	for _, e := range l.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := tw.WriteHeader(header(e)); err != nil {
			return fmt.Errorf("write header of %s: %w", e.Path, err)
		}
		if e.Kind != File {
			continue
		}
		at, ok, err := src.find(e.Path)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%w: %s is missing", ErrDiffers, e.Path)
		}
		h := at.raw.headers[at.entry]
		if h.Typeflag != tar.TypeReg || h.Size != e.Size {
			return fmt.Errorf("%w: %s should be a file of %d bytes, came out as type %q with %d", ErrDiffers, e.Path, e.Size, h.Typeflag, h.Size)
		}
		if err := copyContent(tw, at.raw.content(at.entry), e); err != nil {
			return err
		}
	}
	return tw.Close()
}

func copyContent(w io.Writer, r io.Reader, e Entry) error {
	if e.Sum == (Sum{}) { // the user may have edited it in the context
		if _, err := io.Copy(w, r); err != nil {
			return fmt.Errorf("copy %s: %w", e.Path, err)
		}
		return nil
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, h), r); err != nil {
		return fmt.Errorf("copy %s: %w", e.Path, err)
	}
	if Sum(h.Sum(nil)) != e.Sum {
		return fmt.Errorf("%w: %s came out with other content than went in", ErrDiffers, e.Path)
	}
	return nil
}

// Strict demands that the raw layers, which have all come, hold no path that the plan does not know, but for what base brings; nil: it is scratch.
func Strict(ctx context.Context, p Plan, src *Sources, base v1.Image) error {
	unknown := maps.Clone(src.came)
	for _, l := range p {
		for _, e := range l.Entries {
			delete(unknown, e.Path)
		}
	}
	if err := inherited(ctx, base, unknown); err != nil {
		return err
	}
	if len(unknown) == 0 {
		return nil
	}
	extra := make([]string, 0, len(unknown))
	for name := range unknown {
		extra = append(extra, name.String())
	}
	slices.Sort(extra)
	more := ""
	if n := len(extra) - 3; n > 0 {
		extra, more = extra[:3], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("%w: not planned: %s%s", ErrDiffers, strings.Join(extra, ", "), more)
}

// Correct writes a raw layer of an edited Dockerfile as a tar: entries sorted by path; what the plan knows of a path that the builder
// copied from the context (owner, mode, links, xattrs) is put back, all other headers stay but for times and names of users.
func Correct(ctx context.Context, w io.Writer, r *Raw, p Plan) error {
	planned := map[model.Path]Entry{}
	if strings.HasPrefix(r.CreatedBy, "COPY ") && !strings.Contains(r.CreatedBy, "--from=") {
		planned = carried(p, r)
	}
	order := make([]int, len(r.names))
	for i := range order {
		order[i] = i
	}
	// A hard link must follow its first name, which need not come first by name.
	slices.SortStableFunc(order, func(a, b int) int {
		if c := cmp.Compare(linkRank(r.headers[a]), linkRank(r.headers[b])); c != 0 {
			return c
		}
		return cmp.Compare(r.names[a], r.names[b])
	})
	tw := tar.NewWriter(w)
	seen := map[model.Path]bool{}
	for _, i := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if seen[r.names[i]] {
			continue
		}
		seen[r.names[i]] = true
		if err := correctOne(tw, r, i, planned); err != nil {
			return fmt.Errorf("write %s: %w", r.names[i], err)
		}
	}
	return tw.Close()
}

func linkRank(h *tar.Header) int {
	if h.Typeflag == tar.TypeLink {
		return 1
	}
	return 0
}

func correctOne(tw *tar.Writer, r *Raw, i int, planned map[model.Path]Entry) error {
	raw := r.headers[i]
	out := header(Entry{
		Path: r.names[i], Kind: kindOf(raw), Mode: uint32(raw.Mode) & 0o7777, UID: raw.Uid, GID: raw.Gid,
		Size: raw.Size, Target: model.Path(raw.Linkname), Xattrs: xattrs(raw),
	})
	if raw.Typeflag == tar.TypeLink {
		out.Linkname = strings.TrimPrefix(raw.Linkname, "/")
	}
	if e, ok := planned[r.names[i]]; ok && sameKind(e, raw) {
		e.Size = raw.Size // the user may have edited the file in the context
		e.Kind = kindOf(raw)
		if e.Kind == Symlink {
			e.Target = model.Path(raw.Linkname)
		}
		out = header(e)
	}
	if err := tw.WriteHeader(out); err != nil {
		return err
	}
	if raw.Typeflag != tar.TypeReg {
		return nil
	}
	_, err := io.Copy(tw, r.content(i))
	return err
}

// carried is what the plan knows of the paths in a layer that was copied from the context.
func carried(p Plan, r *Raw) map[model.Path]Entry {
	all := map[model.Path]Entry{}
	for _, l := range p {
		for _, e := range l.Entries {
			all[e.Path] = e
		}
	}
	known := map[model.Path]Entry{}
	for _, name := range r.names {
		if e, ok := all[name]; ok {
			known[name] = e
		}
	}
	return known
}

func kindOf(h *tar.Header) Kind {
	switch h.Typeflag {
	case tar.TypeDir:
		return Dir
	case tar.TypeSymlink:
		return Symlink
	case tar.TypeLink:
		return HardLink
	}
	return File
}

func sameKind(e Entry, raw *tar.Header) bool {
	k := kindOf(raw)
	return e.Kind == k || e.Kind == HardLink && k == File // copied, not linked: it stays a copy, since its first name may have been edited
}

// header says an entry in tar. Names are relative, as every image tool expects; folders end in a slash.
func header(e Entry) *tar.Header {
	h := &tar.Header{
		Name: strings.TrimPrefix(string(e.Path), "/"), Mode: int64(e.Mode), Uid: e.UID, Gid: e.GID, ModTime: Epoch(),
	}
	switch e.Kind {
	case File:
		h.Typeflag, h.Size = tar.TypeReg, e.Size
	case Dir:
		h.Typeflag = tar.TypeDir
		h.Name += "/"
		if e.Path == "/" {
			h.Name = "./"
		}
	case Symlink:
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, string(e.Target), 0o777
	case HardLink:
		h.Typeflag, h.Linkname = tar.TypeLink, strings.TrimPrefix(string(e.Target), "/")
		return h
	}
	for _, name := range slices.Sorted(maps.Keys(e.Xattrs)) {
		if h.PAXRecords == nil {
			h.PAXRecords = map[string]string{}
		}
		h.PAXRecords[paxXattr+name] = string(e.Xattrs[name])
	}
	return h
}

// paxXattr is star's prefix, which every image tool reads.
const paxXattr = "SCHILY.xattr."

func xattrs(h *tar.Header) map[string][]byte {
	var out map[string][]byte
	for k, v := range h.PAXRecords {
		if name, ok := strings.CutPrefix(k, paxXattr); ok {
			if out == nil {
				out = map[string][]byte{}
			}
			out[name] = []byte(v)
		}
	}
	return out
}
