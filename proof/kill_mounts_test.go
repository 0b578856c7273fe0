package proof

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOwnMounts holds that a mount of others does not fail the proof, and that one of a2c's does, also over a folder of the system.
func TestOwnMounts(t *testing.T) {
	table := []string{
		"22 1 254:0 / / rw - ext4 /dev/vda rw",
		"23 22 0:21 / /proc rw - proc proc rw",
		"30 22 0:50 / /sys/kernel rw - tmpfs tmpfs rw",
		"80 22 254:0 /a /opt/other/scratch/overlay rw - ext4 /dev/vda rw",
		"81 22 254:0 /a /opt/bench-two/x rw - ext4 /dev/vda rw",
		"85 22 0:4 net:[1] /run/netns/x rw - nsfs nsfs rw",
		"90 22 0:60 / /opt/bench/scratch/kill/build/root/dev rw - tmpfs tmpfs rw",
	}
	want := []string{table[0], table[1], table[2], table[6]}
	if d := cmp.Diff(want, ownMounts(table, "/opt/bench")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
