package archive

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/klauspost/compress/zstd"

	"a2c/internal/disk"
	"a2c/model"
)

// window bounds the memory that reading takes.
const window = 8 << 20

// Write archives everything below dir, which must not change meanwhile. m is without members. The same content gives the same bytes.
func Write(ctx context.Context, to io.Writer, m Manifest, dir string, jobs int) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	defer root.Close()
	m.Format = Format
	if m.Members, err = list(ctx, root); err != nil {
		return fmt.Errorf("archive: %w", disk.Cause(err))
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if len(data) > maxManifest {
		return fmt.Errorf("archive: %d members are more than it can list", len(m.Members))
	}
	if err := m.check(); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	z, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(max(jobs, 1)), zstd.WithWindowSize(window), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if err := writeTar(ctx, z, data, m.Members, root); err != nil {
		return errors.Join(err, z.Close())
	}
	return z.Close()
}

func writeTar(ctx context.Context, to io.Writer, manifest []byte, members []Member, root *os.Root) error {
	w := tar.NewWriter(to)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: ManifestName, Mode: 0o600, Size: int64(len(manifest))}); err != nil {
		return err
	}
	if _, err := w.Write(manifest); err != nil {
		return err
	}
	for _, e := range members {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.WriteHeader(e.header()); err != nil {
			return fmt.Errorf("archive %s: %w", e.Name, err)
		}
		if e.Kind != File {
			continue
		}
		if err := copyFrom(w, root, e); err != nil {
			return fmt.Errorf("archive %s: %w", e.Name, disk.Cause(err))
		}
	}
	return w.Close()
}

func copyFrom(w io.Writer, root *os.Root, e Member) error {
	f, err := root.Open(string(e.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyN(w, f, e.Size)
	return err
}

// header is a member's in the tar, which any tar can unpack.
func (e Member) header() *tar.Header {
	h := &tar.Header{Name: string(e.Name), Mode: int64(e.Mode), Size: e.Size, Linkname: string(e.Target), Typeflag: tar.TypeReg}
	switch e.Kind {
	case Dir:
		h.Typeflag, h.Name = tar.TypeDir, h.Name+"/"
	case Symlink:
		h.Typeflag = tar.TypeSymlink
	case HardLink:
		h.Typeflag = tar.TypeLink
	case File:
	}
	return h
}

// list makes members of a folder; the second name of a file is a hard link to its first.
func list(ctx context.Context, root *os.Root) ([]Member, error) {
	l := &lister{root: root, first: map[uint64]model.Path{}}
	err := disk.Walk(root, ".", func(name string, e fs.DirEntry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := l.add(name, e); err != nil {
			return fmt.Errorf("%s: %w", model.Path(name), disk.Cause(err))
		}
		return nil
	})
	return l.members, err
}

type lister struct {
	root    *os.Root
	members []Member
	first   map[uint64]model.Path // by inode
}

func (l *lister) add(name string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	e := Member{Name: model.Path(name), Mode: uint32(info.Mode().Perm())}
	switch {
	case d.IsDir():
		e.Kind = Dir
	case d.Type() == fs.ModeSymlink:
		target, err := l.root.Readlink(name)
		if err != nil {
			return err
		}
		e.Kind, e.Target = Symlink, model.Path(target)
	case info.Mode().IsRegular():
		st, _ := info.Sys().(*syscall.Stat_t)
		if st != nil && st.Nlink > 1 && l.first[st.Ino] != "" {
			e.Kind, e.Target = HardLink, l.first[st.Ino]
			break
		}
		if st != nil {
			l.first[st.Ino] = e.Name
		}
		e.Kind, e.Size = File, info.Size()
		if e.SHA256, err = l.digest(name); err != nil {
			return err
		}
	default:
		return errors.New("it is neither file, folder nor link")
	}
	l.members = append(l.members, e)
	return nil
}

func (l *lister) digest(name string) (string, error) {
	f, err := l.root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return disk.Digest(f)
}
