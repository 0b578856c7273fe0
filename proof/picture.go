package proof

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// picture is what a host looks like: a fact by its name ("file /etc/passwd", "mount 31", "sysctl kernel.panic").
type picture map[string]string

// camera takes pictures of the host.
type camera struct {
	hashed []string // folders whose files are compared by content
	listed []string // folders whose files are compared by inode, size, times of content and of status: who writes changes these
	except []string // path prefixes that are left out, each named by the proof
}

// take looks at names in /, files, mounts, kernel settings, firewall, namespaces, cgroups, sockets and processes.
func (c camera) take(t *testing.T) picture {
	t.Helper()
	p := picture{}
	names, err := os.ReadDir("/")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		p["name /"+n.Name()] = n.Type().String()
	}
	for _, dir := range c.listed {
		c.files(t, p, dir, false)
	}
	for _, dir := range c.hashed { // the last, since one may lie below one of those
		c.files(t, p, dir, true)
	}
	p.mounts(t)
	p.sysctls(t)
	p.firewall(t)
	p.cgroups(t)
	p.processes(t)
	p.sockets(t)
	return p
}

// files notes what lies below dir: type, mode, owner, size, times, and the content's hash.
func (c camera) files(t *testing.T, p picture, dir string, hash bool) {
	t.Helper()
	var hashing []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no such folder here, or gone meanwhile: then the pictures differ
		}
		if err != nil {
			return err
		}
		if c.left(path) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := os.Lstat(path)
		if err != nil {
			return nil //nolint:nilerr // gone meanwhile
		}
		p["file "+path] = describe(info)
		if hash && info.Mode().IsRegular() && info.Size() > 0 {
			hashing = append(hashing, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, sum := range hashes(hashing) {
		p["file "+path] += " sha256 " + sum
	}
}

// hashes reads the files on two threads.
func hashes(paths []string) map[string]string {
	sums := make(map[string]string, len(paths))
	var mu sync.Mutex
	var workers sync.WaitGroup
	half := len(paths) / 2
	for _, part := range [][]string{paths[:half], paths[half:]} {
		workers.Go(func() {
			for _, path := range part {
				sum := content(path)
				mu.Lock()
				sums[path] = sum
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return sums
}

// content is the hash of a file, or why it cannot be read.
func content(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// left reports whether the path is one of the named exceptions, or below one. A pattern may hold * for a part of a name.
func (c camera) left(path string) bool {
	return slices.ContainsFunc(c.except, func(e string) bool {
		if strings.HasPrefix(path, e+"/") {
			return true
		}
		match, _ := filepath.Match(e, path)
		return match
	})
}

func describe(info fs.FileInfo) string {
	s := info.Sys().(*syscall.Stat_t) //nolint:forcetypeassert // Linux only
	size := s.Size
	if info.IsDir() {
		size = 0 // of a folder it tells the file system's blocks
	}
	return fmt.Sprintf("%v %d:%d inode %d size %d written %d changed %d", info.Mode(), s.Uid, s.Gid, s.Ino, size, s.Mtim.Nano(), s.Ctim.Nano())
}

func (p picture) mounts(t *testing.T) {
	t.Helper()
	for n, line := range lines(t, "/proc/self/mountinfo") {
		p[fmt.Sprintf("mount %d", n)] = line
	}
}

// sysctls notes the kernel's settings; those that count or draw lots by themselves say nothing.
func (p picture) sysctls(t *testing.T) {
	t.Helper()
	moving := []string{"kernel/random", "kernel/ns_last_pid", "fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state", "kernel/pty/nr", "fs/aio-nr", "fs/quota/syncs", "net/netfilter/nf_conntrack_count", "kernel/perf_event_max_sample_rate"}
	err := filepath.WalkDir("/proc/sys", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // some folders there show nothing to anybody
		}
		name := strings.TrimPrefix(path, "/proc/sys/")
		if slices.ContainsFunc(moving, func(m string) bool { return strings.HasPrefix(name, m) }) {
			return nil
		}
		if b, err := os.ReadFile(path); err == nil {
			p["sysctl "+name] = strings.TrimSpace(string(b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// firewall notes the rules of both iptables, without the counters. A machine without iptables has none of its own.
func (p picture) firewall(t *testing.T) {
	t.Helper()
	for _, name := range []string{"iptables-save", "ip6tables-save"} {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.CommandContext(t.Context(), program).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n := 0
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, ":") {
				p[fmt.Sprintf("%s %d", name, n)] = strings.TrimSpace(line)
				n++
			}
		}
	}
}

func (p picture) cgroups(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && !strings.Contains(path, "/a2c-engine-") { // the parent of the engine's containers stays while it runs
			p["cgroup "+path] = "there"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// processes notes each process with its start time, and the namespaces that processes are in. Kernel threads (children of process 2) come
// and go as the kernel likes.
func (p picture) processes(t *testing.T) {
	t.Helper()
	for pid := range processes(t) {
		stat, err := readStat(pid)
		if err != nil || stat.parent == 2 || pid == 2 {
			continue
		}
		p[fmt.Sprintf("process %d started %d", pid, stat.start)] = stat.comm
		for _, kind := range []string{"mnt", "pid", "net", "ipc", "uts", "user", "cgroup"} {
			if link, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind)); err == nil {
				p["namespace "+link] = "there"
			}
		}
	}
}

// sockets notes what listens, by address.
func (p picture) sockets(t *testing.T) {
	t.Helper()
	const listening = "0A" // TCP_LISTEN, include/net/tcp_states.h
	for _, file := range []string{"tcp", "tcp6", "udp", "udp6"} {
		for n, line := range lines(t, "/proc/self/net/"+file) {
			field := strings.Fields(line)
			if n == 0 || len(field) < 10 || strings.HasPrefix(file, "tcp") && field[3] != listening {
				continue
			}
			p["socket "+file+" "+field[1]] = "inode " + field[9]
		}
	}
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no IPv6
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	s := bufio.NewScanner(f)
	for s.Scan() {
		all = append(all, s.Text())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// differences lists what two pictures do not have in common, for people.
func differences(before, after picture) []string {
	var all []string
	for name, was := range before {
		is, there := after[name]
		switch {
		case !there:
			all = append(all, "gone: "+name+": "+was)
		case is != was:
			all = append(all, "changed: "+name+":\n    was "+was+"\n    is  "+is)
		}
	}
	for name, is := range after {
		if _, was := before[name]; !was {
			all = append(all, "new: "+name+": "+is)
		}
	}
	slices.Sort(all)
	return all
}
