package host

import (
	"context"
	"os"
	"slices"
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
	if p.Exe != exe || p.PPID != os.Getppid() || !slices.Equal(p.Args, os.Args) {
		t.Errorf("got %q %d %q, want %q %d %q", p.Exe, p.PPID, p.Args, exe, os.Getppid(), os.Args)
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
