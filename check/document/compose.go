package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/format"
	interpolation "github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"a2c/model"
	"a2c/parse"
)

// isCompose knows a compose file: services by their names, each with an image, or with what one is built of.
// https://github.com/compose-spec/compose-spec/blob/main/spec.md
func isCompose(n *parse.Node) bool {
	services := n.Get("services")
	return services != nil && services.Kind == parse.Object && slices.ContainsFunc(services.Fields, func(f parse.Field) bool {
		return f.Value.Get("image") != nil || f.Value.Get("build") != nil || f.Value.Get("extends") != nil
	})
}

// compose makes a task of each service: what the file says as a task definition would, and of what only a task definition says (size, network mode, roles) what
// Fargate takes. So rules speak of what the file says alone. Variables are not put in: they are Unknown.
func (f *File) compose(n *parse.Node, at Place) {
	f.Derived = true
	services := n.Get("services")
	place := at.key("services", services)
	if include := n.Get("include"); include != nil {
		f.note(at.key("include", include), "include is not followed: name those files, too")
	}
	for _, s := range services.Fields {
		own := place.key(s.Name, s.Value)
		if extends := s.Value.Get("extends"); extends != nil {
			f.note(own.key("extends", extends), "extends of the service %s is not followed", model.Path(s.Name))
		}
		c := composed{n: s.Value, at: own, root: n, reader: reader{file: f.Name, loose: true, yaml: true, resolve: composeVariable}}
		c.task = Task{
			At: own, NetworkMode: known("awsvpc", own), CPU: known("256", own), Memory: known("512", own), ExecutionRole: known("given", own),
			RequiresCompatibilities: known([]Value[string]{known("FARGATE", own)}, own),
		}
		c.container.Name = known(s.Name, own)
		c.settings()
		c.process()
		c.machine()
		c.volumes()
		c.task.Containers = known([]Value[Container]{known(c.container, own)}, own)
		f.add(Subject{At: own, Task: &c.task, Wrong: c.reader.wrong}, "compose service", s.Name)
	}
}

func known[T any](v T, at Place) Value[T] { return Value[T]{V: v, Is: Set, At: at} }

// composeVariable: a text with ${VARIABLE} is decided by the environment.
func composeVariable(n *parse.Node) answer {
	if n.Kind == parse.String && strings.Contains(n.Text, "$") {
		for name := range interpolation.ExtractVariables(map[string]any{"": n.Text}, interpolation.DefaultPattern) {
			return undecided("the variable " + name)
		}
	}
	return set(n)
}

// composed is one service on its way to a task.
type composed struct {
	n         *parse.Node
	at        Place
	root      *parse.Node
	reader    reader
	task      Task
	container Container
}

// take fills a value from a setting of the service, if it is there.
func take[T any](c *composed, v *Value[T], path ...string) {
	n, at := c.n, c.at
	for _, name := range path {
		if n = n.Get(name); n == nil {
			return
		}
		at = at.key(name, n)
	}
	v.fill(&c.reader, n, at)
}

// given copies only that a setting is there, whatever it is.
func given[T any](c *composed, v *Value[T], path ...string) {
	var raw Value[Raw]
	take(c, &raw, path...)
	*v = Value[T]{Is: raw.Is, There: raw.There, Why: raw.Why, At: raw.At}
}

// words are the items of a setting that is a list, a single text, or a map of names to values ("name=value").
func (c *composed) words(name string) List[string] {
	n := c.n.Get(name)
	if n == nil {
		return List[string]{}
	}
	at := c.at.key(name, n)
	l := List[string]{Is: Set, At: at}
	item := func(n *parse.Node, place Place) {
		var v Value[string]
		v.fill(&c.reader, n, place)
		l.V = append(l.V, v)
	}
	switch n.Kind {
	case parse.Array:
		for i, x := range n.Items {
			item(x, at.item(i, x))
		}
	case parse.Object:
		for _, x := range n.Fields {
			text := *x.Value
			text.Kind, text.Text = parse.String, x.Name+"="+x.Value.Text
			item(&text, at.key(x.Name, x.Value))
		}
	default:
		item(n, at)
	}
	return l
}

