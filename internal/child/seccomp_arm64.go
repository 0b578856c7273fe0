package child

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

// opens are the calls whose flags decide; openat2 is absent.
func opens() []open { return []open{{unix.SYS_OPENAT, 2}} }

// refusedHere are calls that amd64 lacks or counts elsewhere.
func refusedHere() []uint32 { return []uint32{unix.SYS_RENAMEAT, unix.SYS_KEXEC_FILE_LOAD} }
