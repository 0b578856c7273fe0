package jail

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// run executes the filter as the kernel would (bpf(4) machine, the instructions that it uses), and returns the verdict.
func verdict(t *testing.T, p []unix.SockFilter, arch, nr uint32, args ...uint64) uint32 {
	t.Helper()
	data := map[uint32]uint32{offNr: nr, offArch: arch}
	for i, a := range args {
		data[arg(uint32(i))] = uint32(a)
	}
	var acc uint32
	for pc := 0; pc < len(p); pc++ {
		i := p[pc]
		yes := false
		switch i.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			acc = data[i.K]
			continue
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			acc &= i.K
			continue
		case unix.BPF_RET | unix.BPF_K:
			return i.K
		case unix.BPF_JMP | unix.BPF_JA:
			pc += int(i.K)
			continue
		case unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K:
			yes = acc > i.K
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			yes = acc == i.K
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			yes = acc >= i.K
		case unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K:
			yes = acc&i.K != 0
		default:
			t.Fatalf("instruction %d: %+v", pc, i)
		}
		if yes {
			pc += int(i.Jt)
		} else {
			pc += int(i.Jf)
		}
	}
	t.Fatal("the filter has no end")
	return 0
}

func TestFilter(t *testing.T) {
	p := program()
	if len(p) > unix.BPF_MAXINSNS {
		t.Fatalf("%d instructions", len(p))
	}
	cases := []struct {
		name string
		arch uint32
		nr   uint32
		args []uint64
		want uint32
	}{
		{"read", auditArch, unix.SYS_READ, nil, retAllow},
		{"other_architecture", 0x40000003, unix.SYS_READ, nil, retNoSys},
		{"mount", auditArch, unix.SYS_MOUNT, nil, retPerm},
		{"ptrace", auditArch, unix.SYS_PTRACE, nil, retPerm},
		{"clone3", auditArch, unix.SYS_CLONE3, nil, retNoSys},
		{"thread", auditArch, unix.SYS_CLONE, []uint64{unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_THREAD}, retAllow},
		{"fork", auditArch, unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}, retAllow},
		{"user_namespace", auditArch, unix.SYS_CLONE, []uint64{unix.CLONE_NEWUSER}, retPerm},
		{"fifo", auditArch, unix.SYS_MKNODAT, []uint64{0, 0, unix.S_IFIFO | 0o600}, retAllow},
		{"plain_node", auditArch, unix.SYS_MKNODAT, []uint64{0, 0, 0o600}, retAllow},
		{"block_device", auditArch, unix.SYS_MKNODAT, []uint64{0, 0, unix.S_IFBLK | 0o600}, retPerm},
		{"character_device", auditArch, unix.SYS_MKNODAT, []uint64{0, 0, unix.S_IFCHR | 0o600}, retPerm},
		{"unix_socket", auditArch, unix.SYS_SOCKET, []uint64{unix.AF_UNIX}, retAllow},
		{"internet_socket", auditArch, unix.SYS_SOCKET, []uint64{unix.AF_INET6}, retAllow},
		{"vsock", auditArch, unix.SYS_SOCKET, []uint64{unix.AF_VSOCK}, retNoAF},
		{"alg", auditArch, unix.SYS_SOCKET, []uint64{unix.AF_ALG}, retNoAF},
		{"typing", auditArch, unix.SYS_IOCTL, []uint64{0, unix.TIOCSTI}, retPerm},
		{"window_size", auditArch, unix.SYS_IOCTL, []uint64{0, unix.TIOCGWINSZ}, retAllow},
		{"chmod", auditArch, unix.SYS_FCHMODAT, nil, retAllow},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := verdict(t, p, c.arch, c.nr, c.args...); got != c.want {
				t.Errorf("got %#x, want %#x", got, c.want)
			}
		})
	}
}

func TestPrepareRefusesAFolderThatIsNotEmpty(t *testing.T) {
	root, work := t.TempDir(), t.TempDir()
	if err := os.WriteFile(root+"/x", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := prepare(Spec{Root: root, Work: work}); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v", err)
	}
	if _, err := prepare(Spec{Root: root + "/missing", Work: work}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// A program that a2c did not start, this test, is refused before anything is mounted; and what is no empty root of a2c's is none.
func TestOnlyTheStartedChildEnters(t *testing.T) {
	if _, err := Join(func() {}); !errors.Is(err, ErrNotStarted) {
		t.Errorf("got %v, want ErrNotStarted", err)
	}
	var st unix.Stat_t
	if err := unix.Stat("/", &st); err != nil {
		t.Fatal(err)
	}
	for _, p := range []Plan{{}, {Dev: st.Dev, Ino: st.Ino + 1, Nonce: "x"}, {Dev: st.Dev, Ino: st.Ino, Nonce: "x"}, {Dev: st.Dev, Ino: st.Ino}} {
		if err := (&Child{Plan: p}).prove(); !errors.Is(err, errNotEmpty) {
			t.Errorf("%+v: the machine's own root passes for an empty one: %v", p, err)
		}
	}
}

func TestStartNeedsRoot(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("runs as root: proof containerize starts it")
	}
	if err := Start(t.Context(), Spec{}); !errors.Is(err, ErrNeedsRoot) {
		t.Errorf("got %v, want ErrNeedsRoot", err)
	}
}
