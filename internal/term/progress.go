package term

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Progress is one line on Err that is written over and over; it is shown on a terminal only.
type Progress struct {
	s     *Streams
	mu    sync.Mutex
	last  time.Time
	shown bool
}

// Progress begins a line that is not visible before the first Show.
func (s *Streams) Progress() *Progress { return &Progress{s: s} }

// often is how long a line stays at least.
const often = 100 * time.Millisecond

// Show replaces the line, at most ten times a second.
func (p *Progress) Show(format string, a ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.s.ErrTerminal || p.s.Quiet || time.Since(p.last) < often {
		return
	}
	p.last, p.shown = time.Now(), true
	const width = 78 // the line must not wrap, or \r would return to its last part only
	text := []rune(Safe(fmt.Sprintf(format, a...)))
	if len(text) > width {
		text = append(text[:width-1], '…')
	}
	fmt.Fprint(p.s.Err, "\r"+string(text)+"\x1b[K")
}

// Done takes the line away.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.s.Err, "\r\x1b[K")
		p.shown = false
	}
}

// Count is a number with its noun: "1 file", "2 files".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// Size is a number of bytes for people, in powers of 1000 as registries and disks count, one digit behind the point.
func Size(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for ; v >= 1000 && i < len(units)-1; i++ {
		v /= 1000
	}
	return strings.Replace(fmt.Sprintf("%.1f %s", v, units[i]), ".0 B", " B", 1)
}
