package generate

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// compose is the image on a developer's machine, with the restrictions that it has in the cloud.
type compose struct{}

var _ Target = compose{}

// Name is the flag's value and the folder.
func (compose) Name() string { return "compose" }

// Render writes compose.yaml and README.md.
func (compose) Render(_ context.Context, d model.Deployment) (Output, error) {
	c := newComposition(d)
	files := map[string][]byte{}
	var err error
	if files["compose.yaml"], err = marshalYAML(generatedLine, c.project()); err != nil {
		return Output{}, err
	}
	return Output{Files: files, Notes: list(c.notes), Readme: &Page{"compose", c.readme()}}, nil
}

// composition is the application with its names mapped for Compose.
type composition struct {
	names
	d       model.Deployment
	name    string
	volumes []composeMount
	granted granted
	prefix  string // of the variables that hold secrets: several applications may call theirs alike
}

// The part of the Compose specification that a2c writes: https://github.com/compose-spec/compose-spec/blob/main/spec.md

type composeProject struct {
	Name     string                    `json:"name"`
	Services map[string]composeService `json:"services"`
	Volumes  map[string]struct{}       `json:"volumes,omitempty"`
}

type composeService struct {
	Image         string                  `json:"image"`
	Platform      string                  `json:"platform"`
	User          string                  `json:"user"`
	GroupAdd      []string                `json:"group_add,omitempty"`
	Environment   []string                `json:"environment,omitempty"` // a list: a mapping has keys that mean something to YAML
	Ports         []composePort           `json:"ports,omitempty"`
	Volumes       []composeMount          `json:"volumes,omitempty"`
	ReadOnly      bool                    `json:"read_only,omitempty"`
	Tmpfs         []string                `json:"tmpfs,omitempty"`
	CapDrop       []string                `json:"cap_drop,omitempty"`
	CapAdd        []string                `json:"cap_add,omitempty"`
	SecurityOpt   []string                `json:"security_opt,omitempty"`
	Privileged    bool                    `json:"privileged,omitempty"`
	PID           string                  `json:"pid,omitempty"`
	Devices       []string                `json:"devices,omitempty"`
	Sysctls       map[string]string       `json:"sysctls,omitempty"`
	Ulimits       map[string]composeLimit `json:"ulimits,omitempty"`
	ShmSize       string                  `json:"shm_size,omitempty"`
	MemLimit      string                  `json:"mem_limit,omitempty"`
	StopGrace     string                  `json:"stop_grace_period,omitempty"`
	ExtraHosts    []string                `json:"extra_hosts,omitempty"`
	Networks      map[string]composeNames `json:"networks,omitempty"`
	DependsOn     []string                `json:"depends_on,omitempty"`
	RestartPolicy string                  `json:"restart"`
}

type (
	composePort struct {
		Target    int    `json:"target"`
		Published string `json:"published"`
		HostIP    string `json:"host_ip"`
		Protocol  string `json:"protocol"`
	}
	composeMount struct {
		Type     string        `json:"type"`
		Source   string        `json:"source,omitempty"`
		Target   string        `json:"target"`
		ReadOnly bool          `json:"read_only,omitempty"`
		Tmpfs    *composeTmpfs `json:"tmpfs,omitempty"`
	}
	composeTmpfs struct {
		Size string `json:"size"`
		Mode int    `json:"mode"`
	}
	composeNames struct {
		Aliases []string `json:"aliases"`
	}
	composeLimit struct {
		Soft int `json:"soft"`
		Hard int `json:"hard"`
	}
)

func newComposition(d model.Deployment) *composition {
	c := &composition{d: d, granted: grant(d.HostNeeds, false)}
	c.name = c.use("project", d.ApplicationID, label(d.ApplicationID, 63, "app"))
	for _, v := range d.Volumes {
		name := c.unique("volume", v.Name, func(s string) string { return label(s, 63, "data") })
		c.volumes = append(c.volumes, composeMount{Type: "volume", Source: name, Target: interpolated(string(v.Path))})
		c.notes = append(c.notes, fmt.Sprintf("The data in %s (%s) starts empty.", v.Path, name))
	}
	for _, p := range c.granted.paths {
		c.volumes = append(c.volumes, composeMount{Type: "bind", Source: interpolated(p.path), Target: interpolated(p.path), ReadOnly: p.readOnly})
	}
	for _, v := range c.granted.onMachine {
		c.notes = append(c.notes, fmt.Sprintf("Set on your machine what no container has for itself: sysctl -w '%s=%s'.", v.Name, v.Value))
	}
	c.secretForms(d)
	c.omitted(d)
	c.noRouter(d)
	c.localReaches(d)
	return c
}

// interpolated doubles dollars, which Compose would replace in any text (spec.md, "Interpolation").
func interpolated(s string) string { return strings.ReplaceAll(s, "$", "$$") }

func (c *composition) project() composeProject {
	p := composeProject{Name: c.name, Services: map[string]composeService{c.name: c.service()}, Volumes: map[string]struct{}{}}
	for _, v := range c.volumes {
		if v.Type == "volume" {
			p.Volumes[v.Source] = struct{}{}
		}
	}
	return p
}

