package generate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// Together makes the files of several applications as one: one stack (ECS), one namespace (EKS), one project (Compose), in which each finds the others by
// name. name is that of the stack, the namespace and the project. None of targets named means those that the first application asks for.
func Together(ctx context.Context, name string, list []model.Deployment, targets []string) (map[string]Output, error) {
	return Maker{}.Together(ctx, name, list, targets)
}

// Together is the same with the user's own templates.
func (maker Maker) Together(ctx context.Context, name string, list []model.Deployment, targets []string) (map[string]Output, error) {
	var problems []error
	for _, d := range list {
		if err := validate(d); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", term.Safe(d.ApplicationID), err))
		}
	}
	if len(list) == 0 {
		problems = append(problems, errors.New("no application"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if len(targets) == 0 {
		targets = selected(list[0])
	}
	outputs := map[string]Output{}
	for _, target := range targets {
		s, err := newSet(name, list)
		if err != nil {
			return nil, err
		}
		var o Output
		switch target {
		case ecsFargate{}.Name(), ecsEC2{}.Name():
			o, err = s.ecs(target)
		case eksEC2{}.Name(), eksFargate{}.Name():
			o, err = s.eks(target)
		case compose{}.Name():
			o, err = s.compose()
		default:
			err = unknownTarget(target)
		}
		if err == nil {
			err = maker.write(&o)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", target, err)
		}
		outputs[target] = o
	}
	return outputs, ctx.Err()
}

// set is several applications that are deployed together.
type set struct {
	name    string
	members []*member // those that others connect to before the others, where no circle is in the way
	notes   []string
	todos   []string
}

// member is one application of a set.
type member struct {
	d     model.Deployment
	name  string    // by which the others find it; a label of DNS
	id    string    // begins the IDs of all that is its own in the template of all
	needs []*member // that it connects to, each once
	after []*member // of those the ones that start first
}

func newSet(name string, list []model.Deployment) (*set, error) {
	s := &set{name: dnsLabel(name)}
	var known names
	taken, ids := map[string]string{}, map[string]bool{}
	for _, d := range list {
		if slices.ContainsFunc(s.members, func(m *member) bool { return m.d.ApplicationID == d.ApplicationID }) {
			return nil, fmt.Errorf("%s is named twice", term.Safe(d.ApplicationID))
		}
		d.Environment, d.Reaches = slices.Clone(d.Environment), slices.Clone(d.Reaches)
		m := &member{d: d, name: known.unique("application", d.ApplicationID, func(s string) string { return label(s, 50, "app") })}
		for m.id = logicalID(m.name); ids[m.id]; { // "a-1" and "a1"
			m.id += "x"
		}
		ids[m.id] = true
		family := ecsName(cmp.Or(d.ECSParameters.ECSFamily, d.ApplicationID), 120)
		if other := taken[family]; other != "" {
			return nil, fmt.Errorf("deployment.json: ecsParameters.ecsFamily: %s and %s are both called %q", term.Safe(other), term.Safe(d.ApplicationID), family)
		}
		taken[family] = d.ApplicationID
		s.members = append(s.members, m)
	}
	slices.SortFunc(s.members, func(a, b *member) int { return strings.Compare(a.name, b.name) })
	for _, m := range s.members {
		s.link(m)
	}
	for _, m := range s.members {
		m.d.Environment = m.d.Differing()
	}
	s.order()
	s.notes = append(s.notes, fmt.Sprintf("Each of the %d applications is a service of its own, which the others find by its name.", len(s.members)))
	return s, nil
}

func (s *set) member(id string) *member {
	i := slices.IndexFunc(s.members, func(m *member) bool { return m.d.ApplicationID == id })
	if id == "" || i < 0 {
		return nil
	}
	return s.members[i]
}

// link finds whom it connects to, and has its environment name them.
func (s *set) link(m *member) {
	var left []model.Reach
	for _, r := range m.d.Reaches {
		to := s.member(r.ApplicationID)
		if to == nil || to == m {
			left = append(left, r)
			continue
		}
		if !slices.ContainsFunc(to.d.ExposedPorts, func(p model.Port) bool { return p.LocalPort == r.Port && protocol(p) == "tcp" }) {
			s.todos = append(s.todos, fmt.Sprintf("%s connects to port %d of %s, which is not among its exposedPorts: add it there and generate again.", m.name, r.Port, to.name))
			left = append(left, r)
			continue
		}
		if !slices.Contains(m.needs, to) {
			m.needs = append(m.needs, to)
		}
		s.readdress(m, to, r)
	}
	m.d.Reaches = left
}

// readdress gives the environment of m the name of the other end: where a variable names it now, and where the framework takes one in the place of a setting.
// What no variable changes is to be done by hand.
func (s *set) readdress(m, to *member, r model.Reach) {
	changed := false
	for i, e := range m.d.Environment {
		if value := readdress(e.Value, r.Host, r.Port, to.address(r.Port)); value != e.Value {
			m.d.Environment[i].Value, changed = value, true
		}
	}
	for _, setting := range r.Settings {
		value := readdress(setting.Value, r.Host, r.Port, to.address(r.Port))
		if strings.EqualFold(strings.TrimSpace(setting.Value), r.Host) {
			value = to.address(r.Port)
		}
		secret := slices.ContainsFunc(m.d.Secrets, func(x model.SecretRef) bool { return x.Name == setting.Variable })
		if setting.Variable == "" || secret || value == setting.Value {
			s.byHand(m, to, r, setting)
			changed = true
			continue
		}
		if i := slices.IndexFunc(m.d.Environment, func(e model.NameValue) bool { return e.Name == setting.Variable }); i >= 0 {
			if m.d.Environment[i].Value == setting.Value || readdress(m.d.Environment[i].Value, r.Host, r.Port, "x") != m.d.Environment[i].Value {
				m.d.Environment[i].Value = value
			}
		} else {
			m.d.Environment = append(m.d.Environment, model.NameValue{Name: setting.Variable, Value: value})
		}
		s.notes = append(s.notes, fmt.Sprintf("%s finds %s by %s, which takes the place of %s in %s.", m.name, to.name, term.Safe(setting.Variable), term.Safe(setting.Key), term.Safe(setting.Source)))
		changed = true
	}
	if !changed {
		s.byHand(m, to, r, model.ReachSetting{Key: "what names it", Source: cmp.Or(r.From, "its configuration, where a2c did not find it")})
	}
}

func (s *set) byHand(m, to *member, r model.Reach, setting model.ReachSetting) {
	s.todos = append(s.todos, fmt.Sprintf("%s looks for %s at %s:%d by %s (%s), which no variable changes: have it name %s:%d.",
		m.name, to.name, term.Safe(r.Host), r.Port, term.Safe(setting.Key), term.Safe(setting.Source), to.address(r.Port), r.Port))
}

// address is the name under which a port is found: the first one's is the application's own.
func (m *member) address(port int) string {
	for i, p := range m.d.ExposedPorts {
		if p.LocalPort == port {
			return serviceName(m.name, portName(p), i)
		}
	}
	return m.name
}

// order puts those that others connect to first. Who closes a circle starts without waiting.
func (s *set) order() {
	var sorted []*member
	state := map[*member]int{} // 1: being visited, 2: done
	var visit func(m *member)
	visit = func(m *member) {
		state[m] = 1
		for _, to := range m.needs {
			if state[to] == 1 {
				s.notes = append(s.notes, fmt.Sprintf("%s and %s connect to each other, directly or by others: %s starts without waiting; on ECS give it a new deployment once all run, so that it finds the names of the others.", m.name, to.name, m.name))
				continue
			}
			if state[to] == 0 {
				visit(to)
			}
			m.after = append(m.after, to)
		}
		state[m] = 2
		sorted = append(sorted, m)
	}
	for _, m := range s.members {
		if state[m] == 0 {
			visit(m)
		}
	}
	s.members = sorted
}

// tell adds an application's own notes.
func (s *set) tell(m *member, notes []string) {
	for _, n := range notes {
		s.notes = append(s.notes, m.name+": "+n)
	}
}

// setReadme is what README.md of several applications shows.
type setReadme struct {
	Name, Registry  string
	Apps            []setApp
	Secrets         []setSecret
	ECS, EKS, Cloud bool
	Fargate, EC2    bool
	Namespace       string
	Parameters      string
	NewNetwork      bool
	Todos, Notes    []string
	Cost            costs
}

type setApp struct{ Name, ID, Repository, Tag, Image string }

// setSecret is a Secret of Kubernetes, or a parameter of the stack.
type setSecret struct {
	Name string
	Keys []string
}

func (s *set) readme(v setReadme) *Page {
	v.Name, v.Notes, v.Todos, v.Cloud = s.name, s.notes, s.todos, v.ECS || v.EKS
	for _, m := range s.members {
		v.Registry = cmp.Or(v.Registry, registry(m.d.AWS), "ACCOUNT.dkr.ecr.REGION.amazonaws.com")
		v.Apps = append(v.Apps, setApp{m.name, shellWord(m.d.ApplicationID), repositoryName(m.d.Image.Repository), repositoryPart(cmp.Or(m.d.ECRParameters.ECRRepoTag, "latest")), term.Safe(cmp.Or(m.d.ImageName, m.d.Image.Repository))})
	}
	return &Page{"together", v}
}

// join adds the costs of another application.
func (c *costs) join(name string, other costs) {
	c.Date, c.Region = other.Date, other.Region
	c.sum += other.sum
	c.Total = fmt.Sprintf("%.0f", c.sum)
	if other.sum > 0 {
		c.Parts = append(c.Parts, fmt.Sprintf("%s %.2f", name, other.sum))
	}
}
