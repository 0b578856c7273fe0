// Package cgroup limits what processes take by a control group of their own, in version 2, version 1 or both side by side (cgroups(7)).
package cgroup

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"a2c/model"
	"a2c/parse"
)

// Limits of a group. What is 0 is not limited.
type Limits struct {
	MemoryBytes int64 // no swap beside
	PIDs        int64
	CPUs        float64
}

// Group is one group, a folder in each hierarchy that has one of its controllers.
type Group struct {
	unified string            // its folder in version 2
	dirs    map[string]string // controller of version 1 to its folder there
}

// New makes the group at the top of each hierarchy, beside those of services and sessions, and gives way to all of them. What this machine does not let it limit is
// skipped.
func New(name string, l Limits) (*Group, []model.Skip) {
	g := &Group{dirs: map[string]string{}}
	tops, err := hierarchies()
	if err != nil {
		return g, []model.Skip{{What: "limits of the twin", Reason: err.Error()}}
	}
	var skips []model.Skip
	for _, c := range []struct {
		controller, what string
		set              func(dir string, unified bool) error
	}{
		{"memory", "memory limit of the twin", l.memory},
		{"pids", "limit of the twin's processes", l.pids},
		{"cpu", "processor limit of the twin", l.cpu},
	} {
		if err := g.add(tops, name, c.controller, c.set); err != nil {
			skips = append(skips, model.Skip{What: c.what, Reason: err.Error(), Remedy: "run a2c as root outside of containers"})
		}
	}
	return g, skips
}

// tops are the folders at the top of the hierarchies.
type tops struct {
	unified string
	first   map[string]string // controller of version 1
}

func hierarchies() (tops, error) {
	t := tops{first: map[string]string{}}
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return t, err
	}
	mounts, err := parse.Mountinfo(data)
	if err != nil {
		return t, err
	}
	for _, m := range mounts {
		switch m.FSType {
		case "cgroup2":
			t.unified = cmp.Or(t.unified, m.Point)
		case "cgroup":
			for _, c := range m.SuperOptions {
				t.first[c] = cmp.Or(t.first[c], m.Point)
			}
		}
	}
	return t, nil
}

// add makes the group in the hierarchy of a controller, and sets its limit.
func (g *Group) add(t tops, name, controller string, set func(dir string, unified bool) error) error {
	if top, ok := t.first[controller]; ok {
		dir := filepath.Join(top, name)
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) { // one hierarchy of several controllers
			return err
		}
		g.dirs[controller] = dir
		return set(dir, false)
	}
	if t.unified == "" {
		return fmt.Errorf("no cgroup hierarchy with the controller %q is mounted", controller)
	}
	enabled, err := os.ReadFile(filepath.Join(t.unified, "cgroup.subtree_control"))
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Fields(string(enabled)), controller) {
		return fmt.Errorf("the cgroup controller %q is not enabled on this machine", controller)
	}
	dir := filepath.Join(t.unified, name)
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	g.unified = dir
	return set(dir, true)
}

func write(dir, file, value string) error {
	return os.WriteFile(filepath.Join(dir, file), []byte(value), 0)
}

func (l Limits) memory(dir string, unified bool) error {
	limit := strconv.FormatInt(l.MemoryBytes, 10)
	switch {
	case l.MemoryBytes == 0:
		return nil
	case unified:
		return errors.Join(write(dir, "memory.max", limit), without(write(dir, "memory.swap.max", "0")))
	}
	if err := write(dir, "memory.limit_in_bytes", limit); err != nil {
		return err
	}
	return without(write(dir, "memory.memsw.limit_in_bytes", limit))
}

// without passes over a file that this kernel does not have.
func without(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) { // cgroupfs makes none
		return nil
	}
	return err
}

func (l Limits) pids(dir string, _ bool) error {
	if l.PIDs == 0 {
		return nil
	}
	return write(dir, "pids.max", strconv.FormatInt(l.PIDs, 10))
}

