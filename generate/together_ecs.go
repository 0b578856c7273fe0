package generate

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What Service Connect's proxy takes of each task (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html).
const (
	proxyCPU       = 0.25 // vCPU
	proxyMemoryMiB = 64
)

// ecs is one stack for all, with a namespace of Service Connect in which each is found.
func (s *set) ecs(target string) (Output, error) {
	files := map[string][]byte{}
	prices, err := loadPrices()
	if err != nil {
		return Output{}, err
	}
	services := newMerged("The services of "+s.name+" on ECS. They find each other by Service Connect.", sharedParameters())
	repositories := newMerged("Image repositories of "+s.name+". Deploy it before the images are pushed.", nil)
	v := setReadme{ECS: true, EC2: target == ecsEC2{}.Name()}
	var largest *task
	for _, m := range s.members {
		t, err := s.task(m, v.EC2)
		if err != nil {
			return Output{}, err
		}
		if largest == nil || t.memory > largest.memory {
			largest = t
		}
		stack := newStack(t)
		if err := errors.Join(services.add(m.id, stack.template()), repositories.add(m.id, t.repositoryStack()), s.ownFiles(files, m, t)); err != nil {
			return Output{}, err
		}
		v.Secrets = append(v.Secrets, t.secretParameters(m.id)...)
		v.Cost.join(m.name, stack.cost(prices))
		s.tell(m, t.notes)
	}
	services.put("Namespace", cfnResource{Type: "AWS::ServiceDiscovery::HttpNamespace", Properties: cfnNamespace{s.name, "Where the services of " + s.name + " find each other"}})
	if err := s.connections(services); err != nil {
		return Output{}, err
	}
	if files["service.yaml"], err = services.encode(); err != nil {
		return Output{}, err
	}
	if files["repository.yaml"], err = repositories.encode(); err != nil {
		return Output{}, err
	}
	if err := s.machines(files, largest, prices); err != nil {
		return Output{}, err
	}
	_, v.NewNetwork = files["network.yaml"]
	v.Parameters = services.asked()
	return Output{Files: files, Notes: slices.Concat(s.todos, s.notes), Readme: s.readme(v)}, nil
}

// secretParameters are those by which the stack is told of secrets, each with the name under which its value is put.
func (t *task) secretParameters(prefix string) []setSecret {
	var all []setSecret
	for _, secret := range t.secrets {
		if secret.parameter != "" {
			all = append(all, setSecret{Name: prefix + secret.parameter, Keys: []string{t.secretName(secret)}})
		}
	}
	return all
}

// task is the application with room for the proxy beside it.
func (s *set) task(m *member, ec2 bool) (*task, error) {
	d := m.d
	proxy := d.ECSParameters.CPU > 0 && !ec2
	if proxy {
		d.ECSParameters.CPU, d.ECSParameters.Memory = d.ECSParameters.CPU+proxyCPU, d.ECSParameters.Memory+proxyMemoryMiB
	}
	t, err := newTask(d, ec2)
	if err != nil {
		return nil, err
	}
	t.connected = &connected{names: map[int]string{}}
	for _, p := range d.ExposedPorts {
		if protocol(p) == "tcp" && !t.daemon {
			t.connected.names[p.LocalPort] = m.address(p.LocalPort)
		}
	}
	for _, to := range m.after {
		t.connected.after = append(t.connected.after, foreign+to.id+"Service")
	}
	if proxy {
		t.notes = append(t.notes, fmt.Sprintf("Its task has %g vCPU and %d MiB more for the proxy of Service Connect.", proxyCPU, proxyMemoryMiB))
	}
	return t, nil
}

// ownFiles are those of one application alone.
func (s *set) ownFiles(files map[string][]byte, m *member, t *task) error {
	own := map[string][]byte{"comments.md": t.comments()}
	if err := t.iam(own); err != nil {
		return err
	}
	definition, note, err := t.taskDefinition()
	if err != nil {
		return err
	}
	if definition != nil {
		own["task-definition.json"] = definition
	}
	if note != "" {
		t.notes = append(t.notes, note)
	}
	for name, text := range own {
		files[path.Join("applications", m.name, name)] = text
	}
	return nil
}

