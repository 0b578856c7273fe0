package containerize

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/analyze/packages"
	"a2c/containerize/layer"
	"a2c/containerize/sbom"
	"a2c/model"
	"a2c/parse"
)

func savedPlan() saved {
	return saved{
		Items: []savedItem{
			{layer.Entry{Path: "/opt", Kind: layer.Dir, Mode: 0o755}, model.GroupApplication},
			{layer.Entry{Path: "/opt/a\xff\n", Kind: layer.File, Mode: 0o4755, UID: 1, GID: 2, Size: 3, Sum: layer.Sum{1, 2}, Xattrs: map[string][]byte{"user.x": {0, 255}}}, model.GroupApplication},
			{layer.Entry{Path: "/opt/l", Kind: layer.Symlink, Target: "/\xfe"}, model.GroupServer},
		},
		Config: model.ImageConfig{User: "1:2", Entrypoint: []string{"/opt/a"}}, Taken: []model.Place{{Kind: "file", Path: "/opt/l", Line: 3}},
		Base: &model.BaseImage{Kind: "image", Reference: "debian:13", Digest: "sha256:0"}, Jlink: true, CDS: true,
		Parts: &baseParts{
			Release: []byte("ID=debian\n"), Runtime: &sbom.Runtime{Name: ".NET"},
			Packages: []packages.Record{{PackageRecord: parse.PackageRecord{Name: "libc6", Version: "2.36"}, Database: packages.Dpkg}},
		},
	}
}

func restored(t *testing.T, s saved) (*runner, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), savedName)
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r := &runner{}
	return r, r.restore(file)
}

func TestSavedPlan(t *testing.T) {
	want := savedPlan()
	r, err := restored(t, want)
	if err != nil {
		t.Fatal(err)
	}
	got := r.save()
	got.BaseOption = want.BaseOption
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestForgedPlan gives what could become a line of the Dockerfile, or lead elsewhere.
func TestForgedPlan(t *testing.T) {
	for want, forge := range map[string]func(*saved){
		"in a layer":       func(s *saved) { s.Items[1].In = "x\nRUN evil" },
		"no absolute path": func(s *saved) { s.Items[1].Path = "/opt/../../etc" },
		"is of no kind":    func(s *saved) { s.Items[1].Kind = 'c' },
		"an owner":         func(s *saved) { s.Items[1].UID = -1 },
		"base image":       func(s *saved) { s.Base.Reference = "scratch\nRUN evil" },
	} {
		s := savedPlan()
		forge(&s)
		if _, err := restored(t, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
