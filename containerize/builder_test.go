package containerize

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"a2c/containerize/build"
)

// plain is a Builder for tests without root: it does what COPY --chown does, with everything that it loses (hard links, setuid bits,
// owners of links, times), and takes no other instruction that makes files.
type plain struct{}

func (plain) Name() string { return "plain" }

func (plain) Build(_ context.Context, s build.Spec) (build.Made, error) {
	f, err := os.Open(s.Dockerfile)
	if err != nil {
		return build.Made{}, err
	}
	defer f.Close()
	out, made := build.Made{Config: json.RawMessage(`{"Env":["PATH=/bin"]}`)}, 0
	for lines := bufio.NewScanner(f); lines.Scan(); made++ {
		var uid, gid int
		var from string
		if n, _ := fmt.Sscanf(lines.Text(), "COPY --chown=%d:%d %s /", &uid, &gid, &from); n != 3 {
			continue
		}
		name := filepath.Join(s.Output, fmt.Sprintf("%d.tar", made))
		if err := copyLayer(filepath.Join(s.Context, from), name, uid, gid); err != nil {
			return out, err
		}
		if err := s.Ready(build.RawLayer{File: name, CreatedBy: lines.Text()}); err != nil {
			return out, err
		}
	}
	return out, nil
}

func copyLayer(dir, name string, uid, gid int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := tar.NewWriter(f)
	err = filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		link := ""
		if d.Type() == fs.ModeSymlink {
			if link, err = os.Readlink(at); err != nil {
				return err
			}
		}
		h, err := tar.FileInfoHeader(info, link)
		if err != nil {
			return err
		}
		h.Name, h.ModTime, h.Uid, h.Gid, h.Format = strings.TrimPrefix(at, dir), time.Now(), uid, gid, tar.FormatPAX
		if h.Name == "" {
			h.Name = "/"
		}
		if link != "" {
			h.Uid, h.Gid = 0, 0
		}
		if err := w.WriteHeader(h); err != nil || !d.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		_, err = w.Write(body)
		return err
	})
	if err != nil {
		return err
	}
	return w.Close()
}