// machines are instances for the largest task, and a network where one of the applications asks for it.
func (s *set) machines(files map[string][]byte, largest *task, p prices) (err error) {
	t := *largest
	t.family = s.name
	if t.ec2 {
		if files["instances.yaml"], err = marshalYAML(generatedLine, t.instances(p)); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(s.members, func(m *member) bool { return m.d.ECSParameters.WithNetwork }) {
		files["network.yaml"], err = marshalYAML(generatedLine, t.network())
	}
	return err
}

// connect serves the ports by their names. Who serves none finds the others.
func (s *stack) connect() *cfnConnect {
	c := &cfnConnect{Enabled: true, Namespace: get(foreign+"Namespace", "Arn")}
	for _, p := range s.d.ExposedPorts {
		if s.connectName(p) != "" {
			name := s.connected.names[p.LocalPort]
			c.Services = append(c.Services, cfnConnected{s.connectName(p), name, []cfnAlias{{name, p.LocalPort}}})
		}
	}
	return c
}

// connections let each reach those that it connects to: proxies connect to the port of the container, or in bridge mode to one that the instance gives out.
func (s *set) connections(to *merged) error {
	done := map[string]bool{}
	for _, m := range s.members {
		for _, other := range m.needs {
			for _, p := range other.d.ExposedPorts {
				if protocol(p) != "tcp" {
					continue
				}
				from, into := m.id+"TaskSecurityGroup", other.id+"TaskSecurityGroup"
				rule := ingress{Description: "From " + m.name, IPProtocol: "tcp", FromPort: p.LocalPort, ToPort: p.LocalPort}
				id := m.id + "To" + other.id + fmt.Sprint(p.LocalPort)
				switch {
				case to.has(from) && to.has(into):
					rule.SourceSecurityGroupID = ref{from}
					to.put(id, cfnResource{Type: "AWS::EC2::SecurityGroupIngress", Properties: cfnIngressRule{ref{into}, rule}})
					out := map[string]any{"GroupId": ref{from}, "Description": "To " + other.name, "IpProtocol": "tcp", "FromPort": p.LocalPort, "ToPort": p.LocalPort, "DestinationSecurityGroupId": ref{into}}
					to.put(id+"Out", cfnResource{Type: "AWS::EC2::SecurityGroupEgress", Condition: m.id + "KnownEgress", Properties: out})
				case to.asks("InstanceSecurityGroup") && !done["instances"]:
					done["instances"] = true
					rule.Description, rule.FromPort, rule.ToPort, rule.SourceSecurityGroupID = "Among the instances", 32768, 65535, ref{"InstanceSecurityGroup"}
					to.put("InstanceIngressPeers", cfnResource{Type: "AWS::EC2::SecurityGroupIngress", Properties: cfnIngressRule{ref{"InstanceSecurityGroup"}, rule}})
				}
			}
		}
	}
	return to.err
}

// sharedParameters are what is the same for all services of a stack; each of the others has the application's name before it.
func sharedParameters() []string {
	return []string{"Cluster", "VpcId", "TaskSubnets", "LoadBalancerSubnets", "AssignPublicIp", "LogRetentionDays", "EnableExec", "Egress", "CapacityProvider", "InstanceSecurityGroup"}
}

// foreign begins the ID of what is not the application's own: it is taken away, and nothing is put in its place.
const foreign = "Of:"

// merged is a template put together from several, whose IDs get a prefix so that none is there twice.
type merged struct {
	template *yaml.Node
	shared   []string
	err      error
}

func newMerged(description string, shared []string) *merged {
	m := &merged{shared: shared}
	m.template, m.err = yamlNode(newTemplate(description))
	return m
}

// sections of a template whose keys are IDs.
func sections() []string { return []string{"Parameters", "Conditions", "Resources", "Outputs"} }

// add takes over the sections of one template.
func (m *merged) add(prefix string, t *cfnTemplate) error {
	from, err := yamlNode(t)
	if err != nil {
		return err
	}
	own := map[string]string{}
	for _, section := range sections() {
		for key := range pairs(value(from, section)) {
			own[key.Value] = prefix + key.Value
			if section == "Parameters" && slices.Contains(m.shared, key.Value) {
				own[key.Value] = key.Value
			}
		}
	}
	for _, section := range sections() {
		for key, v := range pairs(value(from, section)) {
			rename(v, own)
			key.Value = own[key.Value]
			m.set(section, key, v)
		}
	}
	return m.err
}

// set adds an entry to a section; of a parameter that is shared the first stays.
func (m *merged) set(section string, key, v *yaml.Node) {
	to := value(m.template, section)
	if to == nil {
		to = &yaml.Node{Kind: yaml.MappingNode}
		m.template.Content = append(m.template.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: section}, to)
	}
	switch {
	case value(to, key.Value) == nil:
		to.Style = 0
		to.Content = append(to.Content, key, v)
	case !slices.Contains(m.shared, key.Value):
		m.err = errors.Join(m.err, fmt.Errorf("two of the applications have a part called %s in the template of all: generate them one by one", key.Value))
	}
}

