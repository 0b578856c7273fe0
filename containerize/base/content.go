package base

import (
	"path"
	"slices"
	"strings"
)

// maxLinks is how many links the kernel follows before it says ELOOP (path_resolution(7)).
const maxLinks = 40

// Resolve follows links, also those above the last name; "" when the path leads nowhere.
func (c Content) Resolve(name string) string {
	links := 0
	done, rest := "/", strings.Split(strings.Trim(path.Clean(name), "/"), "/")
	for len(rest) > 0 {
		cur := path.Join(done, rest[0])
		rest = rest[1:]
		switch c.Kinds[cur] {
		case Symlink:
			if links++; links > maxLinks {
				return ""
			}
			target := c.Links[cur]
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(cur), target)
			}
			rest = append(strings.Split(strings.Trim(path.Clean(target), "/"), "/"), rest...)
			done = "/"
		case 0:
			if cur != "/" {
				return ""
			}
		default:
			done = cur
		}
	}
	return done
}

// Library finds a shared library by the name that programs ask for; "" when there is none.
func (c Content) Library(soname string) string {
	var found []string
	for at := range c.Kinds {
		if path.Base(at) == soname && c.Kinds[at] != Dir {
			if real := c.Resolve(at); real != "" {
				found = append(found, real)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}

// Begins reports whether the image has a file whose name begins so ("libssl.so.").
func (c Content) Begins(name string) bool {
	for at := range c.Kinds {
		if strings.HasPrefix(path.Base(at), name) && c.Resolve(at) != "" {
			return true
		}
	}
	return false
}

// Musl reports whether the image stands on musl instead of glibc.
func (c Content) Musl() bool {
	for at := range c.Kinds {
		if strings.HasPrefix(path.Base(at), "ld-musl-") {
			return true
		}
	}
	return false
}

// Below lists the regular files and links with such a last part of their path ("bin/java"), sorted.
func (c Content) Below(last string) []string {
	var out []string
	for at, kind := range c.Kinds {
		if kind != Dir && strings.HasSuffix(at, "/"+last) {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return out
}
