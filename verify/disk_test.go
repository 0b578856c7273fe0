package verify

import (
	"errors"
	"strings"
	"testing"
)

// TestDiskWatch: what writes too much, and what takes the last of the disk, is ended, and nothing else is.
func TestDiskWatch(t *testing.T) {
	full := func(int64) error { return errors.New("only 3 MiB are free") }
	for name, c := range map[string]struct {
		grows   int64 // bytes, each time that it is looked at
		reserve func(int64) error
		want    string
	}{
		"too much":  {written + 1, nil, "it wrote 4096 MiB to its files"},
		"disk full": {0, full, "the disk runs full: only 3 MiB are free"},
		"neither":   {written, func(int64) error { return nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended, why, n := make(chan struct{}), "", int64(0)
			count := func() int64 {
				if n += c.grows; n > c.grows && c.want == "" {
					close(ended) // it was looked at once more
				}
				return n - c.grows
			}
			diskWatch{ended: ended, count: count, reserve: c.reserve, end: func(s string) { why = s }}.run()
			if !strings.Contains(why, c.want) || (why == "") != (c.want == "") {
				t.Errorf("%q, want %q", why, c.want)
			}
		})
	}
}
