package host

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"a2c/model"
)

const confinedVariable = "A2C_TEST_CONFINED"

// TestConfined reads this process from a child that is what a2c's readers are: nobody, with CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE alone, in an
// empty network namespace, without openat2. It must see everything all the same, and the listener in the namespace that it is not in.
func TestConfined(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to become nobody with capabilities")
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	secret := filepath.Join(t.TempDir(), "for-root-only")
	if err := os.WriteFile(secret, []byte("seen"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^TestConfinedChild$", "-test.v")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %s", confinedVariable, os.Getpid(), l.Addr().(*net.TCPAddr).Port, secret))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: 65534, Gid: 65534}, Cloneflags: unix.CLONE_NEWNET,
		AmbientCaps: []uintptr{unix.CAP_DAC_READ_SEARCH, unix.CAP_SYS_PTRACE}, Pdeathsig: unix.SIGKILL,
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestConfinedChild") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestConfinedChild is the child of TestConfined.
func TestConfinedChild(t *testing.T) {
	var pid, port int
	var secret string
	if n, _ := fmt.Sscanf(os.Getenv(confinedVariable), "%d %d %s", &pid, &port, &secret); n != 3 {
		t.Skip("is run by TestConfined")
	}
	m := tree(t, "/", walk)
	h, err := Read(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	p := h.Process(pid)
	if p == nil || p.ExeErr != nil {
		t.Fatalf("parent: %+v", p)
	}
	lookClosely(t, h, p)
	if _, err := p.Environ(); err != nil {
		t.Error(err)
	}
	list, err := h.Listeners(p)
	if err != nil || !slices.ContainsFunc(list, func(l model.Listener) bool { return l.Port == port && l.Address == "127.0.0.1" }) {
		t.Errorf("no listener on port %d in %+v, %v", port, list, err)
	}
	tr, err := p.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(tr, secret, 10); string(data) != "seen" || err != nil {
		t.Errorf("a file of root's = %q, %v", data, err)
	}
	if data, err := ReadFile(m, "/proc/"+strconv.Itoa(pid)+"/root"+secret, 10); string(data) != "seen" || err != nil {
		t.Errorf("the same through its root = %q, %v", data, err)
	}
	if f, err := m.Open(p.path("exe")); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
	own, err := h.Process(os.Getpid()).Namespace("net")
	if machines, err2 := h.OwnNamespace("net"); err != nil || err2 != nil || own == machines {
		t.Errorf("the machine's network namespace is %d (%v), this one's %d (%v): they must differ", machines, err2, own, err)
	}
	fds, err := p.FDs()
	if err != nil || len(fds) == 0 {
		t.Fatalf("FDs = %+v, %v", fds, err)
	}
	for _, fd := range fds {
		if _, err := fd.Info(); err != nil && !Vanished(err) {
			t.Error(err)
		}
		if _, err := fd.Stat(); err != nil && !Vanished(err) {
			t.Error(err)
		}
	}
}
