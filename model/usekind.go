package model

// UseKind sorts the uses of one list of Kernel, so that rules need not read names meant for people.
type UseKind string

// Kinds in Kernel.Mounts. What the kernel mounts for everybody (/proc, /sys, the root and other local disks) is no use.
const (
	MountMade UseKind = "made" // mounted by the process itself: it needs CAP_SYS_ADMIN
	MountBind UseKind = "bind" // a folder of the host, bound for it by its unit (BindPaths=) or by fstab; Detail is what is bound
	MountNFS  UseKind = "nfs"  // nfs, nfs4, efs
	MountCIFS UseKind = "cifs" // cifs, smb3
	MountFUSE UseKind = "fuse" // fuse.*: s3fs, sshfs, rclone; Detail is the type
	MountLoop UseKind = "loop" // loop and device-mapper devices that it set up
)

// Kinds in Kernel.Sockets. For Unix sockets Name is the socket's path ("@name" when abstract).
const (
	SocketRaw       UseKind = "raw"    // /proc/net/raw, raw6; Detail is the protocol: "icmp", "udp", "112"
	SocketPacket    UseKind = "packet" // AF_PACKET
	SocketSCTP      UseKind = "sctp"
	SocketNetlink   UseKind = "netlink"   // but route lookups (NETLINK_ROUTE without groups); Detail is the family
	SocketMulticast UseKind = "multicast" // Name is the group: "228.0.0.4"
	SocketUnix      UseKind = "unix"      // connected to a Unix socket of another process; Peer is that process
	SocketServes    UseKind = "serves"    // listens on a Unix socket that processes outside the application are connected to; Peer is one
	HandleBPF       UseKind = "bpf"       // anon_inode:bpf-map, bpf-prog, bpf_link
	HandlePerf      UseKind = "perf"      // anon_inode:[perf_event]
	KernelModule    UseKind = "module"    // a module that its unit loads (ExecStartPre=modprobe …)
)

// Kinds in Kernel.Namespaces: a view of the host or of another process that it holds on purpose.
const (
	ViewPID UseKind = "pid" // traces, reads or enters other processes; Name is how: "/proc/812/mem", "nsenter"
	ViewNet UseKind = "net" // holds another network namespace open
	ViewIPC UseKind = "ipc"
)

// Kinds in Kernel.HostReads.
const (
	ReadProc UseKind = "proc" // files of other processes below /proc, or /proc as a folder
	ReadSys  UseKind = "sys"  // /sys but its own cgroup, the CPU and memory topology and transparent huge pages, which every JVM and CLR read
	ReadLog  UseKind = "log"  // logs below /var/log that others write, the journal
	ReadHost UseKind = "host" // other node-wide data: /etc/shadow, /boot, /var/lib/docker, /run/systemd
)

// Kinds in Kernel.SharedMemory.
const (
	MemorySysV  UseKind = "sysv"  // /proc/sysvipc
	MemoryPOSIX UseKind = "posix" // a file below /dev/shm
)

// Kinds in Kernel.Limits. Name is the limit's name in /proc/PID/limits, Detail "soft/hard, default soft/hard".
const (
	LimitNoFile    UseKind = "nofile"     // Bytes is the hard limit
	LimitMemLock   UseKind = "memlock"    // Bytes is VmLck: what is locked now
	LimitHugePages UseKind = "huge-pages" // HugetlbPages of /proc/PID/status; Bytes is how much
	LimitRealtime  UseKind = "realtime"   // rtprio, nice or a real-time scheduling class
	LimitOther     UseKind = "other"      // nproc, core, stack …
)

// SocketNamed is the Detail of a SocketUnix that environment or arguments name; whether it is connected cannot be seen.
const SocketNamed = "named by the configuration"
