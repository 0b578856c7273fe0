package analyze_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestKernelUse holds that each sort of use is seen, by an application that does everything at once.
func TestKernelUse(t *testing.T) {
	more := txtar.Parse([]byte(`
-- proc/412/fd/20 -> socket:[820] --
-- proc/412/fd/21 -> socket:[821] --
-- proc/412/fd/22 -> socket:[822] --
-- proc/412/fd/23 -> socket:[823] --
-- proc/412/fd/24 -> /dev/net/tun --
-- proc/412/fdinfo/24 --
flags: 0100002
-- proc/412/fd/25 -> /proc/sys/vm/max_map_count --
-- proc/412/fdinfo/25 --
flags: 0100001
-- proc/412/fd/26 -> /proc/500/mem --
-- proc/412/fdinfo/26 --
flags: 0100000
-- proc/412/fd/27 -> anon_inode:bpf-map --
-- proc/412/fd/28 -> /var/log/syslog --
-- proc/412/fdinfo/28 --
flags: 0100000
-- proc/412/fd/29 -> net:[4026539999] --
-- proc/412/fd/30 -> /sys/class/net/eth0/statistics/rx_bytes --
-- proc/412/fdinfo/30 --
flags: 0100000
-- proc/412/net/raw --
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000   995        0 820 2 0000000000000000 0
-- proc/412/net/packet --
sk       RefCnt Type Proto  Iface R Rmem   User   Inode
0000000000000000 3      3    0003   2     1 0      995    821
-- proc/412/net/netlink --
sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
0000000000000000 12  412        00000000 0        0        0     2        0        822
-- proc/412/net/unix --
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 823 /opt/worker/agent.sock
0000000000000000: 00000002 00000000 00000000 0001 03 824 /opt/worker/agent.sock
0000000000000000: 00000002 00000000 00010000 0001 01 990 /var/run/docker.sock
-- proc/412/fd/31 -> socket:[824] --
-- proc/500/cmdline comm=dockerd --
/usr/bin/dockerd
-- proc/500/exe -> /usr/bin/dockerd --
-- proc/500/fd/3 -> socket:[990] --
-- proc/sysvipc/shm --
       key      shmid perms                  size  cpid  lpid nattch   uid
         0      32768  1600                524288   412   500      2   995
-- var/run/docker.sock type=socket --
-- opt/worker/agent.sock type=socket --
-- dev/net/tun type=char rdev=10:200 --
-- var/log/syslog --
`))
	change := func(a *txtar.Archive) {
		a.Files = append(a.Files, more.Files...)
		replace(t, a, "proc/412/cmdline", "com.example.Main", "com.example.Main\nunix:///var/run/docker.sock")
	}
	got, _ := run(t, machine(t, "java-generic", change), "java-generic", analyze.Options{})
	k := got.AnalysisInfo.Kernel
	type seen struct {
		Kind model.UseKind
		Name string
	}
	list := func(uses []model.KernelUse) []seen {
		var out []seen
		for _, u := range uses {
			out = append(out, seen{u.Kind, u.Name})
		}
		return out
	}
	for name, tt := range map[string]struct {
		got  []model.KernelUse
		want []seen
	}{
		"devices": {k.Devices, []seen{{"", "/dev/fuse"}, {"", "/dev/net/tun"}}},
		"sysctls": {k.Sysctls, []seen{{"", "vm.max_map_count"}}},
		"sockets": {k.Sockets, []seen{
			{model.HandleBPF, "anon_inode:bpf-map"},
			{model.SocketNetlink, "netlink socket"},
			{model.SocketPacket, "packet socket"},
			{model.SocketRaw, "raw socket"},
			{model.SocketServes, "/opt/worker/agent.sock"},
			{model.SocketUnix, "/var/run/docker.sock"},
		}},
		"namespaces":   {k.Namespaces, []seen{{model.ViewNet, "net:[4026539999]"}, {model.ViewPID, "/proc/500/mem"}}},
		"hostReads":    {k.HostReads, []seen{{model.ReadLog, "/var/log/syslog"}, {model.ReadSys, "/sys/class/net/eth0/statistics/rx_bytes"}}},
		"sharedMemory": {k.SharedMemory, []seen{{model.MemorySysV, "shmid 32768"}}},
	} {
		if diff := cmp.Diff(tt.want, list(tt.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, u := range k.Sockets {
		if u.Name == "/var/run/docker.sock" && u.Peer != "dockerd (500)" {
			t.Errorf("peer of the Docker socket is %q", u.Peer)
		}
	}
}

// TestKernelQuiet holds that an ordinary JVM, also one of root with every capability, uses nothing.
func TestKernelQuiet(t *testing.T) {
	a, _ := run(t, machine(t, "java-springboot", func(a *txtar.Archive) {
		a.Files = append(a.Files, txtar.File{Name: "proc/412/status", Data: []byte("Name:\tjava\nUmask:\t0022\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffffff\n")})
	}), "java-springboot", analyze.Options{})
	k := a.AnalysisInfo.Kernel
	if n := len(k.Devices) + len(k.Mounts) + len(k.Sysctls) + len(k.Sockets) + len(k.Namespaces) + len(k.HostReads) + len(k.SharedMemory); n != 0 {
		t.Errorf("%d uses: %+v", n, k)
	}
	if len(k.Capabilities) != 41 {
		t.Errorf("%d capabilities, want 41", len(k.Capabilities))
	}
	for _, c := range k.Capabilities {
		if c.Used != "" {
			t.Errorf("%s counts as used: %s", c.Name, c.Used)
		}
	}
}

// TestOwnSocket names a Unix socket on the command line on which the application itself listens: that is no peer.
func TestOwnSocket(t *testing.T) {
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		appendTo(t, a, "proc/412/cmdline", "--socket=/opt/worker/own.sock\n--engine=/var/run/docker.sock\n")
		a.Files = append(a.Files, txtar.Parse([]byte(`
-- proc/412/fd/23 -> socket:[823] --
-- proc/412/net/unix --
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 823 /opt/worker/own.sock
0000000000000000: 00000002 00000000 00010000 0001 01 990 /var/run/docker.sock
-- opt/worker/own.sock type=socket --
-- var/run/docker.sock type=socket --
`)).Files...)
	})
	a, _ := run(t, m, "java-generic", analyze.Options{})
	var got []string
	for _, u := range a.AnalysisInfo.Kernel.Sockets {
		if u.Kind == model.SocketUnix {
			got = append(got, u.Name)
		}
	}
	if diff := cmp.Diff([]string{"/var/run/docker.sock"}, got); diff != "" {
		t.Errorf("sockets of others (-want +got):\n%s", diff)
	}
}
