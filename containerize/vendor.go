package containerize

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"a2c/containerize/base"
	"a2c/containerize/layer"
	"a2c/containerize/sbom"
	"a2c/internal/term"
	"a2c/model"
	"a2c/parse"
)

// ErrNoVendor means that no well-kept image fits what the host runs.
var ErrNoVendor = base.ErrNoVendor

// wanted is what the table of base images is asked for.
func (r *runner) wanted() base.Wanted {
	info := r.o.Analysis.AnalysisInfo
	rt := info.App.Runtime
	switch rt.Kind {
	case "jvm", "dotnet":
		return base.Wanted{Runtime: rt.Kind, Name: rt.Name, Version: rt.Version, ICU: rt.Kind == "dotnet" && r.plan.holds("libicuuc.so.")}
	}
	return base.Wanted{Runtime: "os", Name: info.OSData["ID"], Version: info.OSData["VERSION_ID"]}
}

// holds reports whether the plan has a library whose name begins so.
func (p *plan) holds(begin string) bool {
	for name, it := range p.items {
		if it.Kind != layer.Dir && strings.HasPrefix(path.Base(string(name)), begin) {
			return true
		}
	}
	return false
}

// chosen is the image that the options name, or that the table has for the word vendor.
func (r *runner) chosen() (image, kind string, err error) {
	image = r.o.base()
	if image != base.Vendor {
		return image, "image", nil
	}
	table, err := base.ReadTable(r.o.VendorTable)
	if err != nil {
		return "", "", err
	}
	found, err := table.Choose(r.wanted())
	return found.Image, base.Vendor, err
}

// replacement puts the runtime of a base image in the place of the host's.
type replacement struct {
	plan  *plan
	start *start
	base  *baseImage
	from  string // the host's runtime, without links
	to    string // the base image's
	name  string // of that
	rt    model.Runtime
}

// vendor lets the base image's runtime run the application. The host's is left out, with everything that only it needed.
func (r *runner) vendor() error {
	if r.base == nil || r.base.model.Kind != base.Vendor {
		return nil
	}
	rt := r.o.Analysis.AnalysisInfo.App.Runtime
	v := &replacement{plan: r.plan, start: r.start, base: r.base, rt: rt}
	var version string
	var err error
	switch rt.Kind {
	case "jvm":
		version, err = v.java()
	case "dotnet":
		version, err = v.dotnet()
	default:
		return nil // it brings its own runtime
	}
	if err != nil {
		return fmt.Errorf("base image %s: %w", r.base.model.Reference, err)
	}
	dropped, bytes, err := v.leave()
	if err != nil {
		return err
	}
	r.base.parts.Runtime = &sbom.Runtime{Name: v.name, Version: version, Home: model.Path(v.to)}
	reason := "the base image's runtime runs the application, of the same version"
	if version != rt.Version {
		reason = "the base image's runtime runs the application, of another version"
	}
	r.plan.changes = append(r.plan.changes, model.Change{
		Kind: "file", Target: v.from, Before: strings.TrimSpace(rt.Name + " " + rt.Version), After: v.to + " of the base image, " + version,
		Reason: fmt.Sprintf("%s; %d files (%s) of the host's are left out, its configuration and trusted certificates with it", reason, dropped, term.Size(bytes)),
	})
	return v.arguments()
}

// errNoRuntime means that a base image has not what the table promises.
var errNoRuntime = errors.New("it holds no runtime of that kind and version")

// java finds java.home in the base image, and its version.
func (v *replacement) java() (version string, err error) {
	home := v.plan.find(string(v.rt.Executable))
	if home == nil {
		return "", fmt.Errorf("the host's java, %s, is not among the files of the image", v.rt.Executable)
	}
	v.from = strings.TrimSuffix(path.Dir(path.Dir(string(home.Path))), "/jre")
	c := v.base.content
	candidates := append([]string{v.base.env["JAVA_HOME"] + "/bin/java"}, c.Below("bin/java")...)
	for _, at := range candidates {
		real := c.Resolve(at)
		if real == "" || c.Kinds[real] != base.File || !strings.HasSuffix(real, "/bin/java") {
			continue
		}
		dir := path.Dir(path.Dir(real))
		release, err := parse.ReadJavaRelease(c.Files[c.Resolve(dir+"/release")])
		if err != nil {
			return "", err
		}
		if version = release.Version(); major(version) == major(v.rt.Version) {
			v.to, v.name = dir, "OpenJDK"
			if by, ok := release.Get("IMPLEMENTOR"); ok {
				v.name = fmt.Sprintf("OpenJDK (%s)", by.Value)
			}
			return version, nil
		}
	}
	return "", fmt.Errorf("%w: Java %s", errNoRuntime, major(v.rt.Version))
}

