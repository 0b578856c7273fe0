package parse

import (
	"encoding/binary"
	"errors"
	"strconv"
)

// CapabilityName is the name of a capability's number (linux/capability.h); "CAP_42" for one that is not known.
func CapabilityName(n int) string {
	names := []string{
		"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
		"NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
		"SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
		"MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
	}
	if n < 0 || n >= len(names) {
		return "CAP_" + strconv.Itoa(n)
	}
	return "CAP_" + names[n]
}

// ErrFileCapability says that an attribute security.capability has no known form.
var ErrFileCapability = errors.New("security.capability has no known form")

// FileCapabilities reads the extended attribute security.capability (capabilities(7), struct vfs_cap_data): the permitted set, one bit each.
func FileCapabilities(x []byte) (uint64, error) {
	if len(x) < 12 {
		return 0, ErrFileCapability
	}
	const revisionMask = 0xff000000
	permitted := uint64(binary.LittleEndian.Uint32(x[4:]))
	switch revision := binary.LittleEndian.Uint32(x) & revisionMask; {
	case revision == 0x01000000:
		return permitted, nil
	case (revision == 0x02000000 || revision == 0x03000000) && len(x) >= 20:
		return permitted | uint64(binary.LittleEndian.Uint32(x[12:]))<<32, nil
	}
	return 0, ErrFileCapability
}
