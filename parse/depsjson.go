package parse

import (
	"slices"
	"strings"
)

// DepsJSON is NAME.deps.json (github.com/dotnet/sdk: documentation/specs/runtime-configuration-file.md, "appname.deps.json").
type DepsJSON struct {
	Framework string          // of runtimeTarget: ".NETCoreApp,Version=v9.0"
	RID       string          // of runtimeTarget, "linux-x64"; "" when portable
	Libraries []DotnetLibrary // of the runtime target, by name
}

// DotnetLibrary is one library of the runtime target with the files it brings.
type DotnetLibrary struct {
	Name    string
	Version string
	Type    string   // "project", "package", "reference", "runtimepack"
	Runtime []string // managed assemblies, as stored: "lib/net9.0/Npgsql.dll"; the file beside the application has the base name
	Native  []string
	// Resources are satellite assemblies; they lie in a folder named after their locale.
	Resources []string
	Depends   []string // names, sorted
}

// Project is the application itself: the first library of type project.
func (d DepsJSON) Project() (DotnetLibrary, bool) {
	for _, l := range d.Libraries {
		if l.Type == "project" {
			return l, true
		}
	}
	return DotnetLibrary{}, false
}

// RuntimePack is the version of a framework published with the application, "" when it is not: "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64".
func (d DepsJSON) RuntimePack(framework string) string {
	for _, l := range d.Libraries {
		if strings.HasPrefix(l.Name, "runtimepack."+framework+".Runtime.") {
			return l.Version
		}
	}
	return ""
}

// ReadDepsJSON reads a deps.json, comments allowed.
func ReadDepsJSON(data []byte) (DepsJSON, error) {
	type asset map[string]struct{}
	var doc struct {
		RuntimeTarget struct {
			Name string `json:"name"`
		} `json:"runtimeTarget"`
		Targets map[string]map[string]struct {
			Dependencies map[string]string `json:"dependencies"`
			Runtime      asset             `json:"runtime"`
			Native       asset             `json:"native"`
			Resources    asset             `json:"resources"`
		} `json:"targets"`
		Libraries map[string]struct {
			Type string `json:"type"`
		} `json:"libraries"`
	}
	if err := unmarshalDotnet(data, &doc); err != nil {
		return DepsJSON{}, err
	}
	d := DepsJSON{}
	d.Framework, d.RID, _ = strings.Cut(doc.RuntimeTarget.Name, "/")
	target, ok := doc.Targets[doc.RuntimeTarget.Name]
	if !ok {
		return d, syntaxf(1, "no target %q", excerpt(doc.RuntimeTarget.Name))
	}
	for _, key := range sortedKeys(target) {
		t := target[key]
		l := DotnetLibrary{Type: doc.Libraries[key].Type, Runtime: sortedKeys(t.Runtime), Native: sortedKeys(t.Native), Resources: sortedKeys(t.Resources), Depends: sortedKeys(t.Dependencies)}
		l.Name, l.Version, _ = strings.Cut(key, "/")
		d.Libraries = append(d.Libraries, l)
	}
	return d, nil
}

func sortedKeys[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
