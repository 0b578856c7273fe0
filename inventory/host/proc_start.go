package host

import (
	"fmt"
	"strings"
	"time"
)

// bootID is a random number of the boot (random(4)).
const bootID = "/proc/sys/kernel/random/boot_id"

// StartMark tells a process from every other that had or gets its number, whatever the clock says meanwhile: "BOOT/TICKS", the ID of the boot and the clock
// ticks from it to the start. "" where the machine does not tell the ID.
func StartMark(t Tree, startTicks uint64) string {
	id, err := ReadFile(t, bootID, smallFile)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s/%d", strings.TrimSpace(string(id)), startTicks)
}

// SameStart reports whether the process that began so many clock ticks after the boot is the one whose start was noted before, as a time and a mark, of which
// both may be missing; began is for messages. Where there is a mark it decides: the times are derived from the clock, and jump with it. Without one a few
// seconds are no other process.
func SameStart(t Tree, startTicks uint64, at time.Time, mark string) (began time.Time, same bool, err error) {
	boot, err := (&Host{Tree: t}).BootTime()
	if err != nil {
		return began, false, err
	}
	began = boot.Add(ticks(startTicks))
	if now := StartMark(t, startTicks); now != "" && mark != "" {
		return began, now == mark, nil
	}
	return began, at.IsZero() || began.Sub(at).Abs() <= 5*time.Second, nil
}
