package generate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
)

// task is what both ECS documents say, the task definition and the stack: names mapped, sizes settled.
type task struct {
	names
	d          model.Deployment
	family     string
	container  string
	repository string
	cpu        int // units
	memory     int // MiB
	arm        bool
	volumes    []taskVolume
	scratch    []model.Path // tmpfs folders, with a read-only root
	secrets    []taskSecret
	drop       []string // capabilities
	lowPorts   bool     // a user other than root listens below 1024
	granted    granted
	ec2        bool // tasks run on instances of the user's, not on Fargate
	bridge     bool // with ports of the instance
	daemon     bool // one on each instance
	connected  *connected
}

// connected is how it is found by other applications of its stack, and finds them: by Service Connect.
type connected struct {
	names map[int]string // of each TCP port that it serves
	after []string       // IDs of services that start before
}

// connectName is the name of a port in the task, which Service Connect refers to; "" where nothing does.
func (t *task) connectName(p model.Port) string {
	if t.connected == nil || t.connected.names[p.LocalPort] == "" || protocol(p) != "tcp" {
		return ""
	}
	return portName(p)
}

type taskVolume struct {
	name string
	id   string // CloudFormation logical ID
	model.Mount
}

// taskSecret: valueFrom is an ARN, or "" when the stack is given it as parameter.
type taskSecret struct{ name, valueFrom, parameter string }

// scratchMiB is the size of each tmpfs; it counts against the task's memory as far as it is used.
const scratchMiB = 64

func newTask(d model.Deployment, ec2 bool) (*task, error) {
	t := &task{
		d: d, arm: d.Image.Platform == "linux/arm64", ec2: ec2, bridge: ec2 && d.ECSParameters.EC2.NetworkMode != awsvpcMode, daemon: ec2 && d.Daemon,
		granted: grant(d.HostNeeds, !ec2),
	}
	family := d.ECSParameters.ECSFamily
	if family == "" {
		family = d.ApplicationID
	}
	t.family = t.use("task family", family, ecsName(family, 120))
	t.container = t.use("container", d.ApplicationID, ecsName(d.ApplicationID, 120))
	t.repository = t.use("repository", d.Image.Repository, repositoryName(d.Image.Repository))
	if err := t.size(); err != nil {
		return nil, err
	}
	for _, v := range d.Volumes {
		name := t.unique("volume", v.Name, func(s string) string { return ecsName(s, 120) })
		t.volumes = append(t.volumes, taskVolume{name: name, id: t.quiet("volume ID", name), Mount: v})
	}
	for _, s := range d.Secrets {
		secret := taskSecret{name: s.Name, valueFrom: s.ValueFrom}
		if s.ValueFrom == "" {
			secret.parameter = "Secret" + t.quiet("secret ID", s.Name)
		}
		t.secrets = append(t.secrets, secret)
	}
	t.secretForms(d)
	t.omitted(d)
	if d.ReadOnlyRoot {
		t.scratch = d.Writable
	}
	t.drop = dropCapabilities(d)
	if d.User.UID == 0 {
		t.notes = append(t.notes, "It runs as root, as on the host; a user of its own would be safer.")
	} else {
		t.lowPorts = slices.ContainsFunc(d.ExposedPorts, func(p model.Port) bool { return p.LocalPort < 1024 })
	}
	t.needs()
	t.routerNote()
	return t, t.limits()
}

// needs notes what is asked of the machine, and what is not given.
func (t *task) needs() {
	for _, n := range t.granted.refused {
		if t.ec2 {
			t.notes = append(t.notes, "Not granted, since its value is not known: "+needText(n)+".")
		} else {
			t.notes = append(t.notes, "Fargate refuses it, ecs-ec2 grants it: "+needText(n)+".")
		}
	}
	if t.d.Daemon && !t.ec2 {
		t.notes = append(t.notes, "It watches the machine it runs on, and on Fargate there is none to watch: ecs-ec2 runs one on each instance.")
	}
	if t.d.User.UID != 0 && len(t.granted.add) > 0 {
		t.notes = append(t.notes, "Capabilities reach a user other than root only through those of the program's file, which the image keeps: "+strings.Join(t.granted.add, ", ")+".")
	}
}

// controls are the kernel values of the task's own.
func (t *task) controls() []model.NameValue {
	controls := slices.Clone(t.granted.controls)
	name, value := lowPortSetting()
	if t.lowPorts && !slices.ContainsFunc(controls, func(c model.NameValue) bool { return c.Name == name }) {
		controls = append(controls, model.NameValue{Name: name, Value: value})
	}
	return controls
}

// ulimits are those that were seen, and the key for open files, which Fargate knows alone.
func (t *task) ulimits() []limit {
	limits := slices.Clone(t.granted.limits)
	if n := t.d.ECSParameters.NoFile; n > 0 && !slices.ContainsFunc(limits, func(l limit) bool { return l.name == "nofile" }) {
		limits = append(limits, limit{"nofile", n})
	}
	return limits
}

// dropCapabilities are those of deployment.json.
func dropCapabilities(d model.Deployment) []string {
	switch {
	case slices.Contains(d.DropCapabilities, none):
		return nil
	case len(d.DropCapabilities) == 0 && d.User.UID != 0:
		return []string{all}
	}
	return d.DropCapabilities
}

// stopTimeout is what Fargate may be told; on instances there is no such limit
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html, stopTimeout).
func (t *task) stopTimeout() int {
	if t.ec2 {
		return t.d.StopSeconds
	}
	return min(t.d.StopSeconds, mostStop)
}

