package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
)

// Changed is the reason of a skip on a file that was written to or replaced between two looks.
const Changed = "changed while it was looked at"

type inode struct{ dev, ino uint64 }

// Emit hands out every entry, sorted by path bytes, and sums up. Before an entry goes out the file is looked at again: one that
// changed or vanished since the walk becomes a skip, and a vanished one is left out.
func (s *Set) Emit(ctx context.Context, emit func(model.File) error) (model.FileTotals, []model.Doubt, []model.Skip, error) {
	sum := newTotals()
	var skips []model.Skip
	first := map[inode]string{}
	i := 0
	for at := range s.entries.each() {
		if i++; i%1024 == 0 && ctx.Err() != nil {
			return sum.of, nil, skips, ctx.Err()
		}
		e, p := at.entry, at.path()
		if k, ok := s.again(p, e); !ok {
			skips = append(skips, k...)
			continue
		} else {
			skips = append(skips, k...)
		}
		f := s.file(p, e)
		if f.Decision == model.In && e.fileType == host.Regular && e.nlink > 1 {
			key := inode{s.devs.list[e.dev], e.ino}
			if other, ok := first[key]; ok {
				f.HardLink = model.Path(other)
			} else {
				first[key] = p
			}
		}
		f.Group, f.Doubt = s.group(f), doubt(f)
		sum.add(f)
		if err := emit(f); err != nil {
			return sum.of, nil, skips, fmt.Errorf("write the list of files: %w", err)
		}
	}
	totals, doubts := sum.sum()
	return totals, doubts, skips, nil
}

// again looks at an entry once more; ok is false when it is gone.
func (s *Set) again(p string, e *entry) (skips []model.Skip, ok bool) {
	if s.said(e).decision != model.In || s.recovered[p] != nil {
		return nil, true
	}
	now, err := s.tree.Lstat(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []model.Skip{{What: "file", Path: model.Path(p), Reason: "vanished while it was looked at"}}, false
	case err != nil:
		return []model.Skip{{What: "file", Path: model.Path(p), Reason: err.Error(), Incomplete: true}}, true
	case now.Type != e.fileType:
		return []model.Skip{{What: "file", Path: model.Path(p), Reason: "became another type of file while it was looked at", Incomplete: true}}, false
	case now.Type == host.Regular && (now.Ino != e.ino || now.Size != e.size || !now.MTime.Equal(s.stat(e).MTime)):
		s.see(e, now)
		return []model.Skip{{What: "file", Path: model.Path(p), Reason: Changed, Remedy: "analyze again when it rests"}}, true
	}
	s.see(e, now)
	return nil, true
}

func (s *Set) file(p string, e *entry) model.File {
	info, w := s.stat(e), s.said(e)
	f := model.File{
		Path: model.Path(p), Type: fileType(info.Type), Mode: info.Mode, UID: info.UID, GID: info.GID, MTime: info.MTime.UTC(),
		Target: model.Path(s.targets[e]), Decision: w.decision, Layer: w.layer, Reasons: w.reasons,
	}
	if info.Type != host.Dir {
		f.Package = s.packages[p]
	}
	if info.Type == host.Regular {
		f.Size = info.Size
	}
	if r := s.recovered[p]; r != nil {
		f.Recovered = r.Name
	} else if w.decision == model.In && info.Type != host.Symlink {
		x, err := s.tree.Xattrs(p)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			f.Reasons = append(slices.Clone(f.Reasons), "note: extended attributes not read: "+shortError(err))
		}
		f.Xattrs = keptXattrs(x)
	}
	return f
}

// keptXattrs leaves out labels that only mean something to this machine's kernel (SELinux, IMA).
func keptXattrs(x map[string][]byte) map[string][]byte {
	for _, name := range []string{"security.selinux", "security.ima", "security.evm"} {
		delete(x, name)
	}
	if len(x) == 0 {
		return nil
	}
	return x
}

func fileType(t host.Type) string {
	switch t {
	case host.Regular:
		return "file"
	case host.Dir:
		return "dir"
	case host.Symlink:
		return "symlink"
	case host.Fifo:
		return "fifo"
	case host.Socket:
		return "socket"
	}
	return "device"
}

// shortError is an error without the path that stands beside it anyway.
func shortError(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}
