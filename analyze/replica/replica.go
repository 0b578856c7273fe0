// Package replica finds out whether two copies of an application may run at the same time.
package replica

import (
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Find looks at what is kept on disk, at locks that are held, at schedulers and at sessions. paths are the files of the image.
func Find(s *subject.Subject, c *config.Config, dirs []model.StateDir, paths iter.Seq[string]) model.Replicas {
	f := &finder{s: s, c: c, libraries: map[string]string{}}
	f.files(paths)
	f.state(dirs)
	f.locks()
	f.timers()
	f.quartz()
	f.hangfire()
	f.sessions()
	return f.answer()
}

type finder struct {
	s       *subject.Subject
	c       *config.Config
	reasons []model.ReplicaReason
	// libraries are the first files of the image that have the names in known.
	libraries  map[string]string
	assemblies []string // of Hangfire, in the image
	depsFiles  []string // deps.json of .NET, in the image
	quartzOwn  []named  // of quartz.properties
}

// named is a setting.
type named struct {
	key, value string
	from       model.Source
}

func (f *finder) because(answer, what string, from ...model.Source) {
	r := model.ReplicaReason{What: what, Answer: answer}
	for _, field := range []string{"what", "answer"} {
		r.Evidence.Add(field, from...)
	}
	f.reasons = append(f.reasons, r)
}

// answer is the strictest of all.
func (f *finder) answer() model.Replicas {
	r := model.Replicas{Answer: model.ReplicasYes, Reasons: f.reasons}
	switch {
	case f.has(model.ReplicasNo):
		r.Answer = model.ReplicasNo
	case f.has(model.ReplicasUnknown):
		r.Answer = model.ReplicasUnknown
	case len(f.reasons) == 0:
		f.because(model.ReplicasYes, "nothing is kept on disk, no file is locked, no scheduler and no session in memory was seen; timers that the program's own code starts cannot be seen",
			model.Derived("state, /proc/locks, files, settings"))
		r.Reasons = f.reasons
	}
	for _, field := range []string{"answer", "reasons"} {
		r.Evidence.Add(field, model.Derived("the strictest of the reasons"))
	}
	return r
}

func (f *finder) has(answer string) bool {
	return slices.ContainsFunc(f.reasons, func(r model.ReplicaReason) bool { return r.Answer == answer })
}

func (f *finder) state(dirs []model.StateDir) {
	for _, d := range dirs {
		from := d.Evidence["path"]
		if e := d.Evidence["engines"]; len(e) > 0 {
			from = e
		}
		engines := strings.Join(d.Engines, ", ")
		switch d.Kind {
		case "lock":
		case "database", "queue", "index":
			if engines == "" {
				engines = d.Kind
			}
			f.because(model.ReplicasNo, fmt.Sprintf("%s in %s takes one process at a time", engines, d.Path), from...)
		case "session":
			f.because(model.ReplicasUnknown, fmt.Sprintf("sessions or their keys are kept in %s: copies have to share it", d.Path), from...)
		default:
			f.because(model.ReplicasUnknown, fmt.Sprintf("it writes to %s: whether two may do so at once cannot be told", d.Path), from...)
		}
	}
}

// maxLockFile bounds /proc/locks.
const maxLockFile = 16 << 20

// locks finds files that the application's processes hold a lock for writing on. A copy on another machine does not see such a lock on most file systems
// of the network, and waits for it, or fails, where it does.
func (f *finder) locks() {
	const name = "/proc/locks"
	data, err := host.ReadFile(f.s.Host.Tree, name, maxLockFile)
	if err != nil {
		f.s.Skip(model.Skip{What: "locks on files", Path: name, Reason: host.Reason(err), Incomplete: !host.Vanished(err)})
		return
	}
	held := map[string]model.Source{}
	for _, l := range parse.FileLocks(data) {
		if !l.Write {
			continue
		}
		for _, p := range f.s.Procs {
			if file := locked(p, l); file != "" && !ephemeral(file) {
				held[file] = model.FromFile(name, l.Line)
			}
		}
	}
	for _, file := range slices.Sorted(maps.Keys(held)) {
		f.because(model.ReplicasNo, fmt.Sprintf("it holds a lock on %s: a copy would wait for it or fail", model.Path(file)), held[file])
	}
}

// locked is the name of the file that a process holds this lock on; "" when it is not its own.
func locked(p *subject.Proc, l parse.FileLock) string {
	if l.PID != p.PID && l.PID > 0 {
		return ""
	}
	for _, d := range p.FDs {
		if d.Name == "" || !d.Writes() {
			continue
		}
		info, err := d.Stat()
		if err == nil && info.Ino == l.Inode && unix.Major(info.Dev) == l.Major && unix.Minor(info.Dev) == l.Minor {
			return d.Name
		}
	}
	return ""
}

// ephemeral reports whether a file lies where each container has its own folder.
func ephemeral(file string) bool {
	for _, d := range []string{"/tmp", "/var/tmp", "/run", "/var/run", "/dev/shm"} {
		if subject.Under(file, d) {
			return true
		}
	}
	return false
}

// quartz finds Quartz, which runs a job on each copy unless its jobs lie in a database and it is told that it is one of several.
func (f *finder) quartz() {
	jar := f.libraries["quartz-*.jar"]
	store, storeFrom := f.setting("org.quartz.jobStore.class", "spring.quartz.properties.org.quartz.jobStore.class")
	kind, kindFrom := f.setting("spring.quartz.job-store-type")
	clustered, clusteredFrom := f.setting("org.quartz.jobStore.isClustered", "spring.quartz.properties.org.quartz.jobStore.isClustered")
	switch {
	case clustered == "true":
		f.because(model.ReplicasYes, "Quartz is told that it is one of several (isClustered)", clusteredFrom)
	case strings.HasSuffix(store, "RAMJobStore"):
		f.because(model.ReplicasNo, "Quartz keeps its jobs in memory (RAMJobStore): each copy would run them", storeFrom)
	case kind == "memory":
		f.because(model.ReplicasNo, "Quartz keeps its jobs in memory: each copy would run them", kindFrom)
	case store != "":
		f.because(model.ReplicasNo, "Quartz keeps its jobs in a database, but is not told that it is one of several: set org.quartz.jobStore.isClustered", storeFrom)
	case jar != "":
		f.because(model.ReplicasUnknown, "the scheduler Quartz is among its libraries; whether it runs jobs was not seen", model.FromFile(model.Path(jar), 0))
	}
}

// sessions tells where a servlet container keeps them.
func (f *finder) sessions() {
	store, from := f.setting("spring.session.store-type")
	if store != "" && store != "none" {
		f.because(model.ReplicasYes, "sessions are kept outside (spring.session.store-type)", from)
		return
	}
	if jar := f.libraries["spring-session-*.jar"]; jar != "" {
		f.because(model.ReplicasUnknown, "Spring Session is among its libraries; where it keeps sessions was not seen", model.FromFile(model.Path(jar), 0))
		return
	}
	for _, v := range f.c.Settings {
		if strings.Contains(v.Key, "Cluster@className") || strings.HasSuffix(v.Key, "Manager@className") && strings.Contains(v.Value, "Redis") {
			f.because(model.ReplicasYes, "sessions are shared: "+v.Key, v.Source)
			return
		}
	}
	if len(f.c.WebApps) > 0 {
		f.because(model.ReplicasUnknown, model.SessionsInMemory+": two copies take sticky sessions at the load balancer, and a copy that ends takes its own along",
			model.FromFile(model.Path(f.c.WebApps[0].Path), 0))
	}
}

// setting is the last value of the first of these keys that is set, written in any of Spring's ways.
func (f *finder) setting(keys ...string) (string, model.Source) {
	for _, key := range keys {
		for _, v := range slices.Backward(f.c.Settings) {
			if relaxed(v.Key) == relaxed(key) {
				return f.c.Expand(v.Value), v.Source
			}
		}
		for _, v := range f.quartzOwn {
			if v.key == key {
				return v.value, v.from
			}
		}
	}
	return "", ""
}

func relaxed(key string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(key))
}

// files goes once through the files of an image, of which there may be a million.
func (f *finder) files(paths iter.Seq[string]) {
	known := hangfirePackages()
	for p := range paths {
		switch path.Ext(p) {
		case ".jar":
			f.library(p)
		case ".dll":
			if known[strings.TrimSuffix(path.Base(p), ".dll")] != "" {
				f.assemblies = append(f.assemblies, p)
			}
		case ".json":
			if strings.HasSuffix(p, ".deps.json") {
				f.depsFiles = append(f.depsFiles, p)
			}
		}
	}
}

// library notes a file that tells something, the first of each kind.
func (f *finder) library(file string) {
	for _, name := range []string{"quartz-*.jar", "spring-session-*.jar"} {
		if ok, _ := path.Match(name, path.Base(file)); ok && f.libraries[name] == "" { // the patterns are good ones
			f.libraries[name] = file
		}
	}
}
