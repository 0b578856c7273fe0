package child

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAwake holds that all threads have the usual priority meanwhile, and the one from before afterwards.
func TestAwake(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may raise a priority again")
	}
	before, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer setNice(20 - before)
	setNice(19)
	look := func(want int) {
		if have, err := unix.Getpriority(unix.PRIO_PROCESS, os.Getpid()); err != nil || have != want {
			t.Errorf("priority %d, want %d (%v)", have, want, err)
		}
	}
	Awake(func() { look(20) })
	look(1)
}
