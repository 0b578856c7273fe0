// Package packages tells which package of the distribution a file belongs to. The databases of dpkg, apk and rpm are read; nothing is run.
package packages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Places of the databases, in the tree of the application.
const (
	dpkgDir      = "/var/lib/dpkg"
	apkInstalled = "/lib/apk/db/installed"
)

// Owners names the package of each path that is wanted and belongs to one: "libc6:amd64 2.36-9"; of folders any. What could not be read is a skip.
func Owners(ctx context.Context, t host.Tree, wanted func(path string) bool) (map[string]string, []model.Skip, error) {
	f := &finder{tree: t}
	owner := map[string]string{}
	err := f.each(ctx, func(file, label string) {
		if owner[file] == "" && wanted(file) {
			owner[file] = label
		}
	})
	return owner, f.skips, err
}

type finder struct {
	tree  host.Tree
	top   map[string]string // folders of the root that are links now: "lib" -> "/usr/lib" (UsrMerge); databases know the old names
	skips []model.Skip
}

// merged finds folders of the root that moved below /usr.
func (f *finder) merged() {
	f.top = map[string]string{}
	for _, name := range []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32"} {
		if target, err := f.tree.Readlink("/" + name); err == nil {
			f.top[name] = path.Join("/", target)
		}
	}
}

// each hands out every file and folder of every package, by the paths that they have now.
func (f *finder) each(ctx context.Context, do func(file, label string)) error {
	f.merged()
	now := func(file, label string) {
		first, rest, _ := strings.Cut(strings.TrimPrefix(file, "/"), "/")
		if moved := f.top[first]; moved != "" && rest != "" {
			file = moved + "/" + rest
		}
		do(file, label)
	}
	err := f.dpkg(ctx, now)
	f.read(apkInstalled, func(r io.Reader) error {
		return parse.ReadApkInstalled(r, func(name, version, file string) { now(file, name+" "+version) })
	})
	f.rpm(func(p parse.RPMPackage) error {
		label := p.Label()
		return p.Files(func(file string) { now(file, label) })
	})
	return err
}

// read opens a database, which need not be there.
func (f *finder) read(name string, with func(io.Reader) error) {
	file, err := f.tree.Open(name)
	if err == nil {
		err = with(file)
		file.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.skips = append(f.skips, model.Skip{What: "packages of files", Path: model.Path(name), Reason: err.Error()})
	}
}

// dpkg reads the lists of files of packages.
func (f *finder) dpkg(ctx context.Context, do func(file, label string)) error {
	lists, err := f.tree.ReadDir(dpkgDir + "/info")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		f.skips = append(f.skips, model.Skip{What: "packages of files", Path: dpkgDir + "/info", Reason: err.Error()})
		return nil
	}
	version := map[string]string{}
	f.read(dpkgDir+"/status", func(r io.Reader) error {
		return parse.ReadDpkgStatus(r, func(p parse.PackageRecord) {
			version[p.Name], version[p.Name+":"+p.Architecture] = p.Version, p.Version
		})
	})
	diverted := map[string][2]string{}
	f.read(dpkgDir+"/diversions", func(r io.Reader) error {
		return parse.ReadDpkgDiversions(r, func(file, instead, by string) { diverted[file] = [2]string{instead, by} })
	})
	for i, e := range lists {
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		name, ok := strings.CutSuffix(e.Name, ".list")
		if !ok {
			continue
		}
		label := strings.TrimSpace(fmt.Sprintf("%s %s", name, version[name]))
		base, _, _ := strings.Cut(name, ":")
		f.read(dpkgDir+"/info/"+e.Name, func(r io.Reader) error {
			return parse.ReadDpkgList(r, func(file string) {
				if d := diverted[file]; d[0] != "" && d[1] != base {
					file = d[0]
				}
				do(file, label)
			})
		})
	}
	return nil
}
