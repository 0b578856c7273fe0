package host

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"path"
	"strconv"
	"strings"
)

// fillProcesses adds what a fixture leaves out of proc/PID. The attributes of cmdline's line say who the process is.
func (l *loader) fillProcesses() {
	proc := l.root.kids["proc"]
	if proc == nil || proc.info.Type != Dir {
		return
	}
	for name, dir := range proc.kids {
		pid, err := strconv.Atoi(name)
		if err != nil || dir.info.Type != Dir || dir.err != nil {
			continue
		}
		dir.fillProcess(pid, l.procs[pid])
	}
	if proc.kids["self"] == nil {
		self := newFolder()
		proc.kids["self"] = self
		self.fillNamespaces()
	}
}

// fillProcess makes stat and status from the attributes, and the links that every process has.
func (n *node) fillProcess(pid int, at attrs) {
	word := func(key, otherwise string) string {
		if v := at[key]; v != "" {
			return v
		}
		return otherwise
	}
	comm := word("comm", n.commFromExe())
	uid, gid := word("uid", "0"), word("gid", "0")
	n.fill("stat", fmt.Sprintf("%d (%s) %s %s %d %d 0 -1 4194304 0 0 0 0 100 50 0 0 20 0 %s 0 %s 1000000 2500 %d 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n",
		pid, comm, word("state", "S"), word("ppid", "1"), pid, pid, word("threads", "1"), word("start", strconv.Itoa(1000+pid)), uint64(1<<63)))
	n.fill("status", fmt.Sprintf("Name:\t%s\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t%d\nPid:\t%d\nPPid:\t%s\nUid:\t%[5]s\t%[5]s\t%[5]s\t%[5]s\nGid:\t%[6]s\t%[6]s\t%[6]s\t%[6]s\nGroups:\t \nNSpid:\t%[2]d\nVmHWM:\t   12000 kB\nVmRSS:\t   10000 kB\nVmSwap:\t       0 kB\nThreads:\t%[7]s\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t0\n",
		comm, pid, pid, word("ppid", "1"), uid, gid, word("threads", "1")))
	n.fill("environ", "")
	n.fill("maps", "")
	n.fill("cgroup", "0::/\n")
	if n.kids["fd"] == nil {
		n.kids["fd"] = newFolder()
	}
	n.fillLink("cwd", "/")
	n.fillLink("root", "/")
	n.fillNamespaces()
}

// commFromExe is the file name as the kernel keeps it: 15 bytes (PR_SET_NAME in prctl(2)); without exe that of the first argument.
func (n *node) commFromExe() string {
	program := ""
	if exe := n.kids["exe"]; exe != nil {
		program = strings.TrimSuffix(exe.target, deletedMark)
	}
	if program == "" && n.kids["cmdline"] != nil {
		first, _, _ := bytes.Cut(n.kids["cmdline"].data, []byte{0})
		program = string(first)
	}
	name := path.Base(program)
	return name[:min(15, len(name))]
}

func (n *node) fillNamespaces() {
	ns := n.kids["ns"]
	if ns == nil {
		ns = newFolder()
		n.kids["ns"] = ns
	}
	if ns.info.Type != Dir { // "proc/412/ns err=EACCES"
		return
	}
	for i, kind := range []string{"net", "mnt", "pid", "ipc", "user", "uts", "cgroup"} {
		ns.fillLink(kind, fmt.Sprintf("%s:[%d]", kind, 4026531832+i))
	}
}

func (n *node) fill(name, data string) {
	if n.kids[name] == nil {
		n.kids[name] = &node{info: Info{Type: Regular, Mode: 0o444, Nlink: 1}, data: []byte(data)}
	}
}

func (n *node) fillLink(name, target string) {
	if n.kids[name] == nil {
		n.kids[name] = &node{info: Info{Type: Symlink, Mode: 0o777, Nlink: 1}, target: target}
	}
}

// shortTable writes lines such as "127.0.0.1:8080 LISTEN 777" or "127.0.0.1:8080 10.0.0.1:443 ESTABLISHED 778" as the kernel's table
// (proc_pid_net(5)); a table that is the kernel's already is left alone.
func shortTable(data, family string) ([]byte, error) {
	if strings.Contains(data, "local_address") {
		return []byte(data), nil
	}
	var out bytes.Buffer
	out.WriteString("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n")
	i := 0
	for line := range strings.Lines(data) {
		f := strings.Fields(line)
		if len(f) == 3 {
			f = []string{f[0], "", f[1], f[2]}
		}
		if len(f) != 4 {
			return nil, fmt.Errorf("%q: write LOCAL [REMOTE] STATE INODE", line)
		}
		local, err := kernelAddr(f[0], family)
		if err != nil {
			return nil, err
		}
		remote := strings.Repeat("0", strings.IndexByte(local, ':')) + ":0000"
		if f[1] != "" {
			if remote, err = kernelAddr(f[1], family); err != nil {
				return nil, err
			}
		}
		states := map[string]int{"ESTABLISHED": 1, "TIME_WAIT": 6, "CLOSE": 7, "CLOSE_WAIT": 8, "LISTEN": 10}
		if states[f[2]] == 0 {
			return nil, fmt.Errorf("%q is no state", f[2])
		}
		fmt.Fprintf(&out, "%4d: %s %s %02X 00000000:00000000 00:00000000 00000000     0        0 %s 1 0000000000000000 100 0 0 10 0\n", i, local, remote, states[f[2]], f[3])
		i++
	}
	return out.Bytes(), nil
}

// kernelAddr writes an address as 32-bit words in the machine's byte order, in hex.
func kernelAddr(s, family string) (string, error) {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return "", err
	}
	raw := a.Addr().AsSlice()
	if v := a.Addr().As16(); strings.HasSuffix(family, "6") {
		raw = v[:]
	}
	var b strings.Builder
	for ; len(raw) >= 4; raw = raw[4:] {
		fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(raw))
	}
	return fmt.Sprintf("%s:%04X", &b, a.Port()), nil
}
