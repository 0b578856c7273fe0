package verify

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// written is how many bytes a twin may write to the disk: no application needs more to answer, and what runs wild must not fill the host's.
	written = 4 << 30
	// glance is how often a2c looks whether the disk runs full.
	glance = 250 * time.Millisecond
	// lookShare is which part of the time counting what was written may take.
	lookShare = 20
)

// diskWatch looks at what a twin writes to the disk.
type diskWatch struct {
	ended   <-chan struct{}
	count   func() int64        // bytes that lie in its files now
	reserve func(n int64) error // refuses what would fill the disk; nil: nobody refuses
	end     func(why string)
}

// run ends a twin that fills the disk: what it wrote to its root and its state is counted, and what must stay free for the host does.
func (w diskWatch) run() {
	before, next := w.count(), time.Now()
	for {
		select {
		case <-w.ended:
			return
		case <-time.After(glance):
		}
		if w.reserve != nil {
			if err := w.reserve(16 << 20); err != nil {
				w.end(fmt.Sprintf("a2c stopped it, since the disk runs full: %v", err))
				return
			}
		}
		if time.Now().Before(next) {
			continue
		}
		begin := time.Now()
		if n := w.count() - before; n > written {
			w.end(fmt.Sprintf("a2c stopped it, since it wrote %d MiB to its files, and at most %d are let be", n>>20, int64(written)>>20))
			return
		}
		next = time.Now().Add(max(time.Second, lookShare*time.Since(begin)))
	}
}

// used are the bytes on the disk of what lies in folders. What vanishes meanwhile counts nothing.
func used(folders []string) (n int64) {
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(name string, _ fs.DirEntry, err error) error {
			var st unix.Stat_t
			if err == nil && unix.Lstat(name, &st) == nil {
				n += st.Blocks * 512
			}
			return nil
		})
	}
	return n
}
