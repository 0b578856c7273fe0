package replica

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// nuget is a package of .NET that the application has.
type nuget struct {
	version string // "": only its assembly was seen
	from    []model.Source
}

// Bounds of the lists of packages that are read.
const (
	maxDepsFiles = 20
	maxDeps      = 16 << 20
)

// What a package of Hangfire is for its jobs.
const (
	hangfireCore   = "core"
	hangfireMemory = "memory"
	hangfireFile   = "file"
	hangfireShared = "shared"
)

// hangfirePackages tell where jobs are kept, by the names of the packages and of their main assemblies.
func hangfirePackages() map[string]string {
	return map[string]string{
		"Hangfire.Core": hangfireCore, "Hangfire.InMemory": hangfireMemory, "Hangfire.MemoryStorage": hangfireMemory, "Hangfire.Storage.SQLite": hangfireFile, "Hangfire.LiteDB": hangfireFile,
		"Hangfire.SqlServer": hangfireShared, "Hangfire.PostgreSql": hangfireShared, "Hangfire.Redis.StackExchange": hangfireShared, "Hangfire.Pro.Redis": hangfireShared,
		"Hangfire.Mongo": hangfireShared, "Hangfire.MySqlStorage": hangfireShared, "Hangfire.MySql.Core": hangfireShared, "Hangfire.Oracle.Core": hangfireShared,
		"Hangfire.Azure.CosmosDB": hangfireShared, "Hangfire.AzureDocumentDB": hangfireShared,
	}
}

// nugets are those packages by what the build noted (deps.json, which a single file holds inside), and by the assemblies in the image.
func (f *finder) nugets() map[string]nuget {
	found := map[string]nuget{}
	for i, name := range f.depsFiles {
		if i == maxDepsFiles {
			break
		}
		if data, err := host.ReadFile(f.s.Root, name, maxDeps); err != nil {
			f.unread(name, err)
		} else {
			f.noted(found, data, name)
		}
	}
	if f.s.Kind() == "dotnet-single" {
		f.embeddedDeps(found)
	}
	for _, file := range f.assemblies {
		name := strings.TrimSuffix(path.Base(file), path.Ext(file))
		p := found[name]
		p.from = append(p.from, model.FromFile(model.Path(file), 0))
		found[name] = p
	}
	return found
}

// noted reads one deps.json.
func (f *finder) noted(found map[string]nuget, data []byte, name string) {
	deps, err := parse.ReadDepsJSON(data)
	if err != nil {
		f.unread(name, err)
		return
	}
	known := hangfirePackages()
	for _, l := range deps.Libraries {
		if known[l.Name] == "" || found[l.Name].version != "" {
			continue
		}
		line := 0
		if at := bytes.Index(data, []byte(`"`+l.Name+"/"+l.Version+`"`)); at >= 0 {
			line = 1 + bytes.Count(data[:at], []byte("\n"))
		}
		found[l.Name] = nuget{l.Version, []model.Source{model.FromFile(model.Path(name), line)}}
	}
}

// embeddedDeps reads the list inside a single file. What cannot be read of it, configuration has said.
func (f *finder) embeddedDeps(found map[string]nuget) {
	exe := f.s.Main.Exe
	r, err := f.s.Root.Open(exe)
	if err != nil {
		return
	}
	defer r.Close()
	at, err := parse.FindBundle(r, r.Info().Size)
	if err != nil {
		return
	}
	b, err := parse.ReadBundle(r, at, r.Info().Size)
	if err != nil {
		return
	}
	for _, each := range b.Files {
		if each.Type != parse.BundleDeps {
			continue
		}
		name := exe + "!/" + each.Path
		if data, err := b.ReadStored(r, each, maxDeps); err != nil {
			f.unread(name, err)
		} else {
			f.noted(found, data, name)
		}
	}
}

func (f *finder) unread(name string, err error) {
	f.s.Skip(model.Skip{What: "packages of .NET", Path: model.Path(name), Reason: host.Reason(err), Incomplete: !host.Vanished(err)})
}

// hangfire finds Hangfire by its packages: with jobs in memory or in a file each copy runs them, with a database they share them. Packages of both kinds leave
// open which one is used.
func (f *finder) hangfire() {
	found := f.nugets()
	core, ok := found["Hangfire.Core"]
	if !ok {
		return
	}
	known := hangfirePackages()
	stores := map[string][]string{}
	from := core.from
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if what := known[name]; what != hangfireCore {
			stores[what] = append(stores[what], strings.TrimSpace(name+" "+found[name].version))
			from = append(from, found[name].from...)
		}
	}
	which := func(kinds ...string) string {
		var list []string
		for _, k := range kinds {
			list = append(list, stores[k]...)
		}
		return strings.Join(list, ", ")
	}
	is := strings.TrimSpace("Hangfire " + core.version)
	shared, own := which(hangfireShared), which(hangfireMemory, hangfireFile)
	switch {
	case shared != "" && own != "":
		f.because(model.ReplicasUnknown, is+" runs jobs by the clock; whether copies share them ("+shared+") or each runs its own ("+own+") was not seen", from...)
	case shared != "":
		f.because(model.ReplicasYes, is+" shares its jobs by its storage ("+shared+")", from...)
	case which(hangfireMemory) != "":
		f.because(model.ReplicasNo, is+" keeps its jobs in memory ("+own+"): each copy would run them", from...)
	case own != "":
		f.because(model.ReplicasNo, is+" keeps its jobs in a file ("+own+"): each copy would run them", from...)
	default:
		f.because(model.ReplicasUnknown, is+" is among its packages; where it keeps its jobs was not seen", from...)
	}
}
