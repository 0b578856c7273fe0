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

// Unpack writes what lies below prefix in an archive, .tar.gz or .zip, whose digest was compared, into a fresh folder that everybody may read.
func Unpack(archive, to, prefix string) error {
	write := unpack
	if strings.HasSuffix(archive, ".zip") {
		write = unzip
	}
	if err := write(archive, to, prefix); err != nil {
		return err
	}
	return shareTree(to)
}

// writer writes one entry of an archive, by its name in it.
type writer func(name string, h *tar.Header, r io.Reader) error

// into makes a fresh folder and hands out what writes entries below prefix into it: folders, files and relative links; os.Root keeps them inside.
func into(to, archive, prefix string, read func(writer) error) (err error) {
	if err := freshFolder(to); err != nil {
		return err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	files := 0
	err = read(func(name string, h *tar.Header, r io.Reader) error {
		below, ok := strings.CutPrefix(filepath.Clean(name), prefix+"/")
		if !ok {
			return nil
		}
		files++
		if err := unpackOne(root, below, h, r); err != nil {
			return fmt.Errorf("unpack %q of %s: %w", name, archive, err)
		}
		return nil
	})
	if err == nil && files == 0 {
		err = fmt.Errorf("%s holds nothing below %s", archive, prefix)
	}
	return err
}

// unzip writes what lies below prefix in a .zip.
func unzip(archive, to, prefix string) (err error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("read %s: %w", archive, err)
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	return into(to, archive, prefix, func(write writer) error {
		for _, f := range z.File {
			h := &tar.Header{Typeflag: tar.TypeReg, Mode: int64(f.Mode().Perm())}
			if f.Mode().IsDir() {
				h.Typeflag = tar.TypeDir
			}
			r, err := f.Open()
			if err != nil {
				return fmt.Errorf("unpack %q of %s: %w", f.Name, archive, err)
			}
			if err := errors.Join(write(f.Name, h, r), r.Close()); err != nil {
				return err
			}
		}
		return nil
	})
}

// unpack writes what lies below prefix in a .tar.gz.
func unpack(archive, to, prefix string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("read %s: %w", archive, err)
	}
	return into(to, archive, prefix, func(write writer) error {
		for r := tar.NewReader(z); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read %s: %w", archive, err)
			}
			if err := write(h.Name, h, r); err != nil {
				return err
			}
		}
	})
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
