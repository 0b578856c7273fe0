package verify

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/internal/engine"
	"a2c/model"
)

// mounts are the folders that must be mounted so that a twin can write what it wrote to a root that is read-only; why says of what cannot be mounted what stands
// against it. image has what the image holds (true: a folder), mounted what is a mount already. What is mounted is empty: it may hide no file of the image.
func mounts(written []Changed, image map[model.Path]bool, mounted []model.Path, workingDir model.Path) (list []model.Path, why []string) {
	made := append(runtimes(), append(mounted, workingDir)...)
	for _, c := range written {
		if slices.ContainsFunc(append(runtimes(), mounted...), func(m model.Path) bool { return below(c.Path, m) }) {
			continue
		}
		if c.Folder && slices.ContainsFunc(made, func(m model.Path) bool { return below(m, c.Path) }) {
			continue // where the runtime makes the place of a mount
		}
		if c.Folder && slices.ContainsFunc(written, func(o Changed) bool { return o.Path != c.Path && below(o.Path, c.Path) }) {
			continue // what lies in it tells
		}
		folder := place(c, image)
		if hidden := hides(folder, image); hidden != "" {
			why = append(why, fmt.Sprintf("it writes %s, where nothing can be mounted, since the image has %s there", c.Path, hidden))
			continue
		}
		list = append(list, folder)
	}
	slices.Sort(list)
	list = slices.Compact(list)
	list = slices.DeleteFunc(list, func(p model.Path) bool {
		return slices.ContainsFunc(list, func(o model.Path) bool { return o != p && below(p, o) })
	})
	return list, why
}

// runtimes are the places that runtimes mount something at or make.
func runtimes() []model.Path {
	return []model.Path{"/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/.dockerenv"}
}

// below reports whether p is the folder or lies in it.
func below(p, folder model.Path) bool {
	return p == folder || strings.HasPrefix(string(p), strings.TrimSuffix(string(folder), "/")+"/")
}

// place is the folder to mount: the first one on the way that the image does not have, else the one that is written in.
func place(c Changed, image map[model.Path]bool) model.Path {
	parts := strings.Split(strings.Trim(string(c.Path), "/"), "/")
	for i := range parts {
		at := model.Path("/" + strings.Join(parts[:i+1], "/"))
		if _, ok := image[at]; ok {
			continue
		}
		if i+1 < len(parts) || c.Folder {
			return at
		}
	}
	if c.Folder {
		return c.Path
	}
	return model.Path(path.Dir(string(c.Path)))
}

// hides names a file of the image that a mount at a folder would hide; "": none.
func hides(folder model.Path, image map[model.Path]bool) string {
	var first model.Path
	for p, isFolder := range image {
		if !isFolder && below(p, folder) && (first == "" || p < first) {
			first = p
		}
	}
	if first == "" && folder == "/" {
		return "its root"
	}
	if first == "" {
		return ""
	}
	return first.String()
}

// imageEntries lists what an image holds; true: a folder.
func imageEntries(ctx context.Context, o Options) (map[model.Path]bool, error) {
	image, err := engine.Layout(filepath.Join(o.Dir, "image", "oci"), o.Image.Digest)
	if err != nil {
		return nil, err
	}
	layers, err := image.Layers()
	if err != nil {
		return nil, err
	}
	entries := map[model.Path]bool{}
	for _, l := range layers {
		if err := layerEntries(ctx, l, entries); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// Names by which a layer removes what those below it hold (image-spec, layer.md, Whiteouts).
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
)

func layerEntries(ctx context.Context, l v1.Layer, entries map[model.Path]bool) error {
	stream, err := l.Uncompressed()
	if err != nil {
		return err
	}
	defer stream.Close()
	for r := tar.NewReader(stream); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		name := path.Clean("/" + h.Name)
		dir, base := path.Split(name)
		gone, isGone := strings.CutPrefix(base, whiteout)
		switch {
		case base == opaque:
			forget(entries, model.Path(path.Clean(dir)))
			entries[model.Path(path.Clean(dir))] = true
		case isGone:
			forget(entries, model.Path(dir+gone))
		default:
			entries[model.Path(name)] = h.Typeflag == tar.TypeDir
			for up := path.Dir(name); up != "/"; up = path.Dir(up) {
				if _, ok := entries[model.Path(up)]; !ok {
					entries[model.Path(up)] = true
				}
			}
		}
	}
}

// forget removes a name with what lies below it.
func forget(entries map[model.Path]bool, name model.Path) {
	for p := range entries {
		if below(p, name) {
			delete(entries, p)
		}
	}
}
