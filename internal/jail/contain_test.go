package jail

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestProveContainer(t *testing.T) {
	plan, err := ContainerPlan(nil)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name  string
		plant map[string]string // path to content; "/" at the end: a folder; "->": a link
		nonce string
		ok    bool
	}{
		{"ours", map[string]string{plan.Inside() + "/context/file": "content"}, plan.Nonce, true},
		{"what engines leave", map[string]string{"/.dockerenv": "", "/etc/hosts": "", "/proc/": "", "/etc/mtab": "->/proc/mounts"}, plan.Nonce, true},
		{"another nonce", nil, "x" + plan.Nonce, false},
		{"no nonce", nil, "", false},
		{"a foreign image", map[string]string{"/.dockerenv": "", "/bin/sh": "#!"}, plan.Nonce, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			all := map[string]string{plan.Inside() + "/" + NonceFile: c.nonce}
			maps.Copy(all, c.plant)
			for name, content := range all {
				at := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
					t.Fatal(err)
				}
				var err error
				switch {
				case name[len(name)-1] == '/':
					err = os.MkdirAll(at, 0o755)
				case len(content) > 2 && content[:2] == "->":
					err = os.Symlink(content[2:], at)
				default:
					err = os.WriteFile(at, []byte(content), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			err := (&Child{Plan: plan}).proveContainer(root)
			if c.ok && err != nil || !c.ok && !errors.Is(err, errNotEmpty) {
				t.Error(err)
			}
		})
	}
}
