package proof

import (
	"context"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"testing"
	"time"

	"a2c/proof/apps"
)

// session starts a command in a session of its own, which end ends by its number. What it prints goes into the file log. who is nil for root.
func session(t *testing.T, log string, c apps.Command, who *syscall.Credential) *exec.Cmd {
	t.Helper()
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := &exec.Cmd{Path: c.Argv[0], Args: c.Argv, Dir: c.Dir, Env: c.Env, Stdout: out, Stderr: out, SysProcAttr: &syscall.SysProcAttr{Setsid: true, Credential: who}}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", c.Argv[0], err)
	}
	return cmd
}

// end asks the session to end, and insists after 20 seconds.
func end(t *testing.T, name string, session int, cmd *exec.Cmd) {
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // that it was ended by a signal is no failure
		close(ended)
	}()
	if err := syscall.Kill(-session, syscall.SIGTERM); err != nil {
		t.Errorf("end %s: %v", name, err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Errorf("%s does not end on SIGTERM", name)
		if err := syscall.Kill(-session, syscall.SIGKILL); err != nil {
			t.Errorf("end %s: %v", name, err)
		}
		<-ended
	}
	for deadline := time.Now().Add(20 * time.Second); syscall.Kill(-session, 0) == nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) { // what it started outlives it
			t.Errorf("%s: not all of its processes end on SIGTERM", name)
			_ = syscall.Kill(-session, syscall.SIGKILL) // gone since: no failure
			return
		}
	}
}

// credential is whom a user's processes run as.
func credential(t *testing.T, name string) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil {
		t.Fatalf("%s has the numbers %s and %s", name, u.Uid, u.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// accepts is nil when something on loopback accepts a connection.
func accepts(ctx context.Context, port int) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return conn.Close()
}
