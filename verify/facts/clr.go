package facts

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/parse"
)

// clr compares the .NET runtimes: the frameworks that are loaded, by the folders that their files are mapped from, or the application's own.
func clr(p *pair) error {
	live := p.live.frameworks()
	if len(live) == 0 {
		return nil
	}
	twin := p.twin.frameworks()
	p.judge(".NET runtime", strings.Join(live, ", "), strings.Join(twin, ", "), "", "the image runs on another .NET runtime")
	return nil
}

// frameworks are "Microsoft.NETCore.App 9.0.7": of …/shared/NAME/VERSION/FILE, or those that a self-contained application's runtimeconfig.json includes.
func (s *side) frameworks() []string {
	var list []string
	for _, m := range s.files {
		dir := path.Dir(m.Path)
		if path.Base(path.Dir(path.Dir(dir))) == "shared" && (strings.HasSuffix(m.Path, ".dll") || strings.HasSuffix(m.Path, ".so")) {
			list = append(list, path.Base(path.Dir(dir))+" "+path.Base(dir))
		}
		if path.Base(m.Path) == "libcoreclr.so" {
			list = append(list, s.included(dir)...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// included reads the documents beside a runtime that belongs to the application.
func (s *side) included(dir string) []string {
	var list []string
	for _, name := range host.Glob(s.tree, dir+"/*.runtimeconfig.json", 100, func(string, error) {}) {
		data, err := host.ReadFile(s.tree, name, 1<<20)
		if err != nil {
			continue
		}
		c, err := parse.ReadRuntimeConfig(data)
		if err != nil {
			continue
		}
		for _, f := range c.Included {
			list = append(list, f.Name+" "+f.Version)
		}
	}
	return list
}
