package files

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// dotnetRoot takes the shared runtime of a framework-dependent application: the muxer, the host resolver and the shared frameworks
// that are loaded now, by version (learn.microsoft.com: "dotnet/core/dependency-loading", host components).
func (c *collector) dotnetRoot(ctx context.Context, root string) error {
	real, _, err := c.set.Include(root, model.LayerRuntime, "runtime: root of the shared .NET runtime")
	if err != nil {
		c.set.skip(root, err)
		return nil
	}
	for _, name := range []string{"dotnet", "LICENSE.txt", "ThirdPartyNotices.txt"} {
		c.optional(join(real, name), model.LayerRuntime, "runtime: part of the shared .NET runtime")
	}
	loaded := c.dotnetLoaded(real)
	if len(loaded) == 0 {
		c.set.skips = append(c.set.skips, model.Skip{
			What: "shared .NET frameworks", Path: model.Path(real), Incomplete: true,
			Reason: "no loaded file tells which versions are in use; the whole root is taken",
		})
		return c.set.Tree(ctx, real, model.LayerRuntime, "runtime: the version in use is not known", nil)
	}
	for _, dir := range loaded {
		if err := c.set.Tree(ctx, dir, model.LayerRuntime, "runtime: version in use, files of it are loaded", c.dotnetSpare(dir)); err != nil {
			return err
		}
	}
	c.otherVersions(real, loaded)
	return nil
}

// dotnetLoaded finds the versioned folders below the root that loaded files lie in: shared/NAME/VERSION and host/fxr/VERSION. A framework
// named by a loaded one's runtimeconfig.json is there too, since it is loaded as well.
func (c *collector) dotnetLoaded(root string) []string {
	var out []string
	for p := range c.mapped {
		rel, ok := strings.CutPrefix(p, root+"/")
		if !ok {
			continue
		}
		parts := strings.Split(rel, "/")
		if len(parts) >= 4 && (parts[0] == "shared" || parts[0] == "host" && parts[1] == "fxr") {
			out = append(out, path.Join(root, parts[0], parts[1], parts[2]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// otherVersions lists what somebody would expect and does not find: other versions, SDKs.
func (c *collector) otherVersions(root string, loaded []string) {
	for _, pattern := range []string{"sdk", "packs", "templates", "sdk-manifests", "library-packs"} {
		c.set.Decide(join(root, pattern), model.Out, "runtime: for development only", false)
	}
	for _, kind := range []string{"shared", "host/fxr"} {
		for _, dir := range c.versionDirs(join(root, kind), kind == "shared") {
			if !slices.Contains(loaded, dir) {
				c.set.Decide(dir, model.Out, "runtime: framework or version that is not loaded", false)
			}
		}
	}
}

func (c *collector) versionDirs(dir string, nested bool) []string {
	list, err := c.set.tree.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range list {
		p := join(dir, e.Name)
		switch {
		case e.Type != host.Dir:
		case nested:
			out = append(out, c.versionDirs(p, false)...)
		default:
			out = append(out, p)
		}
	}
	return out
}

// dotnetNative takes what .NET's own native libraries load by name: ICU unless the application is invariant, OpenSSL for TLS and
// cryptography (dotnet/runtime: src/native/libs/System.Globalization.Native, System.Security.Cryptography.Native).
func (c *collector) dotnetNative() {
	if by, off := c.invariant(); off {
		c.note("ICU", "invariant globalization: "+by)
	} else if !c.loadedICU() {
		c.icu()
	}
	ok := c.closure.ByName("dlopen: .NET loads OpenSSL at the first use of TLS or cryptography",
		model.Derived("System.Security.Cryptography.Native loads libssl by name"), "libssl.so.3", "libssl.so.1.1", "libssl.so.1.0.2", "libssl.so.10")
	if !ok {
		c.note("OpenSSL", "no libssl.so.3, .1.1 or .1.0 on the host")
	}
	c.optional("/etc/os-release", model.LayerRuntime, "runtime: .NET tells the system's name by it (RuntimeInformation.OSDescription)")
}

// loadedICU reports whether ICU is mapped now; then the mappings say which.
func (c *collector) loadedICU() bool {
	for p := range c.mapped {
		if strings.HasPrefix(path.Base(p), "libicuuc.so.") || strings.HasPrefix(path.Base(p), "libicudata.so.") {
			return true
		}
	}
	return false
}

// icu takes the newest ICU of the loader's cache, as .NET looks from high versions to low.
func (c *collector) icu() {
	for v := 90; v >= 50; v-- {
		n := ".so." + itoa(v)
		seen := model.Derived("System.Globalization.Native loads ICU by name, newest first")
		if c.closure.ByName("dlopen: .NET loads ICU for culture data", seen, "libicuuc"+n) {
			c.closure.ByName("dlopen: .NET loads ICU for culture data", seen, "libicui18n"+n)
			return
		}
	}
	c.note("ICU", "not on the host")
}

// invariant reports whether the application runs without culture data, and what says so: environment before runtimeconfig.json.
func (c *collector) invariant() (string, bool) {
	const env = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"
	if v, ok := c.in.Subject.Main.Getenv(env); ok {
		return env, v == "1" || strings.EqualFold(v, "true")
	}
	for _, name := range c.runtimeConfigs() {
		data, err := host.ReadFile(c.set.tree, name, 1<<20)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				c.set.skip(name, err)
			}
			continue
		}
		doc, err := parse.ReadRuntimeConfig(data)
		if err != nil {
			c.set.skip(name, err)
			continue
		}
		switch v := doc.Properties["System.Globalization.Invariant"].(type) {
		case bool:
			return model.Path(name).String(), v
		case string:
			return model.Path(name).String(), strings.EqualFold(v, "true")
		}
	}
	return "", false
}

// runtimeConfigs are the application's runtimeconfig.json files.
func (c *collector) runtimeConfigs() []string {
	a := string(c.in.Subject.App.Artifact)
	base := strings.TrimSuffix(strings.TrimSuffix(a, ".dll"), ".exe")
	return []string{base + ".runtimeconfig.json"}
}
