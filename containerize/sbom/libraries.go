package sbom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Library is a part that a program was built with.
type Library struct {
	Ecosystem            string // purl's type: "maven", "nuget"
	Group, Name, Version string
	Path                 model.Path // where it lies in the image, archives in archives behind "!/"
	From                 string     // what told its name
}

// Bounds of what is opened: archives in archives to this depth (an ear with a war with a jar), and compressed ones in memory up to this size.
const (
	maxDepth  = 4
	maxNested = 256 << 20
	maxDeps   = 32 << 20
	// maxLibraries bounds what one image may name; large servers have some thousand.
	maxLibraries = 200_000
)

// Find looks for libraries in a folder of files. at says where a file stands in the image; "" leaves it out. What cannot be read is a skip.
func Find(ctx context.Context, files fs.FS, at func(name string) model.Path) ([]Library, []model.Skip, error) {
	f := finder{}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		where := at(name)
		if !e.Type().IsRegular() || where == "" {
			return nil
		}
		switch Ending(name) {
		case "":
		case depsEnding:
			f.open(files, name, where, f.deps)
		default:
			f.open(files, name, where, f.jarFile)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list libraries: %w", err)
	}
	return f.found, f.skips, nil
}

// Bundle looks into an executable that a .NET application may have been published as (single file).
func Bundle(r io.ReaderAt, size int64, at model.Path) ([]Library, []model.Skip) {
	f := finder{}
	begin, err := parse.FindBundle(r, size)
	if err != nil {
		return nil, nil // it is none: dotnet, or the host of a folder with deps.json
	}
	b, err := parse.ReadBundle(r, begin, size)
	if err != nil {
		return nil, []model.Skip{skip(at, err)}
	}
	if b.DepsJSON.Size == 0 || b.DepsJSON.Size > maxDeps || b.DepsJSON.Packed != 0 {
		return nil, []model.Skip{skip(at, errors.New("the list of libraries in it is missing, too large or compressed"))}
	}
	if err := f.deps(io.NewSectionReader(r, b.DepsJSON.Offset, b.DepsJSON.Size), b.DepsJSON.Size, at); err != nil {
		f.skips = append(f.skips, skip(at, err))
	}
	return f.found, f.skips
}

type finder struct {
	found []Library
	skips []model.Skip
}

// depsEnding is how the name of a file ends that lists what a .NET application was built with.
const depsEnding = ".deps.json"

// Ending is that of a file that Find looks into, by which it knows it; "": it does not.
func Ending(name string) string {
	switch {
	case archive(name):
		return path.Ext(name)
	case strings.HasSuffix(name, depsEnding):
		return depsEnding
	}
	return ""
}

func archive(name string) bool {
	return slices.Contains([]string{".jar", ".war", ".ear", ".rar", ".par", ".sar", ".har", ".kar"}, strings.ToLower(path.Ext(name)))
}

func skip(at model.Path, err error) model.Skip {
	return model.Skip{What: "libraries", Path: at, Reason: host.Reason(err)}
}

// open hands a file over; files of an fs.FS over a folder are io.ReaderAt.
func (f *finder) open(files fs.FS, name string, at model.Path, read func(r io.ReaderAt, size int64, at model.Path) error) {
	err := func() error {
		file, err := files.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // was only read
		info, err := file.Stat()
		if err != nil {
			return err
		}
		r, ok := file.(io.ReaderAt)
		if !ok {
			return errors.New("cannot be read at an offset")
		}
		return read(r, info.Size(), at)
	}()
	if err != nil {
		f.skips = append(f.skips, skip(at, err))
	}
}

func (f *finder) jarFile(r io.ReaderAt, size int64, at model.Path) error {
	j, err := parse.OpenJar(r, size)
	if err != nil {
		return err
	}
	f.jar(j, at, 1)
	return nil
}

func (f *finder) jar(j *parse.Jar, at model.Path, depth int) {
	own, shaded := j.Coordinates(string(at))
	for _, c := range append(shaded, own) {
		if len(f.found) < maxLibraries {
			f.found = append(f.found, Library{packageurl.TypeMaven, c.Group, c.Artifact, c.Version, at, c.From})
		}
	}
	for _, e := range j.Entries() {
		if e.Dir || !archive(e.Name) {
			continue
		}
		where := at + "!/" + model.Path(e.Name)
		if depth == maxDepth {
			f.skips = append(f.skips, skip(where, fmt.Errorf("lies in %d archives", depth)))
			continue
		}
		inner, err := j.Nested(e.Name, maxNested)
		if err != nil {
			f.skips = append(f.skips, skip(where, err))
			continue
		}
		f.jar(inner, where, depth+1)
	}
}

// deps reads what a deps.json says that an application was built with: packages, and the runtime published with it.
func (f *finder) deps(r io.ReaderAt, size int64, at model.Path) error {
	if size > maxDeps {
		return parse.ErrTooLarge
	}
	data, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return err
	}
	d, err := parse.ReadDepsJSON(data)
	if err != nil {
		return err
	}
	for _, l := range d.Libraries {
		name, pack := strings.CutPrefix(l.Name, "runtimepack.")
		if l.Type == "package" || pack {
			f.found = append(f.found, Library{Ecosystem: packageurl.TypeNuget, Name: name, Version: l.Version, Path: at, From: "deps.json"})
		}
	}
	return nil
}
