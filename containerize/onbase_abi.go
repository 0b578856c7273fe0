package containerize

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/containerize/base"
	"a2c/containerize/layer"
	"a2c/model"
)

// linkage reads what the native files of the plan ask of libraries, by path; skip leaves files out.
func (p *plan) linkage(skip func(*item) bool) map[model.Path]base.Linkage {
	out := map[model.Path]base.Linkage{}
	for name, it := range p.items {
		if it.Kind != layer.File || it.content != nil || skip(it) {
			continue
		}
		f, err := p.open(it)
		if err != nil {
			continue // reported when it is copied
		}
		if l := base.ReadLinkage(f); len(l.Libraries) > 0 {
			out[name] = l
		}
		f.Close()
	}
	return out
}

// own are the libraries that the plan holds, by name.
func (p *plan) own() map[string]bool {
	out := map[string]bool{}
	for name, it := range p.items {
		if it.Kind != layer.Dir {
			out[path.Base(string(name))] = true
		}
	}
	return out
}

// want is a version of symbols that a file asks of a library.
type want struct{ library, version string }

// abi compares what the native files that stay ask of the base image's libraries (the C and C++ libraries, OpenSSL, ICU, whatever they are linked
// against) with what these are and define. had are the libraries that the host has for them.
func (p *plan) abi(ctx context.Context, b *baseImage, had map[string]bool) error {
	own, wants := p.own(), map[want]model.Path{}
	all := p.linkage(func(*item) bool { return false })
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, lib := range all[name].Libraries {
			if own[lib] {
				continue
			}
			if b.content.Library(lib) == "" {
				if err := b.lacks(lib, name, had[lib]); err != nil {
					return err
				}
				continue
			}
			for _, v := range all[name].Versions[lib] {
				if w := (want{lib, v}); wants[w] == "" {
					wants[w] = name
				}
			}
		}
	}
	return b.defines(ctx, wants)
}

// lacks says that the base image has not a library. One that the host has not either was not missed there.
func (b *baseImage) lacks(lib string, by model.Path, had bool) error {
	if strings.HasPrefix(lib, "libc.so") || strings.HasPrefix(lib, "ld-linux") {
		if b.content.Musl() {
			return fmt.Errorf("the base image %s stands on the C library musl (Alpine), and %s is linked against glibc, which musl does not stand in for: choose a base with glibc, or leave --base out", b.model.Reference, by)
		}
		return fmt.Errorf("%w, but %s needs it: choose another base, or leave --base out", base.ErrNoGlibc, by)
	}
	if !had {
		return nil
	}
	return fmt.Errorf("the base image %s has no %s, which %s needs, and would not look for it where the host has it: choose a base of the host's distribution and release, or leave --base out", b.model.Reference, lib, by)
}

// defines reads the libraries that are asked for a version and compares.
func (b *baseImage) defines(ctx context.Context, wants map[want]model.Path) error {
	places := map[string]string{}
	for w := range wants {
		places[w.library] = b.content.Library(w.library)
	}
	content, err := base.Read(ctx, b.image, func(at string) bool { return slices.Contains(slices.Collect(maps.Values(places)), at) }, nil)
	if err != nil {
		return err
	}
	defined := map[string][]string{}
	for lib, at := range places {
		if defined[lib], err = base.Defines(content.Files[at]); err != nil {
			return fmt.Errorf("%s of the base image: %w", at, err)
		}
	}
	list := slices.SortedFunc(maps.Keys(wants), func(x, y want) int { return strings.Compare(x.library+" "+x.version, y.library+" "+y.version) })
	for _, w := range list {
		if have := defined[w.library]; len(have) > 0 && !slices.Contains(have, w.version) {
			return fmt.Errorf("the base image %s has an older %s: %s needs %s, which it does not define (its newest is %s): choose a newer base, or leave --base out",
				b.model.Reference, w.library, wants[w], w.version, newest(have, w.version))
		}
	}
	return nil
}

// newest is the last of the versions that begin as the wanted one does.
func newest(have []string, like string) string {
	kind, _, _ := strings.Cut(like, "_")
	best, version := "none of "+kind, base.Version{}
	for _, h := range have {
		if v, ok := base.ParseVersion(kind, h); ok && version.Less(v) {
			best, version = h, v
		}
	}
	return best
}
