package host

import (
	"path"
	"strconv"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// Container says which container the process runs in, nil when it is part of the machine's own system. The names of its control groups tell, else
// that it has a root folder, mounts and process numbers of its own: of these one alone is no container (ip-netns(8), chroot(2), PrivateTmp=).
// What a2c counts as the machine is what PID 1 is in: inside of a container the applications beside a2c are no containers'.
func (p *Process) Container() (*model.Container, error) {
	list, err := p.Cgroups()
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		engine, id := parse.CgroupContainer(c.Path)
		if engine == "" || p.host.within(id) {
			continue
		}
		m := &model.Container{Engine: engine, ID: id}
		from := model.FromProc(p.PID, "cgroup:"+strconv.Itoa(c.Line))
		m.Evidence.Add("engine", from)
		m.Evidence.Add("id", from)
		p.askManager(m)
		return m, nil
	}
	if !p.apart() {
		return nil, nil //nolint:nilnil // no container is an answer
	}
	m := &model.Container{Engine: "unknown"}
	m.Evidence.Add("engine", model.FromProc(p.PID, "ns/pid"), model.FromProc(p.PID, "ns/mnt"), model.FromProc(p.PID, "root"))
	p.askManager(m)
	return m, nil
}

// within reports whether the machine's own first process, or a2c itself, is in the container of that ID.
func (h *Host) within(id string) bool {
	for _, who := range []string{"1", "self"} {
		data, err := ReadFile(h.Tree, "/proc/"+who+"/cgroup", smallFile)
		if err != nil {
			continue
		}
		list, _ := parse.Cgroups(data)
		for _, c := range list {
			if _, own := parse.CgroupContainer(c.Path); own == id {
				return true
			}
		}
	}
	return false
}

// apart reports a process with a mount namespace, a PID namespace and a root file system of its own.
func (p *Process) apart() bool {
	for _, kind := range []string{"pid", "mnt"} {
		own, err1 := p.host.OwnNamespace(kind)
		theirs, err2 := p.Namespace(kind)
		if err1 != nil || err2 != nil || own == theirs {
			return false
		}
	}
	own, err1 := Stat(p.host.Tree, "/")
	theirs, err2 := Stat(p.host.Tree, p.path("root")+"/.")
	return err1 == nil && err2 == nil && (own.Dev != theirs.Dev || own.Ino != theirs.Ino)
}

// askManager looks for the process that keeps watch over the container among the ancestors: its arguments name the engine, the container's
// ID and, for conmon(8), the name.
func (p *Process) askManager(m *model.Container) {
	seen := map[int]bool{}
	for at := p.host.Process(p.PPID); at != nil && !seen[at.PID]; at = p.host.Process(at.PPID) {
		seen[at.PID] = true
		switch name := path.Base(at.Exe); {
		case strings.HasPrefix(name, "containerd-shim"):
			at.shim(m)
			return
		case name == "conmon":
			at.conmon(m)
			return
		case name == "systemd-nspawn":
			at.named(m, name, "-M", "--machine", "-D", "--directory")
		case name == "lxc-start":
			at.named(m, "lxc", "-n", "--name")
		}
	}
}

// shim reads containerd-shim-runc-v2 -namespace moby -id ID: Docker's namespace is "moby", that of the kubelet "k8s.io", and a client of containerd
// itself chooses its own.
func (p *Process) shim(m *model.Container) {
	space, at := p.option("-namespace")
	id, idAt := p.option("-id")
	if space != "" {
		m.Namespace = space
		m.Evidence.Add("namespace", model.FromArg(p.PID, at))
	}
	if space != "" && (m.Engine == "unknown" || m.Engine == "kubernetes") {
		m.Engine = "containerd"
		if space == "moby" {
			m.Engine = "docker"
		}
		m.Evidence.Add("engine", model.FromArg(p.PID, at))
	}
	if m.ID == "" && id != "" {
		m.ID = id
		m.Evidence.Add("id", model.FromArg(p.PID, idAt))
	}
	if m.Engine == "docker" {
		p.host.dockerName(m)
	}
}

// conmon reads conmon -c ID -n NAME … --exit-command /usr/bin/podman.
func (p *Process) conmon(m *model.Container) {
	if m.Engine == "unknown" {
		m.Engine = "podman"
		if exit, _ := p.option("--exit-command"); exit != "" && path.Base(exit) != "podman" {
			m.Engine = "cri-o"
		}
		m.Evidence.Add("engine", model.FromProc(p.PID, "cmdline"))
	}
	for _, key := range []string{"-c", "--cid"} {
		if id, at := p.option(key); m.ID == "" && id != "" {
			m.ID = id
			m.Evidence.Add("id", model.FromArg(p.PID, at))
		}
	}
	for _, key := range []string{"-n", "--name"} {
		if name, at := p.option(key); m.Name == "" && name != "" {
			m.Name = name
			m.Evidence.Add("name", model.FromArg(p.PID, at))
		}
	}
}

// named reads systemd-nspawn --machine=NAME --directory=/x/NAME, or lxc-start -n NAME: the name, which is the container's ID, too, is that of the
// first of the options that is there, of a folder its last part (systemd-nspawn(1), lxc-start(1)). The engine shows where no control group tells it: a
// service that runs systemd-nspawn --keep-unit has the name of the service alone. Of systemd-nspawn's processes the innermost, which is the container's
// first, has other arguments ("(sd-stubinit)").
func (p *Process) named(m *model.Container, engine string, options ...string) {
	if m.Engine == "unknown" {
		m.Engine = engine
		m.Evidence["engine"] = []model.Source{model.FromProc(p.PID, "exe")}
	}
	if m.Engine != engine || m.ID != "" {
		return
	}
	for _, key := range options {
		if name, at := p.option(key); name != "" {
			m.ID = path.Base(name)
			m.Evidence.Add("id", model.FromArg(p.PID, at))
			return
		}
	}
}

// option is the argument behind key, or behind "key=".
func (p *Process) option(key string) (value string, at int) {
	args := p.Args()
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, key+"="); ok {
			return v, i
		}
		if a == key && i+1 < len(args) {
			return args[i+1], i + 1
		}
	}
	return "", 0
}

// dockerName reads the container's name from where Docker keeps it by default.
func (h *Host) dockerName(m *model.Container) {
	name := "/var/lib/docker/containers/" + m.ID + "/config.v2.json"
	data, err := ReadFile(h.Tree, name, 128<<10)
	if err != nil {
		return // another data-root: the name is for people, the ID is enough
	}
	doc, err := parse.JSON(data)
	if err != nil {
		return
	}
	var text string
	if n := doc.Get("Name"); n == nil || n.Decode(&text) != nil || text == "" {
		return
	}
	m.Name = strings.TrimPrefix(text, "/")
	m.Evidence.Add("name", model.FromFile(model.Path(name), 0))
}
