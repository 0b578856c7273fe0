package host

import (
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// TestSameStart holds that setting the clock, with which the boot time moves, makes another process of none, and that a reboot does.
func TestSameStart(t *testing.T) {
	const boot, other = "f0e1d2c3-0000-4000-8000-000000000001", "f0e1d2c3-0000-4000-8000-000000000002"
	noted := time.Unix(1_000_001, 0)
	for _, c := range []struct {
		name     string
		btime    string // as the clock has it now
		id, mark string
		ticks    uint64
		want     bool
	}{
		{"the same clock", "1000000", boot, boot + "/100", 100, true},
		{"a year on", "32536000", boot, boot + "/100", 100, true},
		{"a year back", "-30536000", boot, boot + "/100", 100, true},
		{"another process has its number", "1000000", boot, boot + "/100", 160, false},
		{"a reboot, and the same ticks", "1000000", other, boot + "/100", 100, false},
		{"noted without a mark", "1000004", boot, "", 100, true},
		{"noted without a mark, and the clock was set", "1000100", boot, "", 100, false},
		{"no ID of the boot", "1000000", "", boot + "/100", 100, true},
	} {
		a := &txtar.Archive{Files: []txtar.File{{Name: "proc/stat", Data: []byte("btime " + c.btime + "\n")}}}
		if c.id != "" {
			a.Files = append(a.Files, txtar.File{Name: "proc/sys/kernel/random/boot_id", Data: []byte(c.id + "\n")})
		}
		tree, err := Text(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, same, err := SameStart(tree, c.ticks, noted, c.mark); err != nil || same != c.want {
			t.Errorf("%s: %v (%v), want %v", c.name, same, err, c.want)
		}
	}
}
