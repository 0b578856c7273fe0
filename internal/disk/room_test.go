package disk

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnough(t *testing.T) {
	const gb = 1e9
	for name, c := range map[string]struct {
		need, free, total int64
		ok                bool
	}{
		"plenty":          {gb, 50 * gb, 100 * gb, true},
		"below_share":     {gb, 10 * gb, 100 * gb, false},
		"exactly_share":   {gb, 11 * gb, 100 * gb, true},
		"below_gigabyte":  {gb, 2*gb - 1, 5 * gb, false},
		"more_than_there": {9 * gb, gb, 5 * gb, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := enough("/w", c.need, c.free, c.total)
			if (err == nil) != c.ok {
				t.Errorf("got %v", err)
			}
		})
	}
	got := enough("/w", 3e9, 2e9, 10e9).Error()
	want := "/w: this needs up to 3.0 GB and would leave 0 B of 10.0 GB free, and a2c leaves 10 % and 1.0 GB to the host; make room, name another folder with --workspace DIR, or insist with --force"
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// df's percentage is what people see of a full disk, and what the refusal has to agree with.
func TestFree(t *testing.T) {
	dir := t.TempDir()
	free, total, err := Free(dir + "/not/yet")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "df", "--block-size=1", "--output=used,avail", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var used, avail int64
	if _, err := fmt.Sscan(strings.SplitN(string(out), "\n", 2)[1], &used, &avail); err != nil {
		t.Fatal(err)
	}
	const moved = 1e9 // what others write meanwhile
	if abs(free-avail) > moved || abs(total-used-avail) > moved {
		t.Errorf("free %d, total %d, df says %d used and %d available", free, total, used, avail)
	}
}

func abs(n int64) int64 { return max(n, -n) }
