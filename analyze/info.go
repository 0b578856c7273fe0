package analyze

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"a2c/analyze/config"
	"a2c/analyze/files"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// builder puts the document together.
type builder struct {
	s   *subject.Subject
	c   *config.Config
	set *files.Set
	now func() time.Time
}

func (b *builder) analysis(old *model.ContainerParameters, logs []model.LogFile) model.Analysis {
	return model.Analysis{
		A2CTemplateVersion:  "1.0",
		CreatedTime:         b.now().UTC().Format(time.RFC3339),
		ContainerParameters: b.parameters(old, logs),
		AnalysisInfo:        b.info(),
	}
}

func (b *builder) info() model.AnalysisInfo {
	s := b.s
	app := s.App
	i := model.AnalysisInfo{
		Comment:         "*** READ ONLY: what a2c found. Changes here are lost. ***",
		AppID:           s.ID,
		ProcessID:       s.Main.PID,
		UserID:          s.Main.Status.UID[effective],
		GroupID:         s.Main.Status.GID[effective],
		ProcUID:         ids(s.Main.Status.UID),
		ProcGID:         ids(s.Main.Status.GID),
		Cmdline:         parse.RedactArgs(s.Main.Args()),
		WebApp:          app.WebApp,
		ApplicationType: app.ApplicationType,
		Env:             map[string]string{},
		Cwd:             model.Path(s.Main.Cwd),
		Exe:             model.Path(s.Main.Exe),
		FileDescriptors: b.openPaths(),
		Umask:           s.Main.Status.Umask,
		App:             app,
		Properties:      b.properties(),
		AdvancedAppInfo: b.advanced(),
		Ports:           []model.Port{},
	}
	for _, v := range slices.Backward(s.Main.Env) {
		if _, odd := unfit(s, v); !odd {
			i.Env[v.Name] = parse.RedactValue(v.Name, v.Value) // the first of equal names counts
		}
	}
	i.EnvKept, i.EnvDropped = environment(s, b.c)
	for _, l := range app.Listeners {
		i.Ports = append(i.Ports, model.Port{LocalPort: l.Port, Protocol: l.Family})
	}
	b.children(&i)
	b.names(&i)
	b.system(&i)
	return i
}

// children names the programs that run as its child processes.
func (b *builder) children(i *model.AnalysisInfo) {
	kids := b.s.Host.ChildrenOf(b.s.Main.PID)
	for _, p := range b.s.Procs {
		if p.Exe != "" && slices.ContainsFunc(kids, func(kid *host.Process) bool { return kid.PID == p.PID }) {
			i.Children = append(i.Children, model.Path(p.Exe))
			i.Evidence.Add("children", model.FromProc(p.PID, "stat"), model.FromProc(p.PID, "exe"))
		}
	}
	slices.Sort(i.Children)
	i.Children = slices.Compact(i.Children)
}

const effective = 1 // of the four IDs in /proc/PID/status

func ids(v [4]int) model.ProcIDs { return model.ProcIDs{Real: v[0], Eff: v[1], Save: v[2], FS: v[3]} }

