package generate

import (
	stdcmp "cmp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// composeRead is the project as Docker Compose understands it, its schema and interpolation included.
func composeRead(t *testing.T, d model.Deployment, o Output, options ...func(*loader.Options)) types.ServiceConfig {
	t.Helper()
	given := types.Mapping{}
	for _, s := range d.Secrets {
		given[s.Name] = "value of " + s.Name
	}
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: "/nowhere", Environment: given, ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: o.Files["compose.yaml"]}},
	}, options...)
	if err != nil {
		t.Fatalf("%v in\n%s", err, o.Files["compose.yaml"])
	}
	if len(project.Services) != 1 {
		t.Fatalf("%d services in\n%s", len(project.Services), o.Files["compose.yaml"])
	}
	return project.Services[project.ServiceNames()[0]]
}

func readBackCompose(t *testing.T, d model.Deployment, o Output) {
	t.Helper()
	legible(t, o)
	s := composeRead(t, d, o, func(options *loader.Options) { options.SkipValidation = true }) // TestCompose holds the files against the schema, which takes longest
	want := map[string]string{}
	for _, e := range d.Environment {
		want[e.Name] = e.Value
	}
	for _, x := range d.Secrets {
		want[x.Name] = "value of " + x.Name
	}
	got := map[string]string{}
	for name, value := range s.Environment {
		if value == nil {
			t.Errorf("%q has no value", name)
			continue
		}
		got[name] = *value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("compose (-want +got):\n%s", diff)
	}
	var mounts, tmpfs []string
	for _, f := range s.Tmpfs {
		path, _, _ := strings.Cut(f, ":")
		tmpfs = append(tmpfs, path)
	}
	for i, v := range s.Volumes {
		if v.Type == "tmpfs" {
			tmpfs = append(tmpfs, v.Target)
		} else if i < len(d.Volumes) {
			mounts = append(mounts, v.Target)
		}
	}
	w := wanted(d)
	slices.Sort(tmpfs)
	slices.Sort(w.Tmpfs)
	if diff := cmp.Diff([][]string{w.Mounts, w.Tmpfs}, [][]string{mounts, tmpfs}); diff != "" {
		t.Errorf("compose (-want +got):\n%s", diff)
	}
	if image := stdcmp.Or(d.ImageName, d.Image.Repository); s.Image != image {
		t.Errorf("compose: image %q, want %q", s.Image, image)
	}
}

// TestCompose: Docker Compose reads what each sample gives, with ports on this machine alone.
func TestCompose(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			d := Propose(s.analysis, s.image, s.seen)
			o, err := compose{}.Render(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			readBackCompose(t, d, o)
			c := composeRead(t, d, o)
			if len(c.Ports) != len(d.ExposedPorts) || slices.ContainsFunc(c.Ports, func(p types.ServicePortConfig) bool { return p.HostIP != "127.0.0.1" }) {
				t.Errorf("ports %v", c.Ports)
			}
		})
	}
}
