// Package sbom writes what an image is made of as a CycloneDX document (cyclonedx.org, specification 1.6): the packages of the distribution, the runtime,
// the jars with their Maven coordinates, also those in other archives, and the NuGet packages that a .NET application names.
package sbom

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/package-url/packageurl-go"

	"a2c/analyze/packages"
	"a2c/containerize/entry"
	"a2c/model"
)

// Subject is the image that a document is about.
type Subject struct {
	Name, Digest string            // repository and tag; "sha256:…" of the manifest
	OS           map[string]string // of os-release(5); nil: unknown
	Packages     []packages.Record
	Runtime      model.Runtime
	Platform     model.Platform
	Init         *model.ImageInit
	Libraries    []Library // as Find returns them
	Base         *Base     // nil: it stands on nothing
	// Incomplete says why the document does not name everything; "" when nothing is known to be missing.
	Incomplete string
}

// Base is the image that another stands on.
type Base struct {
	Name, Digest string
	Packages     []packages.Record
	Libraries    []Library
	Runtime      *Runtime // that runs the application in the place of the host's; nil: the host's does
}

// Runtime is a base image's.
type Runtime struct {
	Name, Version string
	Home          model.Path
}

// Encode writes the document and counts its components. It holds no time and no number that a run makes up: the same image gives the same bytes.
func Encode(s Subject) ([]byte, int, error) {
	list := s.components()
	refs := make([]string, len(list))
	for i, c := range list {
		refs[i] = c.Ref
	}
	d := document{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Serial: uuid.NewSHA1(uuid.NameSpaceURL, []byte(s.Digest)).URN(), Components: list, Dependencies: []dependency{{s.Digest, refs}},
	}
	d.Metadata.Component = component{Ref: s.Digest, Type: "container", Name: s.Name, Version: s.Digest}
	d.Metadata.Tools.Components = []component{{Type: "application", Name: "a2c"}}
	if s.Incomplete != "" {
		d.Compositions = []composition{{"incomplete", []string{s.Digest}}}
		d.Properties = []property{{"a2c:incomplete", s.Incomplete}}
	}
	data, err := d.encode()
	return data, len(list), err
}

// components are sorted by their references; a library that lies in several places is one component.
func (s Subject) components() []component {
	byRef := map[string]component{}
	add := func(c component, at ...model.Path) {
		if c.Ref = c.PURL; c.Ref == "" {
			c.Ref = fmt.Sprintf("%s:%s/%s@%s", c.Type, c.Group, c.Name, c.Version)
		}
		if have, there := byRef[c.Ref]; there {
			c = have
		}
		for _, p := range at {
			if p == "" {
				continue
			}
			if c.Evidence == nil {
				c.Evidence = &evidence{}
			}
			c.Evidence.Occurrences = append(c.Evidence.Occurrences, occurrence{p.String()})
		}
		byRef[c.Ref] = c
	}
	if id := s.OS["ID"]; id != "" {
		add(component{Type: "operating-system", Name: id, Version: s.OS["VERSION_ID"], Description: s.OS["PRETTY_NAME"]})
	}
	for _, r := range s.Packages {
		add(component{Type: "library", Name: r.Name, Version: r.Version, PURL: packageURL(r, s.OS)})
	}
	s.Base.each(s.OS, add)
	if s.Runtime.Name != "" && !s.Base.runs() {
		add(component{Type: "platform", Name: s.Runtime.Name, Version: s.Runtime.Version}, s.Runtime.Home)
	}
	if p := s.Platform; p.Name != "" {
		add(component{Type: "framework", Name: p.Name, Version: p.Version}, p.Home)
	}
	if i := s.Init; i != nil {
		add(component{Type: "application", Name: entry.ProgramName, Version: i.Version, Hashes: []hash{{"SHA-256", strings.TrimPrefix(i.Digest, "sha256:")}}}, i.Path)
	}
	for _, l := range s.Libraries {
		add(l.component(), l.Path)
	}
	return slices.SortedFunc(maps.Values(byRef), func(a, b component) int { return cmp.Compare(a.Ref, b.Ref) })
}

// runs reports whether its runtime stands in the place of the host's.
func (b *Base) runs() bool { return b != nil && b.Runtime != nil }

// each adds what is in the base, marked as the base's.
func (b *Base) each(os map[string]string, add func(c component, at ...model.Path)) {
	if b == nil {
		return
	}
	from := property{"a2c:from", "base image " + b.Name}
	add(component{Type: "container", Name: b.Name, Version: b.Digest, Properties: []property{{"a2c:from", "the image stands on it"}}})
	for _, r := range b.Packages {
		add(component{Type: "library", Name: r.Name, Version: r.Version, PURL: packageURL(r, os), Properties: []property{from}})
	}
	for _, l := range b.Libraries {
		c := l.component()
		c.Properties = append(c.Properties, from)
		add(c, l.Path)
	}
	if r := b.Runtime; b.runs() {
		add(component{Type: "platform", Name: r.Name, Version: r.Version, Properties: []property{from}}, r.Home)
	}
}

// packageURL is what purl-spec says of deb, rpm and apk.
func packageURL(r packages.Record, os map[string]string) string {
	q := map[string]string{}
	put := func(key, value string) {
		if value != "" {
			q[key] = value
		}
	}
	put("arch", r.Architecture)
	if id, version := os["ID"], os["VERSION_ID"]; id != "" {
		q["distro"] = id + "-" + version
	}
	version := r.Version
	switch r.Database {
	case packages.RPM:
		if epoch, rest, found := strings.Cut(version, ":"); found {
			q["epoch"], version = epoch, rest
		}
		put("upstream", r.Source)
	case packages.Dpkg:
		put("upstream", r.Source)
	case packages.Apk:
		if r.Source != r.Name {
			put("upstream", r.Source)
		}
	}
	return packageurl.NewPackageURL(string(r.Database), os["ID"], r.Name, version, packageurl.QualifiersFromMap(q), "").ToString()
}

// component of a library whose group nothing tells has no package URL: an invented one would match another's vulnerabilities.
func (l Library) component() component {
	c := component{Type: "library", Group: l.Group, Name: l.Name, Version: l.Version}
	if l.Ecosystem == packageurl.TypeNuget || l.Group != "" && l.Version != "" {
		c.PURL = packageurl.NewPackageURL(l.Ecosystem, l.Group, l.Name, l.Version, nil, "").ToString()
	}
	c.Properties = []property{{"a2c:from", model.Path(l.From).String()}}
	return c
}
