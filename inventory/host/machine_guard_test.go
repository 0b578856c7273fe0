package host

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestGuardRemembers holds that a mount which did not answer is not asked again, while others are.
func TestGuardRemembers(t *testing.T) {
	g := newGuard([]byte("36 35 98:0 / /mnt rw - nfs4 server:/x rw\n37 35 98:1 / /mnt/well rw - fuse.sshfs y rw\n38 35 8:1 / / rw - ext4 /dev/sda rw\n"), nil, &deadMounts{})
	if !g.risky || len(g.remote) != 2 {
		t.Fatalf("risky %v, remote %v", g.risky, g.remote)
	}
	g.limit = time.Millisecond
	release := make(chan struct{})
	defer close(release)
	hang := func() (int, error) { <-release; return 0, nil }
	if _, err := guarded(g, "/mnt/a", hang, nil); !errors.Is(err, ErrTimeout) {
		t.Fatalf("a call that hangs: %v", err)
	}
	g.limit = time.Minute
	calls := 0
	count := func() (int, error) { calls++; return calls, nil }
	if _, err := guarded(g, "/mnt/../mnt/b/c", count, nil); !errors.Is(err, ErrTimeout) || calls != 0 {
		t.Errorf("the dead mount: %v after %d calls", err, calls)
	}
	for _, name := range []string{"/mnt/well/x", "/mntx", "/"} {
		if _, err := guarded(g, name, count, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := newGuard([]byte("9 8 98:0 / /elsewhere rw - nfs4 server:/x rw\n"), nil, g.dead)
	other.behind = func(name string) string { return strings.Replace(name, "/link", "/elsewhere", 1) }
	for _, name := range []string{"/elsewhere/a", "/link/a"} {
		before := calls
		if _, err := guarded(other, name, count, nil); !errors.Is(err, ErrTimeout) || calls != before {
			t.Errorf("%s of another namespace: %v after %d calls", name, err, calls-before)
		}
	}
	if plain := newGuard([]byte("38 35 8:1 / / rw - ext4 /dev/sda rw\n"), nil, &deadMounts{}); plain.risky {
		t.Error("a local disk is guarded")
	}
	if blind := newGuard(nil, errors.New("no table"), &deadMounts{}); !blind.risky {
		t.Error("without a mount table nothing is guarded")
	}
}
