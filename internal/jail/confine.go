package jail

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kept is what writing an image's files takes, and ending a build step's processes.
func kept() []uint {
	return []uint{
		unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_SETFCAP, unix.CAP_KILL,
	}
}

// confine cuts all threads down for good: no_new_privs, the seccomp filter, then capabilities (bounding set first, so that no program that a
// build step executes gets them back).
func confine() error {
	if err := harden(); err != nil {
		return err
	}
	var keep uint64
	for _, c := range kept() {
		keep |= 1 << c
	}
	for c := range uint(64) {
		if keep&(1<<c) != 0 {
			continue
		}
		_, _, e := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0, 0)
		if errors.Is(e, unix.EINVAL) {
			break // beyond the kernel's last capability
		}
		if e != 0 {
			return fmt.Errorf("drop capability %d: %w", c, e)
		}
	}
	return setCaps(keep)
}

// harden is the part that takes no privilege.
func harden() error {
	if _, _, e := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); e != 0 {
		if errors.Is(e, unix.ENOTSUP) { // what Go says where C could have made threads of its own
			return errors.New("this program was built with cgo, which cannot be confined: build it with CGO_ENABLED=0, as `make build` does")
		}
		return fmt.Errorf("no_new_privs: %w", e)
	}
	if err := filter(); err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}

// capData is the header and the data of capset(2) for effective and permitted capabilities; none is inheritable.
func capData(keep uint64) (*unix.CapUserHeader, *[2]unix.CapUserData) {
	lo, hi := uint32(keep), uint32(keep>>32)
	return &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &[2]unix.CapUserData{{Effective: lo, Permitted: lo}, {Effective: hi, Permitted: hi}}
}

// threadCaps sets those of the calling thread alone.
func threadCaps(keep uint64) error {
	h, d := capData(keep)
	if err := unix.Capset(h, &d[0]); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	return nil
}

// setGroups sets those of the calling thread alone (setgroups(2)).
func setGroups(list []uint32) error {
	var first unsafe.Pointer
	if len(list) > 0 {
		first = unsafe.Pointer(&list[0])
	}
	if _, _, e := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(list)), uintptr(first), 0); e != 0 {
		return e
	}
	return nil
}

func setCaps(keep uint64) error {
	h, d := capData(keep)
	_, _, e := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(h)), uintptr(unsafe.Pointer(d)), 0)
	if e != 0 {
		return fmt.Errorf("capset: %w", e)
	}
	return nil
}