// settings are those that a container definition has under another name.
func (c *composed) settings() {
	d := &c.container
	take(c, &d.Image, "image")
	take(c, &d.Privileged, "privileged")
	take(c, &d.Hostname, "hostname")
	take(c, &d.User, "user")
	d.EntryPoint, d.Command = c.words("entrypoint"), c.words("command")
	take(c, &d.FixedAddress, "mac_address")
	if networks := c.n.Get("networks"); networks != nil && d.FixedAddress.Is == Absent {
		for _, f := range networks.Fields {
			for _, name := range []string{"ipv4_address", "ipv6_address", "mac_address"} {
				take(c, &d.FixedAddress, "networks", f.Name, name)
			}
		}
	}
	if c.n.Get("tmpfs") == nil {
		take(c, &d.ReadonlyRootFilesystem, "read_only")
	}
	d.Links, d.DNSServers, d.DNSSearchDomains, d.DockerSecurityOptions = c.words("links"), c.words("dns"), c.words("dns_search"), c.words("security_opt")
	hosts := c.words("extra_hosts")
	d.ExtraHosts = List[Raw]{Is: hosts.Is, At: hosts.At, V: make([]Value[Raw], len(hosts.V))}
	for _, v := range c.words("environment").V {
		name, value, _ := strings.Cut(v.V, "=")
		variable := Variable{Name: Value[string]{V: name, Is: v.Is, Why: v.Why, At: v.At}, Value: Value[string]{V: value, Is: v.Is, Why: v.Why, At: v.At}}
		d.Environment.Is, d.Environment.At = Set, v.At
		d.Environment.V = append(d.Environment.V, known(variable, v.At))
	}
	take(c, &d.LogConfiguration.V.LogDriver, "logging", "driver")
	if logs := d.LogConfiguration.V.LogDriver; logs.Is != Absent {
		d.LogConfiguration.Is, d.LogConfiguration.At = Set, logs.At
		take(c, &d.LogConfiguration.V.Options, "logging", "options")
	}
	c.ports()
}

func (c *composed) ports() {
	n := c.n.Get("ports")
	if n == nil || n.Kind != parse.Array {
		return
	}
	at := c.at.key("ports", n)
	for i, item := range n.Items {
		place := at.item(i, item)
		if item.Kind == parse.Object {
			var p struct {
				Target   Value[int64]
				Protocol Value[string]
			}
			c.reader.fillStruct(&p, item, place)
			c.container.PortMappings.V = append(c.container.PortMappings.V, known(PortMapping{ContainerPort: p.Target, Protocol: p.Protocol}, place))
			continue
		}
		if c.reader.look(item).is != Set {
			continue // where it is published only the environment knows, and no rule needs it
		}
		ports, err := types.ParsePortConfig(item.Text)
		if err != nil {
			c.wrong(place, "a port", item.Text)
		}
		for _, p := range ports {
			mapping := PortMapping{ContainerPort: known(int64(p.Target), place), Protocol: known(p.Protocol, place)}
			c.container.PortMappings.V = append(c.container.PortMappings.V, known(mapping, place))
		}
	}
	c.container.PortMappings.Is, c.container.PortMappings.At = Set, at
}

func (c *composed) wrong(at Place, want, got string) {
	c.reader.wrong = append(c.reader.wrong, Note{at, fmt.Sprintf("want %s, got %s", want, model.Path(got))})
}

