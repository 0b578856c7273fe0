package replica

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// depsJSON is what a build notes of packages "Name/Version".
func depsJSON(packages ...string) string {
	var targets, libraries []string
	for _, p := range packages {
		targets = append(targets, fmt.Sprintf("      %q: {}", p))
		libraries = append(libraries, fmt.Sprintf("    %q: {\"type\": \"package\"}", p))
	}
	return "{\n  \"runtimeTarget\": {\"name\": \".NETCoreApp,Version=v9.0\"},\n  \"targets\": {\n    \".NETCoreApp,Version=v9.0\": {\n" + strings.Join(targets, ",\n") +
		"\n    }\n  },\n  \"libraries\": {\n" + strings.Join(libraries, ",\n") + "\n  }\n}\n"
}

// bundled is a single file with a deps.json in it: ELF with one writable segment that holds the marker.
func bundled(deps string) []byte {
	le := binary.LittleEndian
	const data = 64 + 56
	b := make([]byte, data+8+32+64)
	copy(b, "\x7fELF\x02\x01\x01")
	for at, v := range map[int]uint16{16: 2, 18: 62, 52: 64, 54: 56, 56: 1, 58: 64, 60: 1} {
		le.PutUint16(b[at:], v)
	}
	le.PutUint32(b[20:], 1)
	le.PutUint32(b[64:], 1)
	le.PutUint32(b[68:], 2|4)
	for at, v := range map[int]uint64{32: 64, 40: data + 40, 72: data, 96: 40, 104: 40} {
		le.PutUint64(b[at:], v)
	}
	copy(b[data+8:], "\x8b\x12\x02\xb9\x6a\x61\x20\x38\x72\x7b\x93\x02\x14\xd7\xa0\x32\x13\xf5\xb9\xe6\xef\xae\x33\x18\xee\x3b\x2d\xce\x24\xb3\x6a\xae")
	at := uint64(len(b))
	b = append(b, deps...)
	le.PutUint64(b[data:], uint64(len(b)))
	for _, v := range []uint32{6, 0, 1} {
		b = le.AppendUint32(b, v)
	}
	b = append(append(b, 2), "id"...)
	for _, v := range []uint64{at, uint64(len(deps)), 0, 0, 0, at, uint64(len(deps)), 0} {
		b = le.AppendUint64(b, v)
	}
	return append(append(b, 3, byte(len("shop.deps.json"))), "shop.deps.json"...)
}

func TestHangfire(t *testing.T) {
	const file = "/app/shop.deps.json"
	for _, c := range []struct {
		name   string
		deps   string
		single bool
		paths  []string
		want   []string // answer, reason and its sources
		skips  int
	}{
		{name: "none", deps: depsJSON("Npgsql/9.0.0", "HangfireLike/1.0.0"), paths: []string{file, "/app/Npgsql.dll"}},
		{name: "a storage without Hangfire", deps: depsJSON("Hangfire.SqlServer/1.8.14"), paths: []string{file}},
		{
			"shared", depsJSON("Hangfire.Core/1.8.14", "Hangfire.SqlServer/1.8.14"), false,
			[]string{file, "/app/Hangfire.Core.dll", "/app/de/Hangfire.Core.resources.dll", "/app/Hangfire.SqlServer.dll"},
			[]string{model.ReplicasYes + ": Hangfire 1.8.14 shares its jobs by its storage (Hangfire.SqlServer 1.8.14) [/app/shop.deps.json:5 /app/Hangfire.Core.dll /app/shop.deps.json:6 /app/Hangfire.SqlServer.dll]"},
			0,
		},
		{
			"memory", depsJSON("Hangfire.Core/1.8.14", "Hangfire.InMemory/1.0.0"), false,
			[]string{file},
			[]string{model.ReplicasNo + ": Hangfire 1.8.14 keeps its jobs in memory (Hangfire.InMemory 1.0.0): each copy would run them [/app/shop.deps.json:5 /app/shop.deps.json:6]"},
			0,
		},
		{
			"a file", depsJSON("Hangfire.Core/1.8.14", "Hangfire.LiteDB/0.4.1"), false,
			[]string{file},
			[]string{model.ReplicasNo + ": Hangfire 1.8.14 keeps its jobs in a file (Hangfire.LiteDB 0.4.1): each copy would run them [/app/shop.deps.json:5 /app/shop.deps.json:6]"},
			0,
		},
		{
			"two storages", depsJSON("Hangfire.Core/1.8.14", "Hangfire.MemoryStorage/1.8.0", "Hangfire.PostgreSql/1.20.9"), false,
			[]string{file},
			[]string{model.ReplicasUnknown + ": Hangfire 1.8.14 runs jobs by the clock; whether copies share them (Hangfire.PostgreSql 1.20.9) or each runs its own (Hangfire.MemoryStorage 1.8.0) was not seen " +
				"[/app/shop.deps.json:5 /app/shop.deps.json:6 /app/shop.deps.json:7]"},
			0,
		},
		{
			"no storage", depsJSON("Hangfire.Core/1.8.14"), false,
			[]string{file},
			[]string{model.ReplicasUnknown + ": Hangfire 1.8.14 is among its packages; where it keeps its jobs was not seen [/app/shop.deps.json:5]"},
			0,
		},
		{
			"a list that is broken, and assemblies", `{"targets": `, false,
			[]string{file, "/app/Hangfire.Core.dll", "/app/Hangfire.InMemory.dll"},
			[]string{model.ReplicasNo + ": Hangfire keeps its jobs in memory (Hangfire.InMemory): each copy would run them [/app/Hangfire.Core.dll /app/Hangfire.InMemory.dll]"},
			1,
		},
		{
			"single file", depsJSON("Hangfire.Core/1.8.14", "Hangfire.SqlServer/1.8.14"), true, nil,
			[]string{model.ReplicasYes + ": Hangfire 1.8.14 shares its jobs by its storage (Hangfire.SqlServer 1.8.14) [/app/shop!/shop.deps.json:5 /app/shop!/shop.deps.json:6]"},
			0,
		},
		{name: "single file with a broken list", deps: `{"targets": `, single: true, skips: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := txtar.Parse([]byte("-- proc/locks --\n"))
			a.Files = append(a.Files, txtar.File{Name: "app/shop.deps.json", Data: []byte(c.deps)}, txtar.File{Name: "app/shop", Data: bundled(c.deps)})
			tree, err := host.Text(a)
			if err != nil {
				t.Fatal(err)
			}
			s := &subject.Subject{Host: &host.Host{Tree: tree}, Root: tree, Main: &subject.Proc{Exe: "/app/shop"}}
			s.App.ApplicationType = "dotnet-generic"
			if c.single {
				s.App.ApplicationType = "dotnet-single"
			}
			r := Find(s, &config.Config{}, nil, slices.Values(c.paths))
			var got []string
			for _, reason := range r.Reasons {
				if strings.Contains(reason.What, "Hangfire") {
					got = append(got, fmt.Sprintf("%s: %s %v", reason.Answer, reason.What, reason.Evidence["what"]))
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if len(s.Skips) != c.skips || c.skips > 0 && !s.Skips[0].Incomplete {
				t.Errorf("skips %+v", s.Skips)
			}
		})
	}
}
