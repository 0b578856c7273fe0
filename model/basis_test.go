package model

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// notBasis are the fields that another analysis of an unchanged application may fill otherwise. Every other field of the model is part of the basis:
// a new field either makes images out of date when it changes, or it is written here.
func notBasis() []string {
	const info, app = "analysisInfo.", "analysisInfo.application."
	return []string{
		"createdTime",
		info + "_comment2", info + "processId", info + "env", info + "fileDescriptors", info + "envDropped", info + "files", info + "doubts", info + "libraries",
		info + "observation", info + "peers", info + "addresses", info + "dependencies", info + "awsServices", info + "skips", info + "evidence",
		app + "processId", app + "processes", app + "startedAt", app + "startMark", app + "netNamespace", app + "evidence",
		app + "user.inside", app + "user.evidence", app + "runtime.evidence", app + "platform.evidence", app + "webApps.evidence", app + "connectors.evidence",
		app + "listeners.pid", app + "listeners.inode", app + "listeners.evidence", app + "listeners.binding.evidence",
		info + "envKept.reason", info + "envKept.evidence", info + "secrets.evidence", info + "secrets.length", info + "secrets.proposedName", info + "indirectSecrets",
		info + "state.bytes", info + "state.diskBytes", info + "state.files", info + "state.reason", info + "state.evidence",
		info + "logs.bytes", info + "logs.evidence",
		info + "usage.rssBytes", info + "usage.peakRssBytes", info + "usage.swapBytes", info + "usage.cpuSeconds", info + "usage.uptimeSeconds",
		app + "start", app + "process", app + "container", app + "unixListeners", app + "published", app + "proxies", app + "related",
		info + "usage.hostMemoryBytes", info + "usage.cores", info + "usage.threads", info + "usage.openFiles", info + "usage.evidence",
		info + "state.engines", info + "state.mount", info + "state.growthPerHour", info + "state.advice", info + "state.adviceReason", info + "replicas", info + "jobs", info + "locale",
		info + "usage.sampling", info + "usage.heap", info + "usage.memory", info + "usage.need",
		info + "kernel.capabilities", info + "kernel.devices", info + "kernel.mounts", info + "kernel.sysctls", info + "kernel.sockets",
		info + "kernel.namespaces", info + "kernel.hostReads", info + "kernel.sharedMemory", info + "kernel.unseen",
		info + "kernel.limits.peer", info + "kernel.limits.evidence",
	}
}

// TestAnalysisBasis changes each field of an analysis and looks whether the basis changes.
func TestAnalysisBasis(t *testing.T) {
	var whole Analysis
	fill(reflect.ValueOf(&whole).Elem(), 1)
	whole.AnalysisInfo.App.Listeners[0].Ephemeral = false // then its port counts for nothing: below
	before := encoded(t, whole)
	seen := map[string]bool{}
	fields(reflect.ValueOf(&whole).Elem(), "", func(name string, field reflect.Value) {
		out := slices.ContainsFunc(notBasis(), func(n string) bool {
			if name == n || strings.HasPrefix(name, n+".") {
				seen[n] = true
				return true
			}
			return false
		})
		was := reflect.New(field.Type()).Elem()
		was.Set(field)
		basis := encoded(t, whole.Basis())
		fill(field, 2)
		if changed := basis != encoded(t, whole.Basis()); changed == out {
			t.Errorf("%s: the basis changes with it: %v", name, changed)
		}
		field.Set(was)
	})
	if len(seen) != len(notBasis()) {
		for _, n := range notBasis() {
			if !seen[n] {
				t.Errorf("%s: no such field", n)
			}
		}
	}
	whole.Basis()
	if diff := cmp.Diff(before, encoded(t, whole)); diff != "" {
		t.Errorf("Basis changes the analysis itself:\n%s", diff)
	}
}

// TestChosenPortBasis has a port that is another one after each start.
func TestChosenPortBasis(t *testing.T) {
	of := func(port int, ephemeral bool) string {
		a := Analysis{AnalysisInfo: AnalysisInfo{Ports: []Port{{LocalPort: port}}, App: App{Listeners: []Listener{{Port: port, Ephemeral: ephemeral}}, Connectors: []Connector{{Port: port}}}}}
		return encoded(t, a.Basis())
	}
	if of(40001, true) != of(40002, true) {
		t.Error("the basis changes with a port that the kernel chose, and that the server noted")
	}
	if of(8080, false) == of(8081, false) {
		t.Error("the basis does not change with a port that was asked for")
	}
}

func TestFileBasis(t *testing.T) {
	base := File{
		Path: "/a", Type: "file", Mode: 0o644, UID: 1, GID: 5, Size: 3, MTime: time.Unix(4, 0), Target: "b", Xattrs: map[string][]byte{"user.a": {1}}, HardLink: "/0", Recovered: "1",
		Decision: In, Layer: LayerApp, Package: "a 1", Group: GroupApplication, Doubt: "large", Reasons: []string{"open: /proc/1/fd/3"},
	}
	of := func(decision, kind string) File {
		f := base
		f.Decision, f.Type = decision, kind
		return f
	}
	for _, c := range []struct {
		name string
		file File
		not  []string
	}{
		{"file", of(In, "file"), []string{"package", "reasons", "group", "doubt"}},
		{"folder", of(In, "dir"), []string{"package", "reasons", "group", "doubt", "mtime"}},
		{"emptied", of(Empty, "dir"), []string{"package", "reasons", "group", "doubt", "mtime", "size"}},
		{"state", of(State, "dir"), []string{"package", "reasons", "group", "doubt", "mtime", "size"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields(reflect.ValueOf(&c.file).Elem(), "", func(name string, field reflect.Value) {
				was := reflect.New(field.Type()).Elem()
				was.Set(field)
				before, _ := c.file.Basis()
				if fill(field, 2); name == "decision" || name == "type" {
					field.SetString(map[string]string{"decision": Out, "type": "symlink"}[name])
				}
				after, in := c.file.Basis()
				if same := encoded(t, before) == encoded(t, after) && in; same != slices.Contains(c.not, name) {
					t.Errorf("%s: the basis stays: %v", name, same)
				}
				field.Set(was)
			})
		})
	}
	if _, in := of(Out, "file").Basis(); in {
		t.Error("what stays out of the image is in its basis")
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fields visits every field below v that is no struct or list of structs itself, by its name in JSON.
func fields(v reflect.Value, at string, visit func(string, reflect.Value)) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct {
		v = v.Index(0)
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		visit(at, v)
		return
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		fields(v.Field(i), strings.TrimPrefix(at+"."+name, "."), visit)
	}
}

// fill gives v a value that n decides, down to the last field.
func fill(v reflect.Value, n int) {
	text := strings.Repeat("x", n)
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, n)
		v.SetMapIndex(reflect.ValueOf(text).Convert(v.Type().Key()), value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(n), 0).UTC()))
			return
		}
		for _, field := range v.Fields() {
			fill(field, n)
		}
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(n))
	case reflect.Float64:
		v.SetFloat(float64(n))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	}
}
