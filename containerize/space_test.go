package containerize

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/model"
)

// heavyPlan is an application with a forgotten disk image, a folder of much content, and a runtime that nobody can leave out.
func heavyPlan(t *testing.T) *plan {
	t.Helper()
	p := &plan{items: map[model.Path]*item{}}
	file := func(name model.Path, in string, size int64) {
		t.Helper()
		p.items[name] = &item{Entry: layer.Entry{Path: name, Kind: layer.File, Size: size, Mode: 0o644}, name: in}
		if err := p.place(name); err != nil {
			t.Fatal(err)
		}
	}
	file("/usr/lib/jvm/lib/modules", model.GroupRuntime, 900e6)
	file("/srv/shop/shop.jar", model.GroupApplication, 60e6)
	file("/srv/shop/old\n/dump.img", model.GroupApplication, 500e9)
	for i := range 400 {
		file(model.Path(fmt.Sprintf("/srv/shop/static/content/%d/%03d.html", i%4, i)), model.GroupApplication, 1e6)
	}
	return p
}

func TestHeaviest(t *testing.T) {
	without := heavyPlan(t)
	delete(without.items, "/srv/shop/old\n/dump.img")
	small := heavyPlan(t)
	for name, it := range small.items {
		if it.name == model.GroupApplication && it.Size > 0 {
			small.items[name].Size = 100
		}
	}
	for name, c := range map[string]struct {
		plan *plan
		want string
	}{
		"one_file":        {heavyPlan(t), `most of it is the file /srv/shop/old\x0a/dump.img (500.0 GB)`},
		"folder_and_file": {without, `most of it is the folder /srv/shop/static/content (400.0 MB in 400 files)`},
		"runtime_alone":   {small, ""},
		"nothing":         {&plan{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.plan.heaviest()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestRoom holds that the refusal says what takes the room and how to leave it out.
func TestRoom(t *testing.T) {
	p := heavyPlan(t)
	err := p.room(t.TempDir(), p.need(false))
	if _, ok := errors.AsType[*disk.SpaceError](err); !ok || !errors.Is(err, ErrNoSpace) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{`the file /srv/shop/old\x0a/dump.img (500.0 GB)`, "containerParameters.appExcludedFiles in analysis.json", "--workspace DIR", "--force"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}
