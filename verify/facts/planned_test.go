package facts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"a2c/inventory/host"
	"a2c/model"
)

// imageOf is a machine with a process, and the image beside it, with one text replaced.
const imageOf = `
-- proc/stat --
btime 1700000000
-- proc/412/cmdline uid=5 gid=5 --
java
-- opt/app/a.jar mtime=100 --
archive
-- opt/app/run mode=4755 mtime=100 --
program
-- opt/app/ping mtime=100 xattr:security.capability=net --
ping
-- opt/app/v2/text mtime=100 --
text
-- opt/app/now -> v2 --
-- etc/app.conf mode=0640 gid=5 mtime=100 --
slow
-- image/opt/app/a.jar mtime=100 --
archive
-- image/opt/app/run mode=4755 --
program
-- image/opt/app/ping xattr:security.capability=net --
ping
-- image/opt/app/v2/text --
text
-- image/opt/app/now -> v2 --
-- image/etc/app.conf mode=0640 gid=5 --
slow
`

func heldAgainst(t *testing.T, old, now string) []model.Fact {
	t.Helper()
	text := imageOf
	if at := strings.LastIndex(text, old); old != "" && at < 0 {
		t.Fatalf("the fixture has no %q", old)
	} else if old != "" {
		text = text[:at] + now + text[at+len(old):]
	}
	tree, err := host.Text(txtar.Parse([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	root, err := tree.Sub("/image")
	if err != nil {
		t.Fatal(err)
	}
	file := func(name, group string, mode uint32, gid int, size int64) model.File {
		return model.File{
			Path: model.Path(name), Type: "file", Mode: mode, GID: gid, Size: size, MTime: time.Unix(100, 0).UTC(), Decision: model.In, Group: group, Reasons: []string{"layout: it lies there"},
		}
	}
	ping := file("/opt/app/ping", model.GroupApplication, 0o644, 0, 5)
	ping.Xattrs = map[string][]byte{"security.capability": []byte("net")}
	list := []model.File{
		file("/etc/app.conf", model.GroupConfiguration, 0o640, 5, 5), file("/opt/app/a.jar", model.GroupApplication, 0o644, 0, 8),
		{Path: "/opt/app/now", Type: "symlink", Target: "v2", Decision: model.In, Reasons: []string{"x"}},
		ping, file("/opt/app/run", model.GroupApplication, 0o4755, 0, 8),
		{Path: "/opt/app/v2", Type: "dir", Mode: 0o755, Decision: model.In, Reasons: []string{"layout: it lies there"}},
		file("/opt/app/v2/text", model.GroupApplication, 0o644, 0, 5),
		{Path: "/opt/app/log", Type: "file", Decision: model.Out},
		file("/etc/hosts", model.GroupLibraries, 0o644, 0, 1),
	}
	o := Options{Tree: tree, Live: 412, Clean: func(s string) string { return s }}
	o.Image.Base.Kind = "host"
	found, err := Planned(t.Context(), o, Plan{Files: func(yield func(model.File, error) bool) {
		for _, f := range list {
			if !yield(f, nil) {
				return
			}
		}
	}, Root: root, Owners: true})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPlanned(t *testing.T) {
	if got := heldAgainst(t, "", ""); len(got) != 1 || got[0].Verdict != model.FactEqual || got[0].Live != "7 files" {
		t.Errorf("the good image: %+v", got)
	}
	for _, c := range []struct{ name, old, now, row, live, image, why string }{
		{"removed jar", "image/opt/app/a.jar", "image/opt/app/b.jar", "archive /opt/app/a.jar", "there", "missing", "belongs to it: layout"},
		{"removed folder", "image/opt/app/v2/text", "image/opt/app/v3/text", "folder /opt/app/v2", "there", "missing", "belongs to it"},
		{"lost setuid", "mode=4755", "mode=0755", "data file /opt/app/run", "mode 4755", "mode 0755", "setuid"},
		{"lost right to execute", "mode=4755", "mode=4644", "data file /opt/app/run", "mode 4755", "mode 4644", "cannot be executed"},
		{"mode", "mode=0640 gid=5", "mode=0600 gid=5", "data file /etc/app.conf", "mode 0640", "mode 0600", "cannot be read"},
		{"owner", "mode=0640 gid=5", "mode=0640 gid=6", "data file /etc/app.conf", "owner 0:5", "owner 0:6", "somebody else"},
		{"broken link", "now -> v2", "now -> v1", "data file /opt/app/now", "link to v2", "link to v1", "broken"},
		{"link that became a file", "now -> v2 --", "now --", "data file /opt/app/now", "link", "file", "another type"},
		{"stale configuration", "slow\n", "fast\n", "data file /etc/app.conf", "", "app.conf with another content", "stale"},
		{"other version", "archive\n-- image/opt/app/run", "archive 2\n-- image/opt/app/run", "archive /opt/app/a.jar", "8 bytes", "10 bytes", "another version"},
		{"lost capabilities", " xattr:security.capability=net --\nping\n-- image/opt/app/v2", " --\nping\n-- image/opt/app/v2", "data file /opt/app/ping", "has capabilities", "has none, or others", "lost its file capabilities"},
		{"stale since", "etc/app.conf mode=0640 gid=5 mtime=100", "etc/app.conf mode=0640 gid=5 mtime=200", "data file /etc/app.conf", "changed since", "as analyzed", "containerize again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := heldAgainst(t, c.old, c.now)
			if !slices.ContainsFunc(got, func(f model.Fact) bool {
				return f.Name == c.row && f.Verdict == model.FactDifferent && f.Live == c.live && f.Image == c.image && strings.Contains(f.Why, c.why)
			}) {
				t.Errorf("%+v", got)
			}
		})
	}
}
