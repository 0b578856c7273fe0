package child

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// nobody owns no files: the kernel's overflow user, by that name on every distribution.
const nobody = 65534

// kept are the only capabilities of a confined child (capabilities(7)): to read every file and folder, and what others' /proc/PID shows.
func kept() []uintptr { return []uintptr{unix.CAP_DAC_READ_SEARCH, unix.CAP_SYS_PTRACE} }

// plan is how far this machine lets a child be confined.
type plan struct {
	notices []Notice
	drop    bool      // the bounding set is cut to what is kept
	keep    []uintptr // nil: kept()
	nobody  bool      // with ambient capabilities; else it stays root with the capabilities that the bounding set leaves
	net     bool      // a network namespace of its own
	open    bool      // no confinement at all, since the user said so
}

// unconfined is the plan for a machine that refuses the confinement.
func unconfined() plan {
	return plan{open: true, notices: []Notice{{
		"confinement of the reader", "--unconfined: the reader of the host runs with all rights of a2c, and the kernel does not hold it to reading", "leave --unconfined out where the machine allows the confinement",
	}}}
}

func planFor(euid int) plan { return planWith(euid, effective(), ambient()) }

// planWith decides from who a2c is and what the kernel has:
//
//	not root                       no other user, no capabilities: what a2c itself cannot read is not read
//	root, kernel before 4.3        stays root, but has the two capabilities alone (no ambient capabilities there)
//	root without CAP_SYS_ADMIN     sees a2c's own network (seccomp refuses sockets all the same)
//	root without the two, or without the right to become nobody: as not root
func planWith(euid int, caps uint64, hasAmbient bool) plan {
	if euid != 0 {
		return plan{notices: []Notice{{
			"confinement of the reader", "a2c does not run as root, so the reader runs as the same user (no new privileges, seccomp)", "run as root",
		}}}
	}
	for _, c := range append(kept(), unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_SETPCAP) {
		if caps&(1<<c) == 0 {
			return plan{notices: []Notice{{
				"confinement of the reader", fmt.Sprintf("root lacks capability %d here, so the reader stays root (no new privileges, seccomp)", c),
				"run a2c outside the container, or with all capabilities",
			}}}
		}
	}
	p := plan{drop: true, nobody: hasAmbient, net: true}
	if !hasAmbient {
		p.notices = append(p.notices, Notice{
			"confinement of the reader", "the kernel has no ambient capabilities (before 4.3), so the reader stays root with two capabilities", "",
		})
	}
	if caps&(1<<unix.CAP_SYS_ADMIN) == 0 {
		p.net = false
		p.notices = append(p.notices, Notice{
			"confinement of the reader", "without CAP_SYS_ADMIN the reader gets no network of its own (seccomp refuses sockets)", "run a2c outside the container",
		})
	}
	return p
}

// attr is the part of the confinement that is done between fork and exec.
func (p plan) attr() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true} // ^C reaches the parent alone, which then ends the child
	if p.nobody {
		a.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		a.AmbientCaps = kept()
	}
	if p.net {
		a.Cloneflags = unix.CLONE_NEWNET
	}
	return a
}

// onThread is the part of the confinement that the child inherits from the thread that forks it, which ends afterwards.
func (p plan) onThread() error {
	keep := p.keep
	if keep == nil {
		keep = kept()
	}
	for c := uintptr(0); p.drop && c < 64; c++ {
		if slices.Contains(keep, c) {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil {
			if errors.Is(err, unix.EINVAL) {
				break // the last one that this kernel knows was before
			}
			return &prepareError{fmt.Errorf("drop capability %d from the bounding set: %w", c, err)}
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil && !p.open {
		return &prepareError{fmt.Errorf("no_new_privs: %w", err)}
	}
	return yieldTo(0)
}

// prepareError is a part of the confinement that was refused before the child was made.
type prepareError struct{ err error }

func (e *prepareError) Error() string { return e.err.Error() }
func (e *prepareError) Unwrap() error { return e.err }

// effective is the effective capability set as bits.
func effective() uint64 {
	h := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var d [2]unix.CapUserData
	if err := unix.Capget(&h, &d[0]); err != nil {
		return 0
	}
	return uint64(d[0].Effective) | uint64(d[1].Effective)<<32
}

// ambient reports whether the kernel knows ambient capabilities.
func ambient() bool {
	return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_IS_SET, unix.CAP_CHOWN, 0, 0) == nil
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