func (c *composition) service() composeService {
	d, g := c.d, c.granted
	s := composeService{
		Image: interpolated(cmp.Or(d.ImageName, d.Image.Repository)), Platform: d.Image.Platform, User: fmt.Sprintf("%d:%d", d.User.UID, d.User.GID),
		Environment: c.environment(), Volumes: c.volumes, ReadOnly: d.ReadOnlyRoot, CapAdd: g.add, Privileged: g.privileged, PID: beside(g.hostPID, "host"),
		Sysctls: map[string]string{}, Ulimits: map[string]composeLimit{}, RestartPolicy: "no",
	}
	for _, group := range d.User.Groups {
		if group != d.User.GID {
			s.GroupAdd = append(s.GroupAdd, strconv.Itoa(group))
		}
	}
	for _, p := range d.ExposedPorts {
		s.Ports = append(s.Ports, composePort{Target: p.LocalPort, Published: strconv.Itoa(p.LocalPort), HostIP: "127.0.0.1", Protocol: protocol(p)})
	}
	c.restrict(&s)
	for _, path := range g.devices {
		s.Devices = append(s.Devices, interpolated(path+":"+path+":rw"))
	}
	for _, v := range g.controls {
		s.Sysctls[v.Name] = v.Value
	}
	for _, l := range g.limits {
		s.Ulimits[l.name] = composeLimit{l.value, l.value}
	}
	if g.sharedMiB > 0 {
		s.ShmSize = fmt.Sprintf("%dm", g.sharedMiB)
	}
	if m := d.ECSParameters.EC2.Memory; m > 0 {
		s.MemLimit = fmt.Sprintf("%dm", m)
	}
	if d.StopSeconds > 0 {
		s.StopGrace = fmt.Sprintf("%ds", d.StopSeconds)
	}
	if slices.ContainsFunc(d.Reaches, func(r model.Reach) bool { return r.Local }) {
		s.ExtraHosts = []string{"host.docker.internal=host-gateway"}
		c.notes = append(c.notes, "host.docker.internal is your machine, for what the application looks for on its own.")
	}
	return s
}

// restrict takes from the container what it was seen to do without.
func (c *composition) restrict(s *composeService) {
	if c.d.ReadOnlyRoot {
		for _, path := range c.d.Writable {
			if strings.Contains(string(path), "=") { // Compose takes two such lines of the list for one when they are equal up to there; this form knows no exec
				s.Volumes = append(s.Volumes, composeMount{Type: "tmpfs", Target: interpolated(string(path)), Tmpfs: &composeTmpfs{fmt.Sprintf("%dm", scratchMiB), 0o1777}})
				c.notes = append(c.notes, fmt.Sprintf("What is unpacked to %s cannot be executed there.", path))
				continue
			}
			s.Tmpfs = append(s.Tmpfs, interpolated(string(path))+":exec,mode=1777,size="+strconv.Itoa(scratchMiB)+"m")
		}
	}
	s.CapDrop = dropCapabilities(c.d)
	if !c.d.AllowEscalation {
		s.SecurityOpt = []string{"no-new-privileges:true"}
	}
	if n := c.d.ECSParameters.NoFile; n > 0 {
		s.Ulimits["nofile"] = composeLimit{n, n}
	}
	low := slices.ContainsFunc(c.d.ExposedPorts, func(p model.Port) bool { return p.LocalPort < 1024 })
	if low && c.d.User.UID != 0 {
		name, value := lowPortSetting()
		s.Sysctls[name] = value
	}
}

// asked are names that Compose replaces between braces (spec.md, "Interpolation").
var asked = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secretVariable is the one of the caller's that holds a secret.
func (c *composition) secretVariable(name string) string {
	if asked.MatchString(name) {
		return c.prefix + name
	}
	return term.Safe(name)
}

// environment has the value of no secret: each comes from the caller's environment or from .env, and where Compose can say so it demands it.
func (c *composition) environment() []string {
	var env []string
	for _, e := range c.d.Environment {
		env = append(env, interpolated(e.Name+"="+e.Value))
	}
	for _, s := range c.d.Secrets {
		if asked.MatchString(s.Name) {
			env = append(env, s.Name+"=${"+c.secretVariable(s.Name)+":?is a secret: give it in the environment or in .env}")
		} else {
			env = append(env, interpolated(s.Name))
		}
	}
	return env
}

type composeReadme struct {
	ID, Name, Image string
	Secrets, Ports  []string
	Volumes         bool
	Notes           []string
}

func (c *composition) readme() composeReadme {
	v := composeReadme{ID: shellWord(c.d.ApplicationID), Name: c.name, Image: term.Safe(cmp.Or(c.d.ImageName, c.d.Image.Repository)), Volumes: len(c.volumes) > 0, Notes: c.notes}
	for _, s := range c.d.Secrets {
		v.Secrets = append(v.Secrets, term.Safe(s.Name))
	}
	for _, p := range c.d.ExposedPorts {
		v.Ports = append(v.Ports, fmt.Sprintf("%d/%s", p.LocalPort, protocol(p)))
	}
	return v
}
