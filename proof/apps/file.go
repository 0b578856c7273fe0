package apps

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// access is who may do what in folders of an application.
type access int

const (
	readOnly access = iota // root's, readable by the application's group only: configuration with secrets
	writable               // the application's own: data and logs
)

// own gives the trees to the application.
func (s *Site) own(a App, how access, trees ...string) error {
	uid, gid, err := ids(a)
	if err != nil {
		return err
	}
	owner, dirMode, fileMode := 0, fs.FileMode(0o750), fs.FileMode(0o640)
	if how == writable {
		owner = uid
	}
	for _, tree := range trees {
		err := filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if err := os.Lchown(path, owner, gid); err != nil {
				return err
			}
			switch {
			case d.IsDir():
				return os.Chmod(path, dirMode)
			case d.Type().IsRegular():
				return os.Chmod(path, fileMode)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// shareTree makes a program readable for everybody, as installed software is; what was executable stays so.
func shareTree(tree string) error {
	return filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if d.IsDir() || info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
}

// freshFolder makes the folders anew, empty.
func freshFolder(folders ...string) error {
	for _, f := range folders {
		if err := os.RemoveAll(f); err != nil {
			return err
		}
		if err := os.MkdirAll(f, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644|info.Mode().Perm()&0o111)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

// unpack writes what lies below prefix in a .tar.gz whose digest was compared into a fresh folder. It takes folders, files and relative
// links; os.Root keeps it inside.
func unpack(archive, to, prefix string) (err error) {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("read %s: %w", archive, err)
	}
	if err := freshFolder(to); err != nil {
		return err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	files := 0
	for r := tar.NewReader(z); ; files++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", archive, err)
		}
		name, below := strings.CutPrefix(filepath.Clean(h.Name), prefix+"/")
		if !below {
			continue
		}
		if err := unpackOne(root, name, h, r); err != nil {
			return fmt.Errorf("unpack %q of %s: %w", h.Name, archive, err)
		}
	}
	if files == 0 {
		return fmt.Errorf("%s holds nothing below %s", archive, prefix)
	}
	return nil
}

func unpackOne(root *os.Root, name string, h *tar.Header, r io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		return root.Symlink(h.Linkname, name)
	case tar.TypeReg:
		out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644|fs.FileMode(h.Mode)&0o111)
		if err != nil {
			return err
		}
		if _, err := io.Copy(out, r); err != nil {
			return errors.Join(err, out.Close())
		}
		return out.Close()
	}
	return fmt.Errorf("an entry of type %q", h.Typeflag)
}

// zipFolder packs a folder; names are sorted and times fixed, so that the same sources give the same archive.
func zipFolder(dir, file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	w := zip.NewWriter(out)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		entry, err := w.CreateHeader(&zip.FileHeader{Name: filepath.ToSlash(name), Method: zip.Deflate, Modified: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		_, err = entry.Write(b)
		return err
	})
	return errors.Join(err, w.Close(), out.Close())
}
