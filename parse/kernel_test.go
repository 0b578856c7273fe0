package parse

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kernelCase is one kernel file and what becomes of it. err is a part of the message; rows that do not fit leave the others.
type kernelCase[T any] struct {
	name, data string
	want       T
	err        string
}

func runKernel[T any](t *testing.T, read func([]byte) (T, error), cases []kernelCase[T]) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := read([]byte(c.data))
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

const statLine = "412 (a) b (c) S 1 412 412 0 -1 4194304 64541 0 4 0 1371 122 0 0 20 0 36 0 3304 5211340800 100125 18446744073709551615 0 0\n"

func TestStat(t *testing.T) {
	runKernel(t, Stat, []kernelCase[ProcStat]{
		{name: "name_with_brackets", data: statLine, want: ProcStat{PID: 412, PPID: 1, Comm: "a) b (c", State: 'S', Flags: 4194304, UserTicks: 1371, SysTicks: 122, Threads: 36, StartTicks: 3304, RSSPages: 100125}},
		{name: "kernel_thread", data: strings.Replace(statLine, "4194304", "2129984", 1), want: ProcStat{PID: 412, PPID: 1, Comm: "a) b (c", State: 'S', Flags: 2129984, UserTicks: 1371, SysTicks: 122, Threads: 36, StartTicks: 3304, RSSPages: 100125}},
		{name: "no_name", data: "412 java S 1", err: "no (name)"},
		{name: "cut_short", data: "412 (java) S 1 412", err: "fields"},
		{name: "no_number", data: strings.Replace(statLine, "3304", "x", 1), err: "invalid syntax"},
		{name: "empty", err: "no (name)"},
	})
	if s, _ := Stat([]byte(strings.Replace(statLine, "4194304", "2129984", 1))); !s.KernelThread() {
		t.Error("PF_KTHREAD was not seen")
	}
	for line, want := range map[string]bool{statLine: false, strings.Replace(statLine, " S 1", " Z 1", 1): true, strings.Replace(statLine, "4194304", "4194308", 1): true} {
		if s, err := Stat([]byte(line)); s.Over() != want || err != nil {
			t.Errorf("Over of %q = %v, %v", line, s.Over(), err)
		}
	}
}

const statusText = "Name:\tjava\nUmask:\t0027\nState:\tS (sleeping)\nPPid:\t1\nUid:\t995\t996\t997\t998\nGid:\t5\t6\t7\t8\nGroups:\t4 27 \nNSpid:\t412\t7\n" +
	"VmSize:\t 5089200 kB\nVmLck:\t  64 kB\nVmHWM:\t  400500 kB\nVmRSS:\t  400000 kB\nVmSwap:\t 12 kB\nHugetlbPages:\t 2048 kB\nThreads:\t36\nCapInh:\t0000000000000001\nCapPrm:\t0000000000000002\nCapEff:\t000001ffffffffff\nCapBnd:\t0000000000000004\nCapAmb:\t0000000000000008\nNoNewPrivs:\t1\nSeccomp:\t2\n"

func TestStatus(t *testing.T) {
	lines := map[string]int{}
	for i, l := range strings.Split(strings.TrimSpace(statusText), "\n") {
		lines[strings.SplitN(l, ":", 2)[0]] = i + 1
	}
	full := ProcStatus{
		Name: "java", Umask: 0o27, PPID: 1, UID: [4]int{995, 996, 997, 998}, GID: [4]int{5, 6, 7, 8}, Groups: []int{4, 27}, NSPID: []int{412, 7}, Threads: 36, NoNewPrivs: true, Seccomp: 2,
		VMSize: 5089200 << 10, VMLock: 64 << 10, VMHWM: 400500 << 10, VMRSS: 400000 << 10, VMSwap: 12 << 10, HugetlbPages: 2 << 20, CapInh: 1, CapPrm: 2, CapEff: 0x1ffffffffff, CapBnd: 4, CapAmb: 8, Lines: lines,
	}
	runKernel(t, Status, []kernelCase[ProcStatus]{
		{name: "full", data: statusText, want: full},
		{name: "linux_3_10", data: "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\n", want: ProcStatus{Umask: -1, Lines: map[string]int{"Uid": 1, "Gid": 2, "Groups": 3}}},
		{name: "three_ids", data: "Uid:\t0\t0\t0\n", err: "line 1: Uid"},
		{name: "no_ids", data: "Name:\tx\n", err: "no lines Uid and Gid"},
		{name: "no_colon", data: "Name", err: "no colon"},
		{name: "bad_memory", data: "VmRSS:\tmuch kB\n", err: "VmRSS"},
		{name: "bad_mask", data: "Umask:\t9\n", err: "Umask"},
	})
}

