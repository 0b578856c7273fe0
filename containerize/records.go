package containerize

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/analyze/packages"
	"a2c/containerize/layer"
	"a2c/internal/term"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// osReleases are where a distribution says what it is (os-release(5)).
func osReleases() []string { return []string{"/etc/os-release", "/usr/lib/os-release"} }

// maxOSRelease bounds it; large ones have a kilobyte.
const maxOSRelease = 64 << 10

// recordPackages puts into the image what scanners ask for: the distribution's name, and the records of exactly those packages whose files it
// carries, in the forms that images without a package manager use (distroless: dpkg's status.d; CBL-Mariner: rpmmanifest). On a base image of
// another distribution the records would be read as of that one, so that they are left out, and said to be.
func (p *plan) recordPackages(b *baseImage) error {
	labels := map[string]bool{}
	for _, it := range p.items {
		if it.pkg != "" && it.Kind != layer.Dir {
			labels[it.pkg] = true
		}
	}
	if p.tree == nil || len(labels) == 0 {
		return nil
	}
	p.release = p.osRelease()
	if b != nil && !sameRelease(p.release, b.osRelease()) {
		p.skips = append(p.skips, model.Skip{What: "package records", Reason: fmt.Sprintf("the base image is of another distribution, so that scanners cannot tell the %d packages that files were taken from", len(labels))})
		return nil
	}
	records, skips := packages.Records(p.tree, labels)
	p.skips = append(p.skips, skips...)
	p.packages = slices.SortedFunc(maps.Values(records), func(a, b packages.Record) int {
		return strings.Compare(a.Name+":"+a.Architecture+" "+a.Version, b.Name+":"+b.Architecture+" "+b.Version)
	})
	if n := len(labels) - len(records); n > 0 {
		p.skips = append(p.skips, model.Skip{What: "package records", Reason: fmt.Sprintf("%d packages that files were taken from are not in the package database any more", n), Remedy: "analyze again"})
	}
	if b == nil && p.release != nil && p.find(osReleases()[0]) == nil {
		if err := p.put(layer.Entry{Path: model.Path(osReleases()[0]), Mode: 0o644}, model.GroupRuntime, p.release); err != nil {
			return err
		}
		p.changes = append(p.changes, model.Change{Kind: "file", Target: osReleases()[0], Reason: "added, so that scanners know the distribution that files come from"})
	}
	places := map[string]int{}
	for name, text := range recordFiles(p.packages) {
		if b != nil && b.content.Kinds[name] != 0 { // apk's database is one file, and the base's own packages stand in it
			p.skips = append(p.skips, model.Skip{What: "package records", Path: model.Path(name), Reason: "the base image has one of its own, which stays as it is"})
			continue
		}
		if err := p.put(layer.Entry{Path: model.Path(name), Mode: 0o644}, model.GroupRuntime, text); err != nil {
			return err
		}
		places[recordPlace(name)]++
	}
	for _, place := range slices.Sorted(maps.Keys(places)) {
		p.changes = append(p.changes, model.Change{Kind: "file", Target: place, Reason: "added, so that scanners know the packages that files come from: " + term.Count(len(p.packages), "record")})
	}
	return nil
}

// recordPlace is the folder of dpkg's records, or the one file of others.
func recordPlace(name string) string {
	if dir := path.Dir(name); dir == dpkgRecords {
		return dir
	}
	return name
}

// dpkgRecords is where images without dpkg have a file for each package.
const dpkgRecords = "/var/lib/dpkg/status.d"

// osRelease is nil where the host has none, or none that can be read.
func (p *plan) osRelease() []byte {
	for _, name := range osReleases() {
		data, err := host.ReadFile(p.tree, name, maxOSRelease)
		if err == nil {
			return data
		}
		if !errors.Is(err, fs.ErrNotExist) {
			p.skips = append(p.skips, model.Skip{What: "distribution", Path: model.Path(name), Reason: host.Reason(err)})
		}
	}
	return nil
}

func (b *baseImage) osRelease() []byte {
	for _, name := range osReleases() {
		if data := b.content.Files[name]; data != nil {
			return data
		}
	}
	return nil
}

func sameRelease(a, b []byte) bool {
	x, y := parse.OSRelease(a), parse.OSRelease(b)
	return x["ID"] != "" && x["ID"] == y["ID"] && x["VERSION_ID"] == y["VERSION_ID"]
}

// recordFiles are the files that hold the records, by path.
func recordFiles(records []packages.Record) map[string][]byte {
	files := map[string][]byte{}
	for _, r := range records {
		switch r.Database {
		case packages.Dpkg:
			name := dpkgRecords + "/" + r.Name
			if files[name] != nil { // of two architectures
				name += ":" + r.Architecture
			}
			files[name] = []byte(r.Text)
		case packages.Apk:
			const name = "/lib/apk/db/installed"
			files[name] = append(append(files[name], r.Text...), '\n')
		case packages.RPM:
			const name = "/var/lib/rpmmanifest/container-manifest-2"
			files[name] = append(files[name], manifestLine(r)...)
		}
	}
	return files
}

// manifestLine is what rpm -qa prints of a package with the format of CBL-Mariner's images, NAME VERSION-RELEASE INSTALLTIME BUILDTIME VENDOR (none)
// SIZE ARCH EPOCH SOURCERPM, without what differs from machine to machine.
func manifestLine(r packages.Record) []byte {
	epoch, version, found := strings.Cut(r.Version, ":")
	if !found {
		epoch, version = "0", r.Version
	}
	fields := []string{r.Name, version, "0", "0", "(none)", "(none)", "0", r.Architecture, epoch, r.Source}
	for i, f := range fields {
		fields[i] = field(f)
	}
	return []byte(strings.Join(fields, "\t") + "\n")
}