// openPaths lists the files that are open or mapped, as App2Container does.
func (b *builder) openPaths() []model.Path {
	var out []model.Path
	for _, p := range b.s.Procs {
		for _, f := range p.FDs {
			if f.Name != "" {
				out = append(out, model.Path(f.Name))
			}
		}
		for _, m := range p.Maps {
			if !m.Deleted {
				out = append(out, model.Path(m.Path))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// properties are the -D options, redacted, with classpath and jdkVersion as App2Container adds them.
func (b *builder) properties() map[string]string {
	out := map[string]string{}
	if b.c.Java == nil {
		return out
	}
	for _, p := range b.c.Java.Properties {
		out[p.Name] = parse.RedactValue(p.Name, p.Value)
	}
	if v := b.c.Java.ClassPath.Value; v != "" {
		out["classpath"] = v
	}
	if v := b.s.App.Runtime.Version; v != "" {
		out["jdkVersion"] = v
	}
	return out
}

func (b *builder) advanced() model.AdvancedAppInfo {
	a := model.AdvancedAppInfo{Directories: map[string]model.Path{}, Distro: b.s.App.ApplicationType}
	for name, p := range b.c.Dirs {
		a.Directories[name] = model.Path(p)
	}
	a.Flavor, a.Version = b.s.App.Platform.Name, b.s.App.Platform.Version
	if b.s.Java() {
		a.JDKVersion = b.s.App.Runtime.Version
	} else {
		a.DotnetVersion = b.s.App.Runtime.Version
	}
	return a
}

// names are those of the process's own users and groups and of the owners of its files.
func (b *builder) names(i *model.AnalysisInfo) {
	i.UserNames, i.GroupNames = map[string]string{}, map[string]string{}
	accounts, err := b.s.Main.Accounts()
	if err != nil {
		b.s.Skip(model.Skip{What: "users and groups", Path: "/etc/passwd", Reason: host.Reason(err), Incomplete: true})
		return
	}
	uids, gids := b.set.Owners()
	uids = append(uids, b.s.Main.Status.UID[:]...)
	gids = append(append(gids, b.s.Main.Status.GID[:]...), b.s.Main.Status.Groups...)
	for _, id := range uids {
		if u, ok := accounts.Users[id]; ok {
			i.UserNames[strconv.Itoa(id)] = u.Name
		}
	}
	for _, id := range gids {
		if g, ok := accounts.Groups[id]; ok {
			i.GroupNames[strconv.Itoa(id)] = g.Name
		}
	}
}

func (b *builder) system(i *model.AnalysisInfo) {
	values, from, err := host.OSRelease(b.s.Root)
	if err != nil {
		b.s.Skip(model.Skip{What: "os-release", Path: model.Path(from), Reason: host.Reason(err)})
		i.OSData = map[string]string{}
		return
	}
	i.OSData, i.OSName = values, values["ID"]
	i.Evidence.Add("osData", model.FromFile(model.Path(from), 0))
	i.Evidence.Add("osName", model.FromFile(model.Path(from), 0))
}

// evidence fills in where the fields came from that are the same for every kind.
func (b *builder) evidence(i *model.AnalysisInfo) {
	pid := b.s.Main.PID
	status := func(key string) model.Source {
		return model.FromProc(pid, "status:"+strconv.Itoa(b.s.Main.Status.Lines[key]))
	}
	add := func(from model.Source, fields ...string) {
		for _, f := range fields {
			i.Evidence.Add(f, from)
		}
	}
	add(model.Derived("inventory.json"), "_comment2", "appId", "processId", "webApp", "applicationType", "ports", "application")
	add(status("Uid"), "userId", "procUID")
	add(status("Gid"), "groupId", "procGID")
	add(status("Umask"), "umask")
	add("/etc/passwd", "userNames")
	add("/etc/group", "groupNames")
	add(model.FromProc(pid, "cmdline"), "cmdline", "Properties")
	add(model.FromProc(pid, "environ"), "env", "envKept", "envDropped")
	add(model.FromProc(pid, "cwd"), "cwd")
	add(model.FromProc(pid, "exe"), "exe")
	add(model.FromProc(pid, "fd"), "fileDescriptors")
	add(model.FromProc(pid, "maps"), "fileDescriptors")
	add(model.Derived("files.jsonl"), "files", "doubts", "libraries")
	for name := range b.c.Dirs {
		i.Evidence.Add("AdvancedAppInfo", b.c.Evidence[name])
	}
	add(model.Derived("inventory.json"), "AdvancedAppInfo")
	slices.Sort(i.Evidence["AdvancedAppInfo"])
}

// mergeSkips joins lists, without repetition, in a stable order.
func mergeSkips(lists ...[]model.Skip) []model.Skip {
	type about struct {
		what   string
		path   model.Path
		reason string
	}
	var out []model.Skip
	seen := map[about][]int{} // where in out: of a million files there may be as many
	for _, list := range lists {
		for _, k := range list {
			key := about{k.What, k.Path, k.Reason}
			if !slices.ContainsFunc(seen[key], func(i int) bool { return k.Equal(out[i]) }) {
				seen[key] = append(seen[key], len(out))
				out = append(out, k)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b model.Skip) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// parameters are the proposal that the user may edit; what he added or left out before stays.
func (b *builder) parameters(old *model.ContainerParameters, logs []model.LogFile) model.ContainerParameters {
	p := model.ContainerParameters{
		Comment:          "*** EDITABLE: change what you like; the next analyze keeps your changes. ***",
		ImageRepository:  b.s.ID,
		ImageTag:         "latest",
		AppExcludedFiles: []model.Path{},
		AppSpecificFiles: []model.Path{},
		ApplicationPort:  mainPort(b.s.App.Listeners),
		LogLocations:     []model.Path{},
		Dependencies:     []string{},
		Environment:      []model.NameValue{},
	}
	for _, l := range logs {
		dir := model.Path(path.Dir(string(l.Path)))
		if !slices.Contains(p.LogLocations, dir) {
			p.LogLocations = append(p.LogLocations, dir)
		}
	}
	if old != nil {
		p.AppExcludedFiles = append(p.AppExcludedFiles, old.AppExcludedFiles...)
		p.AppSpecificFiles = append(p.AppSpecificFiles, old.AppSpecificFiles...)
		p.RuntimeFiles = old.RuntimeFiles
	}
	return p
}

// mainPort is the listener that clients use: http before https before what is not known; never a shutdown, management or debug port.
func mainPort(list []model.Listener) int {
	rank := map[string]int{"http": 1, "https": 2, "": 3, "grpc": 4, "ajp": 5}
	best, port := 99, 0
	for _, l := range list {
		r := rank[strings.ToLower(l.Purpose)]
		if r > 0 && l.Protocol == "tcp" && r < best && !l.Ephemeral {
			best, port = r, l.Port
		}
	}
	return port
}
