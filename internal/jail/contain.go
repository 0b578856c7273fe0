package jail

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// This is the second gate: a container that a2c made itself, whose root holds nothing but a2c's files and the nonce.

// NonceFile is the file below Inside that holds the nonce.
const NonceFile = nonceFile

// Capabilities are what a container for the child needs, by the names that engines know.
func Capabilities() []string {
	return []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETUID", "SETGID", "SETFCAP", "KILL"}
}

// ContainerPlan is the plan of a child in a container.
func ContainerPlan(request any) (Plan, error) {
	p := Plan{Nonce: rand.Text()}
	var err error
	p.Request, err = json.Marshal(request)
	return p, err
}

// JoinContainer reads what the starter sent over standard input, and takes standard output for messages: what build steps print goes to
// standard error. gone is called when the starter has ended.
func JoinContainer(gone func()) (*Child, error) {
	if os.Getpid() != 1 {
		return nil, ErrNotStarted
	}
	in, err := aside(unix.Stdin, "request")
	if err != nil {
		return nil, err
	}
	out, err := aside(unix.Stdout, "messages")
	if err != nil {
		return nil, err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	defer null.Close()
	if err := errors.Join(unix.Dup3(int(null.Fd()), unix.Stdin, 0), unix.Dup3(unix.Stderr, unix.Stdout, 0)); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	c := &Child{out: json.NewEncoder(out), contained: true}
	return c, c.listen(in, gone)
}

// aside gives a stream a number that build steps do not inherit.
func aside(fd int, name string) (*os.File, error) {
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("keep %s: %w", name, err)
	}
	return os.NewFile(uintptr(n), name), nil
}

// enterContainer proves that the root is a2c's own, and gives up what takes no privilege to give up; the rest the engine never gave.
func (c *Child) enterContainer() error {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	if err := c.proveContainer("/"); err != nil {
		return fmt.Errorf("container: %w", err)
	}
	if err := harden(); err != nil {
		return fmt.Errorf("container: %w", err)
	}
	return nil
}

// proveContainer demands the nonce, and that outside of Inside and of what the engine mounted there is no file with content. Engines put empty ones there,
// to mount on, and /.dockerenv, which proves nothing.
func (c *Child) proveContainer(root string) error {
	nonce, err := os.ReadFile(filepath.Join(root, c.Plan.Inside(), nonceFile))
	if err != nil || string(nonce) != c.Plan.Nonce || c.Plan.Nonce == "" {
		return errNotEmpty
	}
	mounts, err := mountPoints()
	if err != nil {
		return err
	}
	inside := filepath.Join(root, c.Plan.Inside())
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == inside || name != root && mounts[name] {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || d.Type() == fs.ModeSymlink {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Size() != 0 {
			return fmt.Errorf("%w: %s", errNotEmpty, strconv.Quote(name))
		}
		return nil
	})
}

// mountPoints are the fifth fields of /proc/self/mountinfo (proc_pid_mountinfo(5)).
func mountPoints() (map[string]bool, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	octal := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 4 {
			out[octal.Replace(f[4])] = true
		}
	}
	return out, nil
}
