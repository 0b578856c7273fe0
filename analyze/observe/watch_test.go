package observe_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/analyze/observe"
	"a2c/inventory/host"
)

// listen begins to observe a process, where this machine lets the test.
func listen(t *testing.T, pid int) (host.Tree, observe.Events) {
	t.Helper()
	e, _, err := observe.Listen("/proc", pid)
	if errors.Is(err, observe.ErrRefused) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	m, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	return m, e
}

// shell is a process that does what it is told, line by line, and says when it is done.
type shell struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Reader
}

func newShell(t *testing.T) *shell {
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-s")
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // killed when the test ended early
	})
	return &shell{t, cmd, in, bufio.NewReader(out)}
}

func (s *shell) do(line string) {
	s.t.Helper()
	if _, err := fmt.Fprintln(s.in, line+"; echo done"); err != nil {
		s.t.Fatal(err)
	}
	if said, err := s.out.ReadString('\n'); said != "done\n" {
		s.t.Fatalf("%q: %q, %v", line, said, err)
	}
}

func TestWatch(t *testing.T) {
	s, stranger := newShell(t), newShell(t)
	dir := t.TempDir()
	file := func(name string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	read, early, secret, foreign := file("read"), file("early"), file("deleted"), file("foreign")
	wrote := filepath.Join(dir, "wrote")
	s.do("read x < " + early)
	m, events := listen(t, s.cmd.Process.Pid)
	s.do("read x < " + read)
	s.do("(exec /bin/cat " + read + " > " + wrote + ")")
	s.do("exec 9< " + secret + "; exec 9<&-; rm " + secret)
	stranger.do("read x < " + foreign)
	r, err := observe.Watch(t.Context(), m, events, []int{s.cmd.Process.Pid}, 300*time.Millisecond, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f := r.Files[read]; f == nil || f.Wrote || f.Exec || f.PID != s.cmd.Process.Pid {
		t.Errorf("what was read: %+v", f)
	}
	if f := r.Files[wrote]; f == nil || !f.Wrote {
		t.Errorf("what was written: %+v (%d opens of processes that had ended)", f, r.Ended)
	}
	for _, p := range []string{early, foreign, secret} {
		if f := r.Files[p]; f != nil {
			t.Errorf("%s: %+v", p, f)
		}
	}
	if r.Overflows != 0 || r.Others == 0 || r.Duration < 300*time.Millisecond {
		t.Errorf("%+v", r)
	}
}

// A process that lives long enough is told from others by its parents, and what it executes is marked.
func TestChildren(t *testing.T) {
	s := newShell(t)
	m, events := listen(t, s.cmd.Process.Pid)
	type answer struct {
		observe.Result
		error
	}
	got := make(chan answer)
	go func() {
		r, err := observe.Watch(context.Background(), m, events, []int{s.cmd.Process.Pid}, 2*time.Second, nil)
		got <- answer{r, err}
	}()
	time.Sleep(200 * time.Millisecond)
	s.do("/bin/sh -c 'sleep 0.3; cat /etc/hostname'>/dev/null")
	a := <-got
	if a.error != nil {
		t.Fatal(a.error)
	}
	found := false
	for name, f := range a.Files {
		found = found || f.Exec && strings.HasSuffix(name, "/sleep")
	}
	if !found || a.Files["/etc/hostname"] == nil && a.Ended == 0 {
		t.Errorf("of the children: %v, %d of ended processes", a.Files, a.Ended)
	}
}

func TestWatchEnds(t *testing.T) {
	m, events := listen(t, os.Getpid())
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	time.AfterFunc(100*time.Millisecond, func() { cancel(stop) })
	if _, err := observe.Watch(ctx, m, events, nil, time.Hour, nil); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}

// A file that is known costs nothing more, however often it is opened.
func TestHush(t *testing.T) {
	var u unix.Utsname
	var major, minor int
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &major, &minor); err != nil || major*100+minor < 519 {
		t.Skip("kernels before 5.19 have no evictable marks")
	}
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "often")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m, events := listen(t, s.cmd.Process.Pid)
	s.do("read x < " + file)
	go func() {
		time.Sleep(300 * time.Millisecond)
		s.do("i=0; while [ $i -lt 5000 ]; do read x < " + file + "; i=$((i+1)); done")
	}()
	r, err := observe.Watch(t.Context(), m, events, []int{s.cmd.Process.Pid}, 2*time.Second, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Files[file] == nil || r.Told-r.Others > 2500 {
		t.Errorf("5001 opens of one file: %d events, %d of others", r.Told, r.Others)
	}
}