func (m *merged) put(id string, v any) {
	node, err := yamlNode(v)
	if err != nil {
		m.err = err
		return
	}
	m.set("Resources", text(id), node)
}

func (m *merged) has(resource string) bool {
	return value(value(m.template, "Resources"), resource) != nil
}

func (m *merged) asks(parameter string) bool {
	return value(value(m.template, "Parameters"), parameter) != nil
}

// asked are the parameters without a default, as --parameter-overrides takes them.
func (m *merged) asked() string {
	var all []string
	for key, v := range pairs(value(m.template, "Parameters")) {
		if value(v, "Default") == nil {
			all = append(all, key.Value+"="+placeholder(key.Value))
		}
	}
	slices.Sort(all)
	return strings.Join(append([]string{"Cluster=CLUSTER"}, all...), " \\\n     ")
}

// placeholder is what a README writes for a value that the user has.
func placeholder(parameter string) string {
	switch {
	case parameter == "VpcId":
		return "VPC"
	case strings.HasSuffix(parameter, "Subnets"):
		return "SUBNET,SUBNET"
	case strings.HasSuffix(parameter, "Group"):
		return "GROUP"
	}
	return "ARN"
}

func (m *merged) encode() ([]byte, error) {
	if m.err != nil {
		return nil, fmt.Errorf("write YAML: %w", m.err)
	}
	for i := 0; i < len(m.template.Content); i += 2 {
		sortKeys(m.template.Content[i+1])
	}
	return encodeYAML(generatedLine, m.template)
}

// sortKeys sorts the entries of a mapping.
func sortKeys(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	entries := slices.Collect(slices.Chunk(n.Content, 2))
	slices.SortFunc(entries, func(a, b []*yaml.Node) int { return strings.Compare(a[0].Value, b[0].Value) })
	n.Content = slices.Concat(entries...)
}

func value(n *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(n) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// pairs are the entries of a mapping.
func pairs(n *yaml.Node) func(yield func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// rename gives new IDs to whatever refers to one: Ref, Fn::GetAtt, Fn::If, DependsOn, Condition, and ${ID} of Fn::Sub.
func rename(n *yaml.Node, own map[string]string) {
	to := func(s *yaml.Node) {
		if id, ok := own[s.Value]; ok {
			s.Value = id
		}
		s.Value = strings.TrimPrefix(s.Value, foreign)
		s.Style = text(s.Value).Style
	}
	for k, v := range pairs(n) {
		switch {
		case (k.Value == "Ref" || k.Value == "Condition") && v.Kind == yaml.ScalarNode:
			to(v)
			continue
		case (k.Value == "Fn::GetAtt" || k.Value == "Fn::If") && len(v.Content) > 0:
			to(v.Content[0])
		case k.Value == "DependsOn":
			for _, id := range v.Content {
				to(id)
			}
			continue
		case k.Value == "Fn::Sub" && v.Kind == yaml.ScalarNode:
			for _, id := range slices.Sorted(maps.Keys(own)) {
				v.Value = strings.ReplaceAll(v.Value, "${"+id+"}", "${"+own[id]+"}")
			}
			continue
		}
		rename(v, own)
	}
	if n.Kind == yaml.SequenceNode {
		for _, v := range n.Content {
			rename(v, own)
		}
	}
}
