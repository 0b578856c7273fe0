package containerize

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

// TestExchanged exchanges a planned file for what an application's user could put there since analyze: what comes into the context is the file that was
// decided on, or nothing.
func TestExchanged(t *testing.T) {
	const secret = "another service's"
	for name, c := range map[string]struct {
		exchange func(dir string) error
		want     string // in the error; "" when the file is taken
	}{
		"nothing": {func(string) error { return nil }, ""},
		"written again": {func(dir string) error {
			return os.WriteFile(dir+"/opt/app/conf/a", []byte("longer than before"), 0o644)
		}, ""},
		"a link": {func(dir string) error {
			return first(os.Remove(dir+"/opt/app/conf/a"), os.Symlink("/other/a", dir+"/opt/app/conf/a"))
		}, "symbolic link"},
		"a link for its folder": {func(dir string) error {
			return first(os.Rename(dir+"/opt/app/conf", dir+"/opt/app/old"), os.Symlink("../../other", dir+"/opt/app/conf"))
		}, "symbolic link"},
		"a hard link to a file that only others read": {func(dir string) error {
			return first(os.Chmod(dir+"/other/a", 0o600), os.Remove(dir+"/opt/app/conf/a"), os.Link(dir+"/other/a", dir+"/opt/app/conf/a"))
		}, "mode 0600 instead of"},
	} {
		dir := t.TempDir()
		if err := first(os.MkdirAll(dir+"/opt/app/conf", 0o755), os.MkdirAll(dir+"/other", 0o755),
			os.WriteFile(dir+"/opt/app/conf/a", []byte("its own"), 0o644), os.WriteFile(dir+"/other/a", []byte(secret), 0o644), c.exchange(dir)); err != nil {
			t.Fatal(err)
		}
		tree, err := host.Machine(dir)
		if err != nil {
			t.Fatal(err)
		}
		it := &item{Entry: layer.Entry{Path: "/opt/app/conf/a", Kind: layer.File, Mode: 0o644, UID: os.Getuid(), GID: os.Getgid(), Size: 7}, name: model.GroupApplication}
		p := &plan{items: map[model.Path]*item{it.Path: it}, tree: tree}
		to := t.TempDir()
		err = p.writeContext(t.Context(), to, "", 1, func(int64) {})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
		if data, err := os.ReadFile(filepath.Join(to, folderOf(it).Name, "opt/app/conf/a")); err == nil && strings.Contains(string(data), secret) {
			t.Errorf("%s: the other file's content is in the context", name)
		}
	}
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
