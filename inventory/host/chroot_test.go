package host

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const jailedVariable = "A2C_TEST_JAILED"

// TestRealChroot starts this very program with a folder as its root, and finds its files in its own tree.
func TestRealChroot(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root for chroot")
	}
	jail := t.TempDir()
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(jail, "app"), program, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/app", "-test.run=^TestJailed$")
	cmd.Dir, cmd.Env = "/", []string{jailedVariable + "=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: jail, Pdeathsig: unix.SIGKILL}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("this test is not linked statically: %v", err)
	}
	defer func() { _ = in.Close(); _ = cmd.Wait() }()
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	m, err := Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Read(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	p := h.Process(cmd.Process.Pid)
	if p == nil || p.Exe != "/app" {
		t.Fatalf("process %+v", p)
	}
	if cwd, _, err := p.Cwd(); cwd != "/" || err != nil {
		t.Errorf("Cwd = %q, %v", cwd, err)
	}
	tr, err := p.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := tr.Lstat(p.Exe); err != nil || info.Size != int64(len(program)) {
		t.Errorf("its program in its tree: %+v, %v", info, err)
	}
	if _, err := tr.Lstat("/etc/passwd"); !Vanished(err) {
		t.Errorf("a file of the machine in its tree: %v", err)
	}
}

// TestJailed is the child of TestRealChroot: it says that it runs, and waits.
func TestJailed(t *testing.T) {
	if os.Getenv(jailedVariable) == "" {
		t.Skip("is run by TestRealChroot")
	}
	_, _ = os.Stdout.WriteString("+")
	_, _ = io.Copy(io.Discard, os.Stdin)
}
