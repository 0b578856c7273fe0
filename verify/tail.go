package verify

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"time"
)

// logKept is how much of a twin's log is kept: a program that floods it fills no memory.
const logKept = 4 << 20

// tail keeps the last bytes of a stream.
type tail struct {
	mu   sync.Mutex
	kept []byte
	most int
	cut  bool // the beginning is gone
	done chan struct{}
}

func newTail(most int) *tail {
	t := &tail{most: most, done: make(chan struct{})}
	close(t.done)
	return t
}

// follow reads r to its end and closes it.
func (t *tail) follow(r *os.File) {
	done := make(chan struct{})
	t.done = done
	go func() {
		defer close(done)
		defer r.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := r.Read(buffer)
			t.add(buffer[:n])
			if err != nil {
				return
			}
		}
	}()
}

func (t *tail) add(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if len(t.kept) > 2*t.most { // moved once per most bytes
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-t.most:]...)
		t.cut = true
	}
}

// wait returns when the stream has ended, or at most a second later: somebody else may hold it open.
func (t *tail) wait() {
	select {
	case <-t.done:
	case <-time.After(time.Second):
	}
}

// lines are the last n, without the line feeds.
func (t *tail) lines(n int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.kept
	if t.cut {
		if _, rest, ok := bytes.Cut(text, []byte("\n")); ok {
			text = rest
		}
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if len(all) == 1 && all[0] == "" {
		return nil
	}
	return all[max(0, len(all)-n):]
}