// process is how a container is started, asked and ended.
func (c *composed) process() {
	d := &c.container
	d.StopTimeout = c.seconds("stop_grace_period")
	var disabled Value[bool]
	take(c, &disabled, "healthcheck", "disable")
	if test := c.n.Get("healthcheck").Get("test"); test != nil && !Is(disabled, true) {
		h := &d.HealthCheck
		h.Is, h.At = Set, c.at.key("healthcheck", c.n.Get("healthcheck"))
		if place := h.At.key("test", test); test.Kind == parse.Array {
			h.V.Command.fill(&c.reader, test, place)
		} else {
			h.V.Command = known([]Value[string]{known("CMD-SHELL", place), known(test.Text, place)}, place)
		}
		h.V.Interval, h.V.Timeout, h.V.StartPeriod = c.seconds("healthcheck", "interval"), c.seconds("healthcheck", "timeout"), c.seconds("healthcheck", "start_period")
		take(c, &h.V.Retries, "healthcheck", "retries")
	}
	ulimits := c.n.Get("ulimits")
	if ulimits == nil {
		return
	}
	at := c.at.key("ulimits", ulimits)
	d.Ulimits.Is, d.Ulimits.At = Set, at
	for _, f := range ulimits.Fields {
		place := at.key(f.Name, f.Value)
		u := Ulimit{Name: known(f.Name, place)}
		if f.Value.Kind == parse.Object {
			var both struct{ Soft, Hard Value[int64] }
			c.reader.fillStruct(&both, f.Value, place)
			u.SoftLimit, u.HardLimit = both.Soft, both.Hard
		} else {
			u.SoftLimit.fill(&c.reader, f.Value, place)
			u.HardLimit = u.SoftLimit
		}
		d.Ulimits.V = append(d.Ulimits.V, known(u, place))
	}
}

// seconds reads "1m30s".
func (c *composed) seconds(path ...string) Value[int64] {
	var v Value[string]
	take(c, &v, path...)
	n := Value[int64]{Is: v.Is, There: v.There, Why: v.Why, At: v.At}
	if v.Is == Set {
		d, err := time.ParseDuration(v.V)
		if n.V = int64(d / time.Second); err != nil {
			n.Is = Wrong
			c.wrong(v.At, "a duration like 1m30s", v.V)
		}
	}
	return n
}

// machine is what a container shares with its machine, or asks of its kernel.
func (c *composed) machine() {
	linux := &c.container.LinuxParameters
	linux.Is, linux.At = Set, c.at
	if add := c.words("cap_add"); add.Is == Set {
		linux.V.Capabilities = known(Capabilities{Add: add}, add.At)
	}
	if devices := c.words("devices"); len(devices.V) > 0 {
		linux.V.Devices = List[Raw]{Is: Set, At: devices.At, V: make([]Value[Raw], len(devices.V))}
	}
	given(c, &linux.V.SharedMemorySize, "shm_size")
	given(c, &linux.V.MaxSwap, "memswap_limit")
	given(c, &linux.V.Swappiness, "mem_swappiness")
	for _, v := range c.words("sysctls").V {
		name, value, _ := strings.Cut(v.V, "=")
		control := SystemControl{Namespace: Value[string]{V: name, Is: v.Is, Why: v.Why, At: v.At}, Value: known(value, v.At)}
		c.container.SystemControls.Is, c.container.SystemControls.At = Set, v.At
		c.container.SystemControls.V = append(c.container.SystemControls.V, known(control, v.At))
	}
	var network Value[string]
	if take(c, &network, "network_mode"); Is(network, "host") || network.Is == Unknown {
		c.task.NetworkMode = network
	}
	take(c, &c.task.PIDMode, "pid")
	if strings.HasPrefix(c.task.PIDMode.V, "service:") {
		c.task.PIDMode.V = "task"
	}
	if take(c, &c.task.IPCMode, "ipc"); slices.Contains([]string{"private", "none"}, c.task.IPCMode.V) {
		c.task.IPCMode = Value[string]{}
	}
	var constraints List[Raw]
	take(c, &constraints, "deploy", "placement", "constraints")
	c.task.PlacementConstraints = List[Placement]{Is: constraints.Is, At: constraints.At, V: make([]Value[Placement], len(constraints.V))}
	c.accelerators()
	var platform Value[string]
	if take(c, &platform, "platform"); platform.Is == Set {
		system, arch, _ := strings.Cut(platform.V, "/")
		if name, ok := map[string]string{"amd64": "X86_64", "x86_64": "X86_64", "arm64": "ARM64", "arm64/v8": "ARM64", "aarch64": "ARM64"}[arch]; ok {
			arch = name
		}
		c.task.RuntimePlatform = known(RuntimePlatform{OperatingSystemFamily: known(strings.ToUpper(system), platform.At), CPUArchitecture: known(arch, platform.At)}, platform.At)
	}
}

