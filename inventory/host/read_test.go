package host

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReadThisMachine(t *testing.T) {
	m, err := Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Read(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	p := h.Process(os.Getpid())
	if p == nil {
		t.Fatal("this process was not found")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if p.Exe != exe || p.PPID != os.Getppid() || !slices.Equal(p.Args(), os.Args) {
		t.Errorf("got %q %d %q, want %q %d %q", p.Exe, p.PPID, p.Args(), exe, os.Getppid(), os.Args)
	}
	start, err := p.StartTime()
	if age := time.Since(start); err != nil || age < 0 || age > time.Hour {
		t.Errorf("this process started %v ago, %v", age, err)
	}
	if h.Process(2) != nil {
		t.Errorf("kernel thread in the list: %+v", h.Process(2))
	}
}

func BenchmarkMachine(b *testing.B) {
	for name, look := range lookups() {
		b.Run(name, func(b *testing.B) {
			m := tree(b, "/", look)
			for b.Loop() {
				h, err := Read(context.Background(), m)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(h.Seen.Processes), "processes")
			}
		})
	}
}

func TestReadHidden(t *testing.T) {
	const mount = "-- proc/7/cmdline --\nx\n-- proc/7/exe -> /x --\n-- proc/self/mountinfo --\n22 27 0:21 / /proc rw - proc proc rw,hidepid=invisible\n"
	for name, c := range map[string]struct {
		fixture string
		skips   int
	}{
		"hidden":     {mount, 1},
		"may_see":    {mount + "-- proc/1/cmdline --\ninit\n", 0},
		"not_hidden": {strings.Replace(mount, "hidepid=invisible", "hidepid=off", 1), 0},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := Read(context.Background(), parseText(t, c.fixture))
			if err != nil {
				t.Fatal(err)
			}
			if len(h.Skips) != c.skips || c.skips > 0 && !h.Skips[0].Incomplete {
				t.Errorf("skips %+v, want %d", h.Skips, c.skips)
			}
		})
	}
}

func TestReadNothing(t *testing.T) {
	for _, fixture := range []string{"-- etc/hostname --\nx\n", "-- proc/meminfo --\nx\n"} {
		if h, err := Read(context.Background(), parseText(t, fixture)); err == nil {
			t.Errorf("%q: %+v, want an error", fixture, h)
		}
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(os.ErrClosed)
	if _, err := Read(ctx, parseText(t, "-- proc/7/cmdline --\nx\n")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a cancelled read: %v", err)
	}
}
