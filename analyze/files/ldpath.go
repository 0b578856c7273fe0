package files

import (
	"path"
	"slices"
	"strings"
)

// search lists where the loader would look for a library of o's machine and finds one, in its order.
func (c *Closure) search(o *object, name string) []string {
	var out []string
	try := func(dir string) {
		p := path.Join(dir, name)
		if c.fits(p, o) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	eachRPath(o, try)
	for _, d := range c.libPath {
		try(d)
	}
	if o != nil {
		eachDir(o, o.elf.RunPath, try)
	}
	if len(out) > 0 {
		return out
	}
	dirs := c.defaults(o)
	for _, e := range c.cache[name] {
		if e.HWCap == 0 && !strings.Contains(e.Path, "/glibc-hwcaps/") && c.fits(e.Path, o) {
			if !slices.Contains(dirs, path.Dir(e.Path)) {
				c.useCache = true
			}
			out = append(out, e.Path)
		}
	}
	for _, d := range dirs {
		try(d)
	}
	return out
}

// eachRPath goes through RPATH of o and of those that loaded it; RUNPATH turns it off (ld.so(8)).
func eachRPath(o *object, do func(string)) {
	if o == nil || o.elf.RunPath != "" {
		return
	}
	for l := o; l != nil; l = l.loader {
		if l.elf.RunPath == "" {
			eachDir(l, l.elf.RPath, do)
		}
	}
}

// eachDir expands the folders of an RPATH or RUNPATH.
func eachDir(o *object, list string, do func(string)) {
	for d := range strings.SplitSeq(list, ":") {
		if d == "" {
			continue
		}
		for _, dir := range expandTokens(d, o) {
			do(dir)
		}
	}
}

// expandTokens replaces the tokens of ld.so(8), with and without braces. $LIB has two values in use.
func expandTokens(d string, o *object) []string {
	origin := path.Dir(o.path)
	r := strings.NewReplacer("${ORIGIN}", origin, "$ORIGIN", origin, "${PLATFORM}", platform(o.elf.Machine), "$PLATFORM", platform(o.elf.Machine))
	d = r.Replace(d)
	if !strings.Contains(d, "$LIB") && !strings.Contains(d, "${LIB}") {
		return []string{path.Clean(d)}
	}
	var out []string
	for _, lib := range []string{"lib/" + triplet(o.elf.Machine), "lib64", "lib"} {
		out = append(out, path.Clean(strings.NewReplacer("${LIB}", lib, "$LIB", lib).Replace(d)))
	}
	return out
}

// fits reports whether p is an ELF file that o could load.
func (c *Closure) fits(p string, o *object) bool {
	real, err := c.real(p)
	if err != nil {
		return false
	}
	e, err := c.read(real)
	if err != nil {
		return false
	}
	like := o
	if like == nil {
		like = c.main
	}
	return like == nil || e.Class == like.elf.Class && e.Machine == like.elf.Machine
}

// defaults are the loader's built-in folders: Debian's multiarch ones, lib64 of others, musl's.
func (c *Closure) defaults(o *object) []string {
	if o == nil {
		o = c.main
	}
	if o == nil {
		return []string{"/lib", "/usr/lib"}
	}
	if c.musl() {
		return []string{"/lib", "/usr/local/lib", "/usr/lib"}
	}
	var out []string
	if t := triplet(o.elf.Machine); t != "" && o.elf.Class == 64 {
		out = append(out, "/lib/"+t, "/usr/lib/"+t)
	}
	if o.elf.Class == 64 {
		out = append(out, "/lib64", "/usr/lib64")
	} else if o.elf.Machine == 3 {
		out = append(out, "/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu", "/lib32", "/usr/lib32")
	}
	return append(out, "/lib", "/usr/lib")
}

func (c *Closure) musl() bool {
	o := c.main
	return o != nil && strings.HasPrefix(path.Base(o.elf.Interp), "ld-musl-")
}

func triplet(machine uint16) string {
	switch machine {
	case 62:
		return "x86_64-linux-gnu"
	case 183:
		return "aarch64-linux-gnu"
	}
	return ""
}

func platform(machine uint16) string {
	switch machine {
	case 62:
		return "x86_64"
	case 183:
		return "aarch64"
	}
	return ""
}