// accelerators are asked for by gpus, by a reservation of devices, or by the runtime of NVIDIA.
func (c *composed) accelerators() {
	var at Place
	found := false
	for _, path := range [][]string{{"gpus"}, {"deploy", "resources", "reservations", "devices"}} {
		var v Value[Raw]
		if take(c, &v, path...); v.Said() && (path[0] == "gpus" || strings.Contains(v.V.Node.JSON(), `"gpu"`)) {
			at, found = v.At, true
		}
	}
	var runtime Value[string]
	if take(c, &runtime, "runtime"); Is(runtime, "nvidia") {
		at, found = runtime.At, true
	}
	if found {
		gpu := ResourceRequirement{Type: known("GPU", at), Value: known("1", at)}
		c.container.ResourceRequirements = known([]Value[ResourceRequirement]{known(gpu, at)}, at)
	}
}

func (c *composed) volumes() {
	n := c.n.Get("volumes")
	if n == nil || n.Kind != parse.Array {
		return
	}
	at := c.at.key("volumes", n)
	c.task.Volumes.Is, c.task.Volumes.At = Set, at
	c.container.MountPoints.Is, c.container.MountPoints.At = Set, at
	for i, item := range n.Items {
		place := at.item(i, item)
		if item.Kind == parse.Object {
			var v struct {
				Type, Source, Target Value[string]
				ReadOnly             Value[bool] `doc:"read_only"`
			}
			c.reader.fillStruct(&v, item, place)
			c.volume(types.ServiceVolumeConfig{Type: v.Type.V, Source: v.Source.V, Target: v.Target.V, ReadOnly: v.ReadOnly.V}, v.Source, place, i)
			continue
		}
		var source Value[string]
		source.fill(&c.reader, item, place)
		v, err := format.ParseVolume(item.Text)
		if err != nil {
			c.wrong(place, "a volume", item.Text)
			continue
		}
		source.V = v.Source
		c.volume(v, source, place, i)
	}
}

// volume: a bind is a folder of the machine, a name one of the engine's volumes.
func (c *composed) volume(v types.ServiceVolumeConfig, source Value[string], place Place, i int) {
	name := v.Source
	volume := Volume{}
	switch v.Type {
	case types.VolumeTypeBind:
		name = "bind-" + strconv.Itoa(i)
		volume.Host = known(HostVolume{SourcePath: source}, place)
	case types.VolumeTypeVolume:
		if name == "" {
			name = "volume-" + strconv.Itoa(i)
		}
		driver := c.root.Get("volumes").Get(name).Get("driver")
		if driver != nil && driver.Text != "local" {
			volume.Docker = known(DockerVolume{Scope: known("shared", place), Driver: known(driver.Text, place)}, place)
		}
	default:
		return // tmpfs takes memory; an image, a pipe and a cluster's volume no rule knows
	}
	volume.Name = known(name, place)
	c.task.Volumes.V = append(c.task.Volumes.V, known(volume, place))
	mount := MountPoint{SourceVolume: known(name, place), ContainerPath: known(v.Target, place), ReadOnly: known(v.ReadOnly, place)}
	c.container.MountPoints.V = append(c.container.MountPoints.V, known(mount, place))
}
