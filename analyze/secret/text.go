package secret

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// maxText is how much of a script or settings file is searched.
const maxText = 256 << 10

// text finds secrets in scripts and settings files that lie in the application's folders without being its configuration in force: old
// start scripts, profiles for other stages. The image would carry them all the same.
func (f *finder) text(p string) {
	if !textual(path.Base(p)) || slices.ContainsFunc(f.out, func(s model.Secret) bool { return string(s.Place.Path) == p }) {
		return
	}
	data, err := host.ReadFile(f.s.Root, p, maxText)
	if err != nil {
		return // too large to be written by hand, or gone; the list of files tells about the rest
	}
	for i, line := range strings.Split(string(data), "\n") {
		if kind, ok := parse.IsSecret("", line); ok {
			f.add(path.Base(p), kind, model.Place{Kind: "file", Path: model.Path(p), Line: i + 1}, model.FromFile(model.Path(p), i+1))
		}
	}
}

// textual tells by the name whether people write such files by hand, one setting a line.
func textual(base string) bool {
	if base == ".env" || strings.HasPrefix(base, ".env.") {
		return true
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".bash", ".cfg", ".cnf", ".conf", ".env", ".ini", ".pl", ".properties", ".py", ".rb", ".sh", ".sql", ".toml", ".yaml", ".yml":
		return true
	}
	return false
}
