package host

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWalk(t *testing.T) {
	dir := disk(t)
	for name, look := range lookups() {
		t.Run(name, func(t *testing.T) { testWalk(t, tree(t, dir, look)) })
	}
	t.Run("cancel", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		err := Walk(ctx, tree(t, dir, walk), "/", func(string, Info, error) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a walk that was cancelled: %v", err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		var seen []string
		err := Walk(context.Background(), tree(t, dir, walk), "/none", func(name string, _ Info, err error) error {
			seen = append(seen, name)
			return err
		})
		if !Vanished(err) || len(seen) != 1 {
			t.Errorf("a root that is not there: %v, %q", err, seen)
		}
	})
}

func testWalk(t *testing.T, m Tree) {
	var got []string
	err := Walk(context.Background(), m, "/", func(name string, info Info, err error) error {
		got = append(got, string(rune(info.Type))+name)
		if name == "/opt/v2" {
			return fs.SkipDir
		}
		return err
	})
	want := []string{"d/", "l/dangling", "d/etc", "-/etc/passwd", "l/loop1", "l/loop2", "d/opt", "l/opt/climb", "l/opt/current", "d/opt/v2", "p/pipe"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Walk (-want +got):\n%s%v", diff, err)
	}
}