// major is 17 of 17.0.15, 8 of 1.8.0_412.
func major(version string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(version, "1."), ".")
	return first
}

// dotnet finds the root of the shared frameworks in the base image: each that the host has loaded must be there with the same major and minor version,
// to which .NET rolls forward by itself (learn.microsoft.com: "Select which .NET version to use").
func (v *replacement) dotnet() (version string, err error) {
	host := v.plan.find(string(v.rt.Home) + "/dotnet")
	if host == nil {
		return "", fmt.Errorf("the host's dotnet in %s is not among the files of the image", v.rt.Home)
	}
	v.from = path.Dir(string(host.Path))
	wanted := v.frameworks(slices.Collect(maps.Keys(v.plan.items)), v.from)
	for _, at := range v.base.content.Below("dotnet") {
		if v.base.content.Kinds[at] != base.File {
			continue
		}
		root := path.Dir(at)
		names := make([]model.Path, 0, len(v.base.content.Kinds))
		for name := range v.base.content.Kinds {
			names = append(names, model.Path(name))
		}
		have := v.frameworks(names, root)
		missing := ""
		for name, w := range wanted {
			if minor(have[name]) != minor(w) {
				missing = name + " " + minor(w)
			}
		}
		if missing == "" && len(have) > 0 {
			v.to, v.name = root, ".NET"
			return have["Microsoft.NETCore.App"], v.opened()
		}
	}
	return "", fmt.Errorf("%w: .NET %s with %s", errNoRuntime, minor(v.rt.Version), strings.Join(slices.Sorted(maps.Keys(wanted)), ", "))
}

// opened compares what .NET opens by name when it runs and is linked against by nothing: ICU for cultures, OpenSSL for TLS. Without ICU it does not start, or
// sorts and formats otherwise; without OpenSSL its first connection fails.
func (v *replacement) opened() error {
	for _, lib := range []string{"libicuuc.so.", "libssl.so."} {
		if v.plan.holds(lib) && !v.base.content.Begins(lib) {
			return fmt.Errorf("it has no %s*, which the live process has open: choose an image with it (of Microsoft's chiseled ones those named -extra have ICU), or leave --base out", lib)
		}
	}
	return nil
}

// frameworks finds names and versions below root/shared; of several versions the highest.
func (v *replacement) frameworks(names []model.Path, root string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		rel, ok := strings.CutPrefix(string(name), root+"/shared/")
		if parts := strings.Split(rel, "/"); ok && len(parts) >= 2 && newerFramework(parts[1], out[parts[0]]) {
			out[parts[0]] = parts[1]
		}
	}
	return out
}

// newerFramework compares versions of frameworks by their numbers: 9.0.10 is newer than 9.0.9, and a preview, as 10.0.0-rc.1, older than what it comes before.
func newerFramework(a, b string) bool { return b == "" || semver.Compare("v"+a, "v"+b) > 0 }

// minor is 9.0 of 9.0.7.
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// leave takes out the host's runtime, and of what it needed of the system all that the application's own native files do not need or that the base
// image has.
func (v *replacement) leave() (files int, bytes int64, err error) {
	needed := v.needed()
	for _, name := range slices.Sorted(maps.Keys(v.plan.items)) {
		it := v.plan.items[name]
		if !ofRuntime(it.name) || it.Kind == layer.Dir {
			continue
		}
		lib := path.Base(string(name))
		below := within(name, []model.Path{model.Path(v.from)})
		switch {
		case !below && needed[lib]:
			if !v.searched(path.Dir(string(name))) {
				return 0, 0, fmt.Errorf("the base image %s has no %s, which the application's own programs need, and would not look for it in %s: choose a base of the host's distribution with --base IMAGE, or leave --base out",
					v.base.model.Reference, lib, path.Dir(string(name)))
			}
			continue
		case !below && !v.native(lib) && !within(name, v.homes()): // time zone, certificates and the like: onBase leaves out what is there
			continue
		}
		delete(v.plan.items, name)
		files++
		bytes += it.Size
	}
	return files, bytes, nil
}

// homes are folders outside the runtime that hold parts of it: Debian's configuration of Java lies in /etc.
func (v *replacement) homes() []model.Path {
	var out []model.Path
	for _, it := range v.plan.items {
		if it.Kind == layer.Symlink && within(it.Path, []model.Path{model.Path(v.from)}) && strings.HasPrefix(string(it.Target), "/etc/java") {
			out = append(out, it.Target)
		}
	}
	return out
}

// native reports whether a name is that of a library or of the loader.
func (v *replacement) native(name string) bool {
	return strings.Contains(name, ".so.") || strings.HasSuffix(name, ".so")
}