// quiet maps names that nobody sees but the template itself.
func (t *task) quiet(what, name string) string {
	var ignored names
	ignored.taken = t.taken
	if ignored.taken == nil {
		t.taken = map[string]bool{}
		ignored.taken = t.taken
	}
	return ignored.unique(what, name, logicalID)
}

// size takes the pair of deployment.json, or the next valid one above it.
func (t *task) size() error {
	p := t.d.ECSParameters
	if t.ec2 {
		return t.anySize(p)
	}
	if p.CPU <= 0 && p.Memory <= 0 {
		return errors.New("deployment.json: ecsParameters.cpu and memory are not set, since Fargate has nothing as large as was measured (see reasons); set a size, or use another target")
	}
	asked := int(math.Ceil(p.CPU * 1024))
	cpu, memory, ok := model.FitFargate(asked, p.Memory)
	if !ok {
		return fmt.Errorf("deployment.json: ecsParameters: Fargate has nothing as large as %g vCPU with %d MiB; at most 16 vCPU with 122880 MiB", p.CPU, p.Memory)
	}
	if cpu != asked || memory != p.Memory {
		t.notes = append(t.notes, fmt.Sprintf("Fargate has no task of %g vCPU with %d MiB: rounded up to %g vCPU with %d MiB.", p.CPU, p.Memory, float64(cpu)/1024, memory))
	}
	t.cpu, t.memory = cpu, memory
	return nil
}

// anySize is that of a task on instances, where the agent counts in units and MiB.
func (t *task) anySize(p model.ECSParameters) error {
	cpu, memory := p.EC2.CPU, p.EC2.Memory
	if memory == 0 {
		cpu, memory = p.CPU, p.Memory
	}
	if cpu <= 0 || memory < leastMiB {
		return fmt.Errorf("deployment.json: ecsParameters.ec2: cpu %g and memory %d are not set; at least 0.1 vCPU with %d MiB", cpu, memory, leastMiB)
	}
	t.cpu, t.memory = max(2, int(math.Ceil(cpu*1024))), memory
	return nil
}

// leastMiB is the least memory of a container (API_ContainerDefinition, memory).
const leastMiB = 6

// limits checks what ECS alone refuses: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
func (t *task) limits() error {
	p := t.d.ECSParameters
	if g := p.EphemeralStorageGiB; g != 0 && (g < 21 || g > 200) {
		return fmt.Errorf("deployment.json: ecsParameters.ephemeralStorageGiB: %d is not 21 to 200", g)
	}
	if p.NoFile < 0 || p.NoFile > maxOpenFiles {
		return fmt.Errorf("deployment.json: ecsParameters.nofile: %d is not 0 to %d", p.NoFile, maxOpenFiles)
	}
	for _, tag := range p.ResourceTags {
		if tag.Key == "" || strings.HasPrefix(tag.Key, "aws:") {
			return fmt.Errorf("deployment.json: ecsParameters.resourceTags: %q is no key that may be used", tag.Key)
		}
	}
	if s := t.d.StopSeconds; s > mostStop && !t.ec2 {
		t.notes = append(t.notes, fmt.Sprintf("It may take %d s to end, and Fargate waits %d at most.", s, mostStop))
	}
	if len(p.ResourceTags) > 50 {
		return fmt.Errorf("deployment.json: ecsParameters.resourceTags: %d tags, at most 50", len(p.ResourceTags))
	}
	return nil
}

func (t *task) image(registry string) string {
	return registry + "/" + t.repository + "@" + t.d.Image.Digest
}

func (t *task) logGroup() string { return "/ecs/" + t.family }

// role names are known before the stack is made, so that the task definition can name them: at most 64 characters (IAM CreateRole).
func (t *task) role(region, what string) string {
	return ecsName(t.family, 30) + "-" + region + "-" + what
}

func (t *task) user() string { return fmt.Sprintf("%d:%d", t.d.User.UID, t.d.User.GID) }

func (t *task) architecture() string {
	if t.arm {
		return "ARM64"
	}
	return "X86_64"
}

// compatibility is what the task definition is checked against.
func (t *task) compatibility() []string {
	if t.ec2 {
		return []string{"EC2"}
	}
	return []string{"FARGATE"}
}

func (t *task) networkMode() string {
	if t.bridge {
		return bridgeMode
	}
	return awsvpcMode
}

// pidMode lets an agent see the machine's processes.
func (t *task) pidMode() string { return beside(t.granted.hostPID, "host") }

// taskSize is that of Fargate's tasks; on instances the container has one instead, whose CPU is a share and no limit.
func (t *task) taskSize() (cpu, memory string) {
	if t.ec2 {
		return "", ""
	}
	return strconv.Itoa(t.cpu), strconv.Itoa(t.memory)
}

func (t *task) containerSize() (cpu, memory int) {
	if t.ec2 {
		return t.cpu, t.memory
	}
	return 0, 0
}

// fixedPort is a daemon's own on each instance, where nothing stands before it; 0: one that ECS chooses, or the container's.
func (t *task) fixedPort(port int) int {
	if t.bridge && t.daemon {
		return port
	}
	return 0
}

// tmpfsOptions leave out uid, gid and mode: a tmpfs is everybody's to write (mode 1777) unless told otherwise, and ECS documents those
// names without values (API_Tmpfs). exec: native libraries are unpacked to temporary folders and loaded from there.
func tmpfsOptions() []string { return []string{"rw", "exec", "nosuid", "nodev"} }

// lowPortSetting lets any user listen below 1024; it is a net.* value and belongs to the task alone (API_SystemControl).
func lowPortSetting() (name, value string) { return "net.ipv4.ip_unprivileged_port_start", "0" }