func TestMaps(t *testing.T) {
	runKernel(t, Maps, []kernelCase[[]Map]{
		{name: "kinds", data: "55f7fad52000-55f7fad54000 r-xp 00002000 fe:00 247278                     /usr/bin/a b (deleted)\n7f00-7f01 rw-p 00000000 00:00 0 \n7f02-7f03 rw-p 00000000 00:00 0                          [heap]\n7f04-7f05 r--s 00000000 00:05 3                          /memfd:x\\012y\\040 (deleted)\n", want: []Map{
			{Start: 0x55f7fad52000, End: 0x55f7fad54000, Perms: "r-xp", Offset: 0x2000, Major: 0xfe, Inode: 247278, Path: "/usr/bin/a b", Deleted: true, Line: 1},
			{Start: 0x7f00, End: 0x7f01, Perms: "rw-p", Line: 2},
			{Start: 0x7f02, End: 0x7f03, Perms: "rw-p", Path: "[heap]", Line: 3},
			{Start: 0x7f04, End: 0x7f05, Perms: "r--s", Minor: 5, Inode: 3, Path: "/memfd:x\ny\\040", Deleted: true, Line: 4},
		}},
		{name: "bad_row_is_left_out", data: "x\n7f00-7f01 rw-p 00000000 00:00 0\n", want: []Map{{Start: 0x7f00, End: 0x7f01, Perms: "rw-p", Line: 2}}, err: "maps line 1"},
		{name: "empty", want: []Map{}},
	})
	maps, err := Maps([]byte("1-2 r--p 0 fe:00 7 /a\n2-3 r-xp 0 fe:00 7 /a\n3-4 r--p 0 fe:00 8 /a\n4-5 rw-p 0 00:00 0 [heap]\n"))
	if err != nil {
		t.Fatal(err)
	}
	files := MappedFiles(maps)
	if len(files) != 2 || !files[0].Executable() || files[1].Executable() || files[1].Inode != 8 {
		t.Errorf("MappedFiles = %+v", files)
	}
}

func TestMountinfo(t *testing.T) {
	runKernel(t, Mountinfo, []kernelCase[[]Mount]{
		{name: "tags_and_escapes", data: "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue\n22 27 0:21 / /proc rw - proc proc rw\n", want: []Mount{
			{ID: 36, Parent: 35, Major: 98, Root: "/mnt1", Point: "/mnt 2", Options: []string{"rw", "noatime"}, Tags: []string{"shared:1", "master:2"}, FSType: "ext3", Source: "/dev/root", SuperOptions: []string{"rw", "errors=continue"}, Line: 1},
			{ID: 22, Parent: 27, Minor: 21, Root: "/", Point: "/proc", Options: []string{"rw"}, FSType: "proc", Source: "proc", SuperOptions: []string{"rw"}, Line: 2},
		}},
		{name: "bad_row_is_left_out", data: "36 35 98:0 /mnt1\n22 27 0:21 / /proc rw - proc proc rw\n", want: []Mount{{ID: 22, Parent: 27, Minor: 21, Root: "/", Point: "/proc", Options: []string{"rw"}, FSType: "proc", Source: "proc", SuperOptions: []string{"rw"}, Line: 2}}, err: "line 1"},
		{name: "bad_number", data: "36 35 98:x / / rw - ext3 a rw\n", err: "line 1"},
	})
}

func TestLimits(t *testing.T) {
	runKernel(t, Limits, []kernelCase[[]Limit]{
		{name: "table", data: "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \nMax nice priority         0                    unlimited            \n", want: []Limit{
			{Name: "Max open files", Soft: 1024, Hard: 524288, Unit: "files", Line: 2}, {Name: "Max nice priority", Hard: Unlimited, Line: 3},
		}},
		{name: "short", data: "head\nMax\n", err: "line 2"},
		{name: "no_number", data: "head\nMax open files            many                 524288               files\n", err: "line 2"},
	})
}