// cpu sets the limit, and a quarter of the usual share.
func (l Limits) cpu(dir string, unified bool) error {
	const period = 100000 // microseconds
	quota := strconv.Itoa(int(l.CPUs * period))
	if unified {
		if l.CPUs == 0 {
			quota = "max"
		}
		return errors.Join(write(dir, "cpu.weight", "10"), write(dir, "cpu.max", quota+" "+strconv.Itoa(period)))
	}
	if err := write(dir, "cpu.shares", "256"); err != nil || l.CPUs == 0 {
		return err
	}
	return errors.Join(write(dir, "cpu.cfs_period_us", strconv.Itoa(period)), write(dir, "cpu.cfs_quota_us", quota))
}

// folders are the group's, each once.
func (g *Group) folders() []string {
	var list []string
	for _, dir := range g.dirs {
		list = append(list, dir)
	}
	if g.unified != "" {
		list = append(list, g.unified)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Add puts a process into the group, with what it starts from then on.
func (g *Group) Add(pid int) error {
	for _, dir := range g.folders() {
		if err := write(dir, "cgroup.procs", strconv.Itoa(pid)); err != nil {
			return fmt.Errorf("put the twin into its cgroup: %w", err)
		}
	}
	return nil
}

// Memory is the most bytes that the group was charged at a time, where the kernel counts that, else what it is charged now; 0: nobody counts.
func (g *Group) Memory() (int64, error) {
	dir, files := g.memory()
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	}
	return 0, nil
}

// MemoryNow is what the group is charged now, without files that the kernel could drop at once; 0: nobody counts.
func (g *Group) MemoryNow() (int64, error) {
	dir, file, idle := g.unified, "memory.current", "inactive_file "
	if first, ok := g.dirs["memory"]; ok {
		dir, file, idle = first, "memory.usage_in_bytes", "total_inactive_file "
	}
	text, err := os.ReadFile(filepath.Join(dir, file))
	if dir == "" || errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	all, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, err
	}
	stat, err := os.ReadFile(filepath.Join(dir, "memory.stat"))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(stat) {
		if n, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(idle)); ok {
			cached, err := strconv.ParseInt(string(n), 10, 64)
			return max(all-cached, 0), err
		}
	}
	return all, nil
}

func (g *Group) memory() (dir string, files []string) {
	if dir, ok := g.dirs["memory"]; ok {
		return dir, []string{"memory.max_usage_in_bytes"}
	}
	if g.unified == "" {
		return "", nil
	}
	return g.unified, []string{"memory.peak", "memory.current"}
}

// OutOfMemory reports whether the kernel killed a process of the group for its memory limit.
func (g *Group) OutOfMemory() bool {
	file := filepath.Join(g.unified, "memory.events")
	if dir, ok := g.dirs["memory"]; ok {
		file = filepath.Join(dir, "memory.oom_control")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(text) {
		if n, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("oom_kill ")); ok {
			return string(n) != "0"
		}
	}
	return false
}

// Remove kills what is left in the group and takes it away.
func (g *Group) Remove() error {
	var errs []error
	for _, dir := range g.folders() {
		errs = append(errs, remove(dir))
	}
	return errors.Join(errs...)
}

// The kernel lets go of processes that were killed within leaves times the pause.
const (
	leaves = 500
	pause  = 20 * time.Millisecond
)

func remove(dir string) (err error) {
	for range leaves {
		if err = unix.Rmdir(dir); err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		if err := kill(dir); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return fmt.Errorf("remove cgroup %s: %w", dir, err)
}

// kill ends the processes of a group.
func kill(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for word := range strings.FieldsSeq(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		if err := unix.Kill(pid, unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("end process %d of cgroup %s: %w", pid, dir, err)
		}
	}
	return nil
}

// Clear removes the groups at the top whose name is prefix and something that which wants.
func Clear(prefix string, which func(rest string) bool) error {
	t, err := hierarchies()
	if err != nil {
		return err
	}
	points := []string{}
	if t.unified != "" {
		points = append(points, t.unified)
	}
	for _, c := range []string{"memory", "pids", "cpu"} {
		if top, ok := t.first[c]; ok {
			points = append(points, top)
		}
	}
	var errs []error
	for _, top := range points {
		entries, err := os.ReadDir(top)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, e := range entries {
			if rest, ok := strings.CutPrefix(e.Name(), prefix); ok && e.IsDir() && which(rest) {
				errs = append(errs, remove(filepath.Join(top, e.Name())))
			}
		}
	}
	return errors.Join(errs...)
}
