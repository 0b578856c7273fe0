package files

import (
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// firstLenient is the first version of .NET whose host starts although files that deps.json lists are missing; earlier ones refuse to
// (dotnet/runtime: src/native/corehost/hostpolicy, "was not found").
const firstLenient = 9

// dotnetSpare is the filter of a folder that a .NET runtime lies in: it leaves out native libraries that the runtime loads only when a variable or a
// setting says so, and none does. The rest of a runtime is loaded by name whenever it is needed.
func (c *collector) dotnetSpare(dir string) Filter {
	real := c.real(dir)
	major, _, _ := strings.Cut(c.in.Subject.App.Runtime.Version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < firstLenient {
		return nil
	}
	if ok, _ := host.Exists(c.set.tree, join(real, "libcoreclr.so")); !ok {
		return nil // no runtime lies there
	}
	says := c.dotnetSettings()
	return func(rel string, _ host.Entry) (string, string) {
		if c.named[join(real, rel)] {
			return "", ""
		}
		switch rel {
		case "libmscordaccore.so", "libmscordbi.so", "createdump":
			if !says("minidump") && !says("crashreport") {
				return model.Out, "runtime: only debuggers and what writes dumps of a crash use it, and no setting wants dumps"
			}
		case "libclrgc.so", "libclrgcexp.so":
			if !says("gcname") && !says("gc.name") && !says("gcpath") && !says("gc.path") {
				return model.Out, "runtime: another garbage collector than the built-in one, which no setting names"
			}
		}
		return "", ""
	}
}

// dotnetSettings returns what reports whether a variable, an argument or a runtimeconfig.json has a setting with such a name, in lower case.
func (c *collector) dotnetSettings() func(part string) bool {
	var names []string
	for _, p := range c.in.Subject.Procs {
		for _, v := range p.Env {
			names = append(names, strings.ToLower(v.Name))
		}
	}
	for _, name := range c.runtimeConfigs() {
		data, err := host.ReadFile(c.set.tree, name, 1<<20)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		doc, bad := parse.ReadRuntimeConfig(data)
		if err != nil || bad != nil { // invariant notes it
			return func(string) bool { return true } // it may
		}
		for key := range doc.Properties {
			names = append(names, strings.ToLower(key))
		}
	}
	return func(part string) bool {
		for _, name := range names {
			if strings.Contains(name, part) {
				return true
			}
		}
		return false
	}
}

// published is the filter of a publish folder.
func (c *collector) published(dir string) Filter {
	spare := c.dotnetSpare(dir)
	return func(rel string, e host.Entry) (string, string) {
		switch {
		case e.Type == host.Dir && rel == "obj":
			return model.Out, "layout: build folder"
		case spare != nil && path.Dir(rel) == ".":
			return spare(rel, e)
		}
		return "", ""
	}
}
