package proof

import (
	"archive/tar"
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"a2c/internal/engine"
	"a2c/model"
)

// imageFiles are the regular files and hard links of an image, by absolute path.
func imageFiles(t *testing.T, dir string, i model.Image) map[string]bool {
	t.Helper()
	image, err := engine.Layout(filepath.Join(dir, "image", "oci"), i.Digest)
	if err != nil {
		t.Fatal(err)
	}
	stream := mutate.Extract(image)
	defer stream.Close()
	files := map[string]bool{}
	eachEntry(t, stream, func(h *tar.Header, _ io.Reader) {
		if h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeLink {
			files[path.Join("/", h.Name)] = true
		}
	})
	return files
}

// share is how much of the files that are in was never opened.
type share struct {
	rows  map[string]*shareRow
	total shareRow
	never []model.File // the largest first
}

type shareRow struct {
	files, neverFiles int
	bytes, neverBytes int64
}

func (r *shareRow) add(n int64, opened bool) {
	r.files++
	r.bytes += n
	if !opened {
		r.neverFiles++
		r.neverBytes += n
	}
}

// newShare counts each inode once: one of its names is enough.
func newShare(files []model.File, seen *footprint) share {
	s := share{rows: map[string]*shareRow{}}
	opened := map[string]bool{}
	first := func(f model.File) string { return cmp.Or(string(f.HardLink), string(f.Path)) }
	for _, f := range files {
		if seen.opened[string(f.Path)] {
			opened[first(f)] = true
		}
	}
	for _, f := range files {
		if f.Decision != model.In || f.Type != "file" || f.HardLink != "" {
			continue
		}
		reason := reasonGroup(f.Reasons)
		if s.rows[reason] == nil {
			s.rows[reason] = &shareRow{}
		}
		is := opened[string(f.Path)]
		s.rows[reason].add(f.Size, is)
		s.total.add(f.Size, is)
		if !is {
			s.never = append(s.never, f)
		}
	}
	slices.SortFunc(s.never, func(x, y model.File) int { return cmp.Or(cmp.Compare(y.Size, x.Size), cmp.Compare(x.Path, y.Path)) })
	return s
}

// reasonGroup is a file's first reason without what is of this file alone: paths and numbers.
func reasonGroup(reasons []string) string {
	if len(reasons) == 0 {
		return "none"
	}
	kind, what, _ := strings.Cut(reasons[0], ": ")
	switch kind {
	case "open", "elf", "link", "observe", "nss":
		return kind
	}
	words := strings.Fields(what)
	for n, w := range words {
		if strings.Contains(w, "/") || strings.ContainsAny(w, "0123456789") {
			words = words[:n]
			break
		}
	}
	return strings.TrimSpace(kind + ": " + strings.Join(words, " "))
}

// print writes the table, and the largest files that were never opened.
func (s share) print(w io.Writer, name string) {
	const mb = 1 << 20
	line := func(reason string, r shareRow) {
		fmt.Fprintf(w, "  %-66.66s %6d %9.2f %6d %9.2f %5.1f %%\n", reason, r.files, float64(r.bytes)/mb, r.neverFiles, float64(r.neverBytes)/mb, 100*float64(r.neverBytes)/float64(max(1, r.bytes)))
	}
	fmt.Fprintf(w, "%s: what is in the image, and what a whole run never opens of it\n  %-66s %6s %9s %6s %9s %7s\n", name, "reason", "files", "MB", "never", "MB", "share")
	reasons := slices.SortedFunc(maps.Keys(s.rows), func(x, y string) int {
		return cmp.Or(cmp.Compare(s.rows[y].neverBytes, s.rows[x].neverBytes), cmp.Compare(x, y))
	})
	for _, reason := range reasons {
		line(reason, *s.rows[reason])
	}
	line("all", s.total)
	for _, f := range s.never[:min(12, len(s.never))] {
		fmt.Fprintf(w, "    never opened: %8.2f MB %s (%s)\n", float64(f.Size)/mb, f.Path, strings.Join(f.Reasons, "; "))
	}
}
