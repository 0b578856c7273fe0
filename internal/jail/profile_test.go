package jail

import (
	"slices"
	"testing"

	"github.com/docker/docker/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"a2c/model"
)

// TestDockerProfile asks the filter as the kernel would.
func TestDockerProfile(t *testing.T) {
	profile, err := seccomp.GetDefaultProfile(&specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: dockerCapabilityNames()}}})
	if err != nil {
		t.Fatal(err)
	}
	program, err := compile(profile, native())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bpf.Assemble(program)
	if err != nil {
		t.Fatal(err)
	}
	var code []unix.SockFilter
	for _, r := range raw {
		code = append(code, unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K})
	}
	for _, c := range []struct {
		name string
		arch uint32
		nr   uint32
		args []uint64
		want uint32
	}{
		{"read", auditArch, unix.SYS_READ, nil, retAllow},
		{"fork", auditArch, unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}, retAllow},
		{"user_namespace", auditArch, unix.SYS_CLONE, []uint64{unix.CLONE_NEWUSER}, retPerm},
		{"clone3", auditArch, unix.SYS_CLONE3, nil, retNoSys},
		{"mount", auditArch, unix.SYS_MOUNT, nil, retPerm},
		{"unshare", auditArch, unix.SYS_UNSHARE, nil, retPerm},
		{"bpf", auditArch, unix.SYS_BPF, nil, retPerm},
		{"io_uring", auditArch, unix.SYS_IO_URING_SETUP, nil, retPerm},
		{"keyctl", auditArch, unix.SYS_KEYCTL, nil, retPerm},
		{"ptrace", auditArch, unix.SYS_PTRACE, nil, retAllow},
		{"chroot", auditArch, unix.SYS_CHROOT, nil, retAllow},
		{"mknodat", auditArch, unix.SYS_MKNODAT, []uint64{0, 0, unix.S_IFCHR}, retAllow},
		{"internet_socket", auditArch, unix.SYS_SOCKET, []uint64{unix.AF_INET6}, retAllow},
		{"vsock", auditArch, unix.SYS_SOCKET, []uint64{unix.AF_VSOCK}, retPerm},
		{"personality", auditArch, unix.SYS_PERSONALITY, []uint64{0xffffffff}, retAllow},
		{"other_personality", auditArch, unix.SYS_PERSONALITY, []uint64{4}, retPerm},
		{"newer_than_the_table", auditArch, 5000, nil, retNoSys},
		{"x32", auditArch, 0x40000000, nil, retNoSys},
		{"unknown_architecture", 1, unix.SYS_READ, nil, unix.SECCOMP_RET_KILL_PROCESS},
	} {
		if got := verdict(t, code, c.arch, c.nr, c.args...); got != c.want {
			t.Errorf("%s: got %#x, want %#x", c.name, got, c.want)
		}
	}
}

// TestCapabilityNumbers holds the names that documents have against what a container has.
func TestCapabilityNumbers(t *testing.T) {
	got, want := CapabilityNumbers(model.UsualCapabilities()), BoxCapabilities()
	if !slices.Equal(got, want) || len(model.UsualCapabilities()) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := CapabilityNumbers(nil); got == nil || len(got) > 0 {
		t.Errorf("got %v of nothing", got)
	}
}

func TestEnviron(t *testing.T) {
	got := environ(BoxPlan{Env: []string{"PATH=/bin", "A=1", "HOME=/x", "A=2"}}, "/home")
	want := []string{"HOME=/x", "PATH=/bin", "A=2"}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTmpfsFlags(t *testing.T) {
	flags, options := tmpfsFlags("rw,exec,nosuid,nodev,mode=0755,uid=7,gid=8")
	if flags != unix.MS_NOSUID|unix.MS_NODEV || options != "mode=0755,uid=7,gid=8" {
		t.Errorf("%#x %q", flags, options)
	}
}