// needed are the libraries that native files of the application need, at first or second hand, and that the base image has not.
func (v *replacement) needed() map[string]bool {
	links := v.plan.linkage(func(*item) bool { return false })
	out, hosts := map[string]bool{}, map[string][]model.Path{}
	for name, it := range v.plan.items {
		if ofRuntime(it.name) {
			hosts[path.Base(string(name))] = append(hosts[path.Base(string(name))], name)
		}
	}
	var add func(l base.Linkage)
	add = func(l base.Linkage) {
		for _, lib := range l.Libraries {
			if out[lib] || v.base.content.Library(lib) != "" {
				continue
			}
			for _, name := range hosts[lib] {
				out[lib] = true
				if real := v.plan.find(string(name)); real != nil {
					out[path.Base(string(real.Path))] = true
					add(links[real.Path])
				}
			}
		}
	}
	for name, l := range links {
		if !ofRuntime(v.plan.items[name].name) {
			add(l)
		}
	}
	return out
}

// searched reports whether the base image's loader looks into a folder: one of ld.so(8)'s own, or one in which the image has its C library.
func (v *replacement) searched(dir string) bool {
	if slices.Contains([]string{"/lib", "/usr/lib", "/lib64", "/usr/lib64"}, dir) {
		return true
	}
	libc := v.base.content.Library("libc.so.6")
	return libc != "" && path.Dir(libc) == v.base.content.Resolve(dir)
}

// arguments makes the command line and the variables name the base image's runtime.
func (v *replacement) arguments() error {
	s := v.start
	exe := map[string]string{"jvm": v.to + "/bin/java", "dotnet": v.to + "/dotnet"}[v.rt.Kind]
	if it := v.plan.items[model.Path(s.argv[0])]; it == nil { // else an application's own program, which looks for the runtime
		s.changes = append(s.changes, model.Change{Kind: "argument", Target: "0", Before: s.argv[0], After: exe, Reason: "the base image's runtime"})
		s.argv[0] = exe
	}
	for i, a := range s.argv[1:] {
		rest, found := strings.CutPrefix(a, v.from+"/")
		if before, after, inside := strings.Cut(a, "="+v.from+"/"); inside {
			rest, found = after, true
			_ = before
		}
		if !found {
			continue
		}
		if v.base.content.Resolve(v.to+"/"+rest) == "" {
			return fmt.Errorf("argument %d names %s/%s, a file of the host's runtime that the base image's has not: leave --base out", i+1, v.from, rest)
		}
		s.argv[i+1] = strings.Replace(a, v.from+"/", v.to+"/", 1)
		s.changes = append(s.changes, model.Change{Kind: "argument", Target: fmt.Sprint(i + 1), Before: a, After: s.argv[i+1], Reason: "the base image's runtime"})
	}
	name := map[string]string{"jvm": "JAVA_HOME", "dotnet": "DOTNET_ROOT"}[v.rt.Kind]
	if before, set := s.env[name]; (set || v.rt.Kind == "dotnet") && before != v.to {
		s.env[name] = v.to
		s.changes = append(s.changes, model.Change{Kind: "env", Target: name, Before: before, After: v.to, Reason: "the base image's runtime"})
	}
	return nil
}

// foreign are the variables of a base image that would change what an application does which runs without them: languages, .NET's ports and modes, options
// of the JVM. Where the image has its programs and versions, it may say.
func foreign(name string) bool {
	for _, begin := range []string{"PATH", "JAVA_HOME", "JAVA_VERSION", "DOTNET_VERSION", "ASPNET_VERSION", "DOTNET_ROOT", "SSL_CERT_"} {
		if strings.HasPrefix(name, begin) {
			return false
		}
	}
	return true
}

// environment is what the image is given of the base's variables: of a vendor's only those that tell where things are.
func (r *runner) environment(built []string) []string {
	if r.base == nil || r.base.model.Kind != base.Vendor {
		return built
	}
	return slices.DeleteFunc(slices.Clone(built), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return foreign(name) && !slices.Contains(r.config.Env, kv)
	})
}

// noteForeign says which variables of the base are left out.
func (r *runner) noteForeign() {
	if r.base == nil || r.base.model.Kind != base.Vendor {
		return
	}
	var names []string
	for name := range r.base.env {
		if _, ours := r.start.env[name]; foreign(name) && !ours {
			names = append(names, name+"="+r.base.env[name])
		}
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	r.start.changes = append(r.start.changes, model.Change{
		Kind: "env", Target: "of the base image", Before: strings.Join(names, " "), Reason: "left out: the live process runs without, and they change what programs do",
	})
}