func TestCgroups(t *testing.T) {
	runKernel(t, Cgroups, []kernelCase[[]Cgroup]{
		{name: "hybrid", data: "4:cpu,cpuacct:/a:b\n1:name=systemd:/system.slice/x.service\n0::/\n", want: []Cgroup{
			{Hierarchy: 4, Controllers: []string{"cpu", "cpuacct"}, Path: "/a:b", Line: 1},
			{Hierarchy: 1, Controllers: []string{"name=systemd"}, Path: "/system.slice/x.service", Line: 2},
			{Path: "/", Line: 3},
		}},
		{name: "two_fields", data: "4:cpu\n", err: "line 1"},
		{name: "no_number", data: "x:cpu:/\n", err: "line 1"},
	})
	for text, want := range map[string]string{
		"0::/system.slice/tomcat10.service":                                       "tomcat10.service",
		"1:name=systemd:/system.slice/system-a.slice/a@1.service/sub":             "a@1.service",
		"4:memory:/system.slice/only-memory.service":                              "",
		"0::/user.slice/user-1000.slice/session-3.scope":                          "",
		"0::/user.slice/user-1000.slice/user@1000.service":                        "",
		"0::/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service": "shop.service",
		"0::/init.scope":                     "",
		"0::/system.slice/docker-4f1c.scope": "docker-4f1c.scope",
		"0::/":                               "",
		"1:name=systemd:/\n0::/system.slice/hybrid.service": "hybrid.service",
	} {
		list, err := Cgroups([]byte(text))
		if got, _ := SystemdUnit(list); got != want || err != nil {
			t.Errorf("SystemdUnit(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestFDInfo(t *testing.T) {
	runKernel(t, ReadFDInfo, []kernelCase[FDInfo]{
		{name: "log", data: "pos:\t17\nflags:\t0102001\nmnt_id:\t24\nino:\t3\n", want: FDInfo{Pos: 17, Flags: 0o102001, MountID: 24, Inode: 3}},
		{name: "epoll", data: "pos:\t0\nflags:\t02\ntfd: 5 events: 19\n", want: FDInfo{Flags: 2, Extra: []string{"tfd: 5 events: 19"}}},
		{name: "no_flags", data: "pos:\t0\n", err: "no line flags"},
		{name: "bad_flags", data: "flags:\t9\n", err: "flags"},
	})
	for flags, want := range map[uint64][3]bool{0: {true, false, false}, 0o102001: {false, true, true}, 2: {true, true, false}} {
		i := FDInfo{Flags: flags}
		if got := [3]bool{i.Reads(), i.Writes(), i.Appends()}; got != want {
			t.Errorf("flags %o: reads, writes, appends %v, want %v", flags, got, want)
		}
	}
}

func TestInetSockets(t *testing.T) {
	const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	const tail = " 00000000:00000000 00:00000000 00000000   995        0 777 1 0000000000000000 100 0 0 10 0\n"
	at := netip.MustParseAddrPort
	runKernel(t, func(data []byte) ([]InetSocket, error) { return InetSockets(data, "tcp6") }, []kernelCase[[]InetSocket]{
		{name: "v4", data: head + "   0: 0100007F:1F90 00000000:0000 0A" + tail, want: []InetSocket{{Family: "tcp6", Local: at("127.0.0.1:8080"), Remote: at("0.0.0.0:0"), State: Listen, UID: 995, Inode: 777, Line: 2}}},
		{name: "mapped_v4", data: head + "   0: 0000000000000000FFFF00000100007F:1F45 0000000000000000FFFF00000100007F:C350 01" + tail, want: []InetSocket{{Family: "tcp6", Local: at("127.0.0.1:8005"), Remote: at("127.0.0.1:50000"), State: Established, UID: 995, Inode: 777, Line: 2}}},
		{name: "v6", data: head + "   0: 000080FE00000000FF565002BD69B1FE:0016 00000000000000000000000000000000:0000 0A" + tail, want: []InetSocket{{Family: "tcp6", Local: at("[fe80::250:56ff:feb1:69bd]:22"), Remote: at("[::]:0"), State: Listen, UID: 995, Inode: 777, Line: 2}}},
		{name: "bad_row_is_left_out", data: head + "   0: 0100007F 00000000:0000 0A" + tail + "   1: 0100007F:1F90 00000000:0000 0A" + tail, want: []InetSocket{{Family: "tcp6", Local: at("127.0.0.1:8080"), Remote: at("0.0.0.0:0"), State: Listen, UID: 995, Inode: 777, Line: 3}}, err: "net/tcp6 line 2"},
		{name: "short_address", data: head + "   0: 017F:1F90 00000000:0000 0A" + tail, want: []InetSocket{}, err: "neither 8 nor 32"},
		{name: "cut_off", data: head + "   0: 0100007F:1F90", want: []InetSocket{}, err: "fields"},
		{name: "head_only", data: head, want: []InetSocket{}},
	})
}

func TestUnixSockets(t *testing.T) {
	const head = "Num       RefCount Protocol Flags    Type St Inode Path\n"
	runKernel(t, UnixSockets, []kernelCase[[]UnixSocket]{
		{name: "kinds", data: head + "0000000000000000: 00000002 00000000 00010000 0001 01 21686 /run/a b.sock\n0000000000000000: 00000003 00000000 00000000 0002 03  1176\n0000000000000000: 00000002 00000000 00010000 0005 01 9 @x y\n", want: []UnixSocket{
			{Listening: true, Type: 1, State: 1, Inode: 21686, Path: "/run/a b.sock", Line: 2}, {Type: 2, State: 3, Inode: 1176, Line: 3}, {Listening: true, Type: 5, State: 1, Inode: 9, Path: "@x y", Line: 4},
		}},
		{name: "bad_row_is_left_out", data: head + "0: 1 2\n0: zz 0 0 1 1 x\n", err: "net/unix line 2"},
	})
}

func TestKernelSockets(t *testing.T) {
	runKernel(t, PacketSockets, []kernelCase[[]PacketSocket]{
		{name: "raw", data: "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n0000000000000000 3      3    0003   2     1 0      995    31337\n", want: []PacketSocket{{Type: 3, Protocol: 3, Iface: 2, UID: 995, Inode: 31337, Line: 2}}},
		{name: "short", data: "head\n0 3\n", err: "net/packet line 2"},
	})
	runKernel(t, NetlinkSockets, []kernelCase[[]NetlinkSocket]{
		{name: "generic", data: "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n00000000c516ae51 16  812        00000011 0        0        0     2        0        4711\n", want: []NetlinkSocket{{Family: 16, PortID: 812, Groups: 0x11, Inode: 4711, Line: 2}}},
		{name: "short", data: "head\n0 3\n", err: "net/netlink line 2"},
	})
	runKernel(t, IGMPGroups, []kernelCase[[]MulticastGroup]{
		{name: "v4", data: "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n4\teth0      :     1      V3\n\t\t\t\t040000E4     2 0:00000000\t\t0\n", want: []MulticastGroup{
			{Device: "lo", Address: netip.MustParseAddr("224.0.0.1"), Users: 1, Line: 3}, {Device: "eth0", Address: netip.MustParseAddr("228.0.0.4"), Users: 2, Line: 5},
		}},
		{name: "bad", data: "head\n1\tlo :\n\t\tzz 1\n", err: "net/igmp line 3"},
	})
	runKernel(t, IGMP6Groups, []kernelCase[[]MulticastGroup]{
		{name: "v6", data: "2    eth0            ff020000000000000000000000000001     1 0000000C 0\n", want: []MulticastGroup{{Device: "eth0", Address: netip.MustParseAddr("ff02::1"), Users: 1, Line: 1}}},
		{name: "bad", data: "2 eth0 ff02 1\n", err: "net/igmp6 line 1"},
	})
}

func TestNulTerminated(t *testing.T) {
	for data, want := range map[string][]string{
		"": nil, "a\x00b\x00": {"a", "b"}, "a\x00\x00": {"a", ""}, "\x00": {""}, "title without": {"title without"}, "a\x00b": {"a", "b"},
	} {
		if diff := cmp.Diff(want, NulTerminated([]byte(data))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", data, diff)
		}
	}
}

func TestAccounts(t *testing.T) {
	users := Passwd([]byte("# c\nroot:x:0:0:root:/root:/bin/bash\n+nis\nbad:x:a:0::/:\nshort:x:1\ntomcat:x:995:996:A B:/var/lib/tomcat:/usr/sbin/nologin\r\n"))
	want := []Account{{Name: "root", Gecos: "root", Home: "/root", Shell: "/bin/bash", Line: 2}, {Name: "tomcat", UID: 995, GID: 996, Gecos: "A B", Home: "/var/lib/tomcat", Shell: "/usr/sbin/nologin", Line: 6}}
	if diff := cmp.Diff(want, users); diff != "" {
		t.Errorf("Passwd (-want +got):\n%s", diff)
	}
	groups := Groups([]byte("web:x:5:a,b\nempty:x:6:\nbad:x:y:\n"))
	if diff := cmp.Diff([]AccountGroup{{Name: "web", GID: 5, Members: []string{"a", "b"}, Line: 1}, {Name: "empty", GID: 6, Line: 2}}, groups); diff != "" {
		t.Errorf("Groups (-want +got):\n%s", diff)
	}
}

func TestOSRelease(t *testing.T) {
	got := OSRelease([]byte("# c\nPRETTY_NAME=\"Debian \\\"12\\\" \\$x\"\nID=debian\nX='a b'\nBAD LINE\nV=\n=x\n"))
	if diff := cmp.Diff(map[string]string{"PRETTY_NAME": `Debian "12" $x`, "ID": "debian", "X": "a b", "V": ""}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMachineFacts(t *testing.T) {
	for list, want := range map[string]int{"0": 1, "0-3,8,10-11": 7, "0-1": 2} {
		if got, err := CPUList(list); got != want || err != nil {
			t.Errorf("CPUList(%q) = %d, %v; want %d", list, got, err, want)
		}
	}
	for _, bad := range []string{"", "a", "3-1", "0-", "0,,1", "99999999999"} {
		if n, err := CPUList(bad); err == nil {
			t.Errorf("CPUList(%q) = %d", bad, n)
		}
	}
	if total, line := MemTotal([]byte("MemFree: 1 kB\nMemTotal:       24667372 kB\n")); total != 24667372<<10 || line != 2 {
		t.Errorf("MemTotal = %d, line %d", total, line)
	}
}

func TestReadIDMap(t *testing.T) {
	runKernel(t, ReadIDMap, []kernelCase[IDMap]{
		{name: "rootless", data: "         0          5          1\n         1     700000      65536\n", want: IDMap{{0, 5, 1}, {1, 700000, 65536}}},
		{name: "whole", data: "         0          0 4294967295\n", want: IDMap{{0, 0, 4294967295}}},
		{name: "not_written_yet"},
		{name: "two_numbers", data: "0 5\n", err: "line 1"},
		{name: "no_number", data: "0 5 1\n0 x 1\n", err: "line 2"},
	})
	m := IDMap{{0, 5, 1}, {1, 700000, 65536}}
	for outside, want := range map[int][2]int{5: {0, 1}, 700000: {1, 2}, 700999: {1000, 2}, 765535: {65536, 2}, 4: {}, 6: {}, 699999: {}, 765536: {}, 0: {}, 65534: {}} {
		if id, line := m.Inside(outside); id != want[0] || line != want[1] {
			t.Errorf("Inside(%d) = %d, line %d; want %v", outside, id, line, want)
		}
	}
}

// FuzzKernel feeds all kernel files' readers: none may crash, and none may make more rows than there are lines.
func FuzzKernel(f *testing.F) {
	for _, seed := range []string{
		statLine, statusText, "1-2 r-xp 0 fe:00 7 /a (deleted)\n", "36 35 98:0 /m /m\\0402 rw - ext3 /dev/root rw\n", "0::/system.slice/x.service\n", "flags:\t02\n", "0-3,8", "MemTotal: 1 kB\n",
		"head\n   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 995 0 777\n", "head\n0: 1 0 10000 1 1 9 @x\n", "head\n1\tlo :\n\t\t010000E0 1\n", "0 5 1\n1 700000 65536\n", "2 eth0 ff020000000000000000000000000001 1\n", "a:x:1:2:::\n", "A=\"b\\\"c\"\n",
		"Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := strings.Count(string(data), "\n") + 1
		rows := map[string]int{}
		maps, _ := Maps(data)
		rows["maps"] = len(MappedFiles(maps))
		mounts, _ := Mountinfo(data)
		rows["mountinfo"] = len(mounts)
		cgroups, _ := Cgroups(data)
		rows["cgroup"] = len(cgroups)
		SystemdUnit(cgroups)
		UserUnit(cgroups)
		limits, _ := Limits(data)
		rows["limits"] = len(limits)
		ids, _ := ReadIDMap(data)
		rows["uid_map"] = len(ids)
		for _, family := range []string{"tcp", "tcp6"} {
			inet, _ := InetSockets(data, family)
			rows[family] = len(inet)
		}
		unix, _ := UnixSockets(data)
		rows["unix"] = len(unix)
		packet, _ := PacketSockets(data)
		rows["packet"] = len(packet)
		netlink, _ := NetlinkSockets(data)
		rows["netlink"] = len(netlink)
		igmp, _ := IGMPGroups(data)
		igmp6, _ := IGMP6Groups(data)
		rows["igmp"], rows["igmp6"] = len(igmp), len(igmp6)
		rows["passwd"], rows["group"] = len(Passwd(data)), len(Groups(data))
		for file, n := range rows {
			if n > lines {
				t.Errorf("%s: %d rows of %d lines", file, n, lines)
			}
		}
		_, _ = Stat(data)
		_, _ = Status(data)
		_, _ = ReadFDInfo(data)
		_, _ = CPUList(string(data))
		MemTotal(data)
		OSRelease(data)
		NulTerminated(data)
	})
}
