package state

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

func TestAdvice(t *testing.T) {
	for _, c := range []struct {
		name string
		dir  model.StateDir
		want string
	}{
		{"beside the program", model.StateDir{SingleFile: true, Kind: "database"}, "move-out"},
		{"lock", model.StateDir{SingleFile: true, Kind: "lock"}, "scratch"},
		{"NFS", model.StateDir{Kind: "upload", Mount: "nfs4"}, "volume"},
		{"FUSE", model.StateDir{Kind: "upload", Mount: "fuse.s3fs"}, "move-out"},
		{"Tomcat's sessions", model.StateDir{Kind: "session", Engines: []string{"Tomcat sessions"}}, "scratch"},
		{"keys of sessions", model.StateDir{Kind: "session"}, "efs"},
		{"database", model.StateDir{Kind: "database", Engines: []string{"H2"}, Bytes: 1 << 20}, "efs"},
		{"large database", model.StateDir{Kind: "database", Bytes: 50 << 30}, "move-out"},
		{"journal", model.StateDir{Kind: "queue", Engines: []string{"KahaDB"}}, "ebs"},
		{"index", model.StateDir{Kind: "index", Engines: []string{"Lucene"}}, "ebs"},
		{"uploads", model.StateDir{Kind: "upload", Bytes: 5}, "efs"},
		{"much", model.StateDir{Kind: "unknown", Bytes: 100 << 30}, "ebs"},
		{"grows", model.StateDir{Kind: "unknown", GrowthPerHour: 1 << 30}, "ebs"},
		{"anything", model.StateDir{Kind: "unknown"}, "efs"},
	} {
		if got, why := advice(c.dir); got != c.want || why == "" {
			t.Errorf("%s: %s (%s), want %s", c.name, got, why, c.want)
		}
	}
}

func TestGrowth(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	before := func(at time.Time) Earlier { return Earlier{At: at, Dirs: []model.StateDir{{Path: "/d", Bytes: 100}}} }
	for _, c := range []struct {
		name   string
		before Earlier
		want   int64
	}{
		{"two hours", before(now.Add(-2 * time.Hour)), 450},
		{"never before", Earlier{}, 0},
		{"seconds before", before(now.Add(-5 * time.Second)), 0},
		{"the clock was set back", before(now.Add(time.Hour)), 0},
		{"another folder", Earlier{At: now.Add(-time.Hour), Dirs: []model.StateDir{{Path: "/e", Bytes: 100}}}, 0},
	} {
		d := model.StateDir{Path: "/d", Bytes: 1000}
		growth(&d, c.before, now)
		if d.GrowthPerHour != c.want {
			t.Errorf("%s: %d bytes an hour, want %d", c.name, d.GrowthPerHour, c.want)
		}
	}
}

func TestMountOf(t *testing.T) {
	mounts := []parse.Mount{{Point: "/", FSType: "ext4"}, {Point: "/srv", FSType: "nfs4"}, {Point: "/srv/x", FSType: "tmpfs"}, {Point: "/srv", FSType: "cifs"}}
	for name, want := range map[string]string{"/a": "ext4", "/srv/d": "cifs", "/srv/x/d": "tmpfs", "/srvd": "ext4"} {
		if m := subject.MountOf(mounts, name); m == nil || m.FSType != want {
			t.Errorf("%s lies on %+v, want %s", name, m, want)
		}
	}
}

// TestContents finds databases by what their files hold, whatever the folder is called.
func TestContents(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte("-- data/shop.mv.db --\nH:2,block:3\n-- data/photo.jpg --\nx\n-- data/idx/_0.cfs --\nx\n-- data/log/db-1.log --\nx\n")))
	if err != nil {
		t.Fatal(err)
	}
	f := &finder{s: &subject.Subject{Root: tree}}
	d := model.StateDir{Path: "/data", Kind: "unknown"}
	if err := f.measure(t.Context(), &d, 100); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"H2", "KahaDB"}, d.Engines); diff != "" || d.Kind == "unknown" {
		t.Errorf("kind %s (-want +got)\n%s", d.Kind, diff)
	}
}
