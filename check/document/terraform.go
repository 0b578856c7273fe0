package document

import (
	"strings"

	"a2c/model"
	"a2c/parse"
)

// plan reads what terraform show -json prints of a plan. What Terraform knows only after apply is Unknown.
// https://developer.hashicorp.com/terraform/internals/json-format
type plan struct {
	file     *File
	root     *parse.Node
	unknown  map[*parse.Node]bool // values known after apply
	tasks    map[string]*Task     // by address without indexes
	services []func()
}

func isPlan(n *parse.Node) bool {
	return n.Get("format_version") != nil && (n.Get("planned_values") != nil || n.Get("resource_changes") != nil)
}

func (f *File) terraform(n *parse.Node, at Place) {
	f.Derived = true
	p := &plan{file: f, root: n, unknown: map[*parse.Node]bool{}, tasks: map[string]*Task{}}
	changes := n.Get("resource_changes")
	if changes == nil || changes.Kind != parse.Array {
		f.note(at, "the plan has no resource_changes")
		return
	}
	place, before := at.key("resource_changes", changes), len(f.Subjects)
	for i, item := range changes.Items {
		change := item.Get("change")
		after := change.Get("after")
		if after == nil || after.Kind != parse.Object || text(item, "mode") == "data" {
			continue // it is removed, or only read
		}
		at := place.item(i, item).key("change", change)
		p.resource(item, p.merge(after, change.Get("after_unknown"), p.configured(item)), at.key("after", after))
	}
	for _, join := range p.services {
		join()
	}
	if len(f.Subjects) == before {
		f.note(at, "the plan has nothing that runs containers: no task definition or service of ECS, no workload of Kubernetes")
	}
}

func text(n *parse.Node, name string) string {
	if v := n.Get(name); v != nil {
		return v.Text
	}
	return ""
}

func (p *plan) reader() reader {
	return reader{file: p.file.Name, loose: true, blocks: true, resolve: func(n *parse.Node) answer {
		if p.unknown[n] {
			return undecided("what is known after apply")
		}
		return set(n)
	}}
}

// merge puts what is known after apply into the values. Of a resource's own attributes those that its configuration does not give stay away: there the
// provider says itself what they become.
func (p *plan) merge(after, unknown, configured *parse.Node) *parse.Node {
	if unknown == nil || unknown.Kind != parse.Object || after.Kind != parse.Object {
		return after
	}
	merged := &parse.Node{Kind: parse.Object, Pos: after.Pos}
	for _, f := range after.Fields {
		if u := unknown.Get(f.Name); u != nil && u.Kind != parse.Bool {
			f.Value = p.inner(f.Value, u)
		}
		merged.Fields = append(merged.Fields, f)
	}
	for _, f := range unknown.Fields {
		if f.Value.Kind == parse.Bool && f.Value.Text == "true" && (configured == nil || configured.Get(f.Name) != nil) {
			n := &parse.Node{Kind: parse.Null, Pos: after.Pos}
			p.unknown[n] = true
			merged.Fields = append(merged.Fields, parse.Field{Name: f.Name, Pos: after.Pos, Value: n})
		}
	}
	return merged
}

func (p *plan) inner(n, unknown *parse.Node) *parse.Node {
	if n.Kind != parse.Array || unknown.Kind != parse.Array {
		return p.merge(n, unknown, nil)
	}
	list := &parse.Node{Kind: parse.Array, Pos: n.Pos}
	for i, item := range n.Items {
		if i < len(unknown.Items) {
			item = p.inner(item, unknown.Items[i])
		}
		list.Items = append(list.Items, item)
	}
	return list
}

// configured are the expressions of a resource in the configuration, modules followed by the resource's address; nil when they are not found.
func (p *plan) configured(item *parse.Node) *parse.Node {
	module := p.root.Get("configuration").Get("root_module")
	steps := strings.Split(plain(text(item, "module_address")), ".")
	for i := 1; i < len(steps); i += 2 {
		module = module.Get("module_calls").Get(steps[i]).Get("module")
	}
	resources := module.Get("resources")
	if resources == nil {
		return nil
	}
	for _, r := range resources.Items {
		if text(r, "type") == text(item, "type") && text(r, "name") == text(item, "name") {
			return r.Get("expressions")
		}
	}
	return nil
}

// plain is an address without the indexes of count and for_each: module.a["x"].aws_ecs_service.web[0] is module.a.aws_ecs_service.web.
func plain(address string) string {
	var b strings.Builder
	depth := 0
	for _, r := range address {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (p *plan) resource(item, values *parse.Node, at Place) {
	kind, address := text(item, "type"), text(item, "address")
	switch {
	case kind == "aws_ecs_task_definition":
		p.task(values, address, at)
	case kind == "aws_ecs_service":
		p.service(item, values, address, at)
	case kind == "kubernetes_manifest":
		if manifest := values.Get("manifest"); manifest != nil && manifest.Get("apiVersion") != nil && manifest.Get("kind") != nil {
			k := kubernetes{file: p.file, reader: reader{file: p.file.Name, resolve: p.reader().resolve}}
			place := at.key("manifest", manifest)
			k.object(manifest, place, place)
		}
	case strings.HasPrefix(kind, "kubernetes_"):
		p.workload(kind, values, address, at)
	}
}

// task: container_definitions is JSON in a text. Places within are those of the text; pointers go on into it.
func (p *plan) task(n *parse.Node, address string, at Place) {
	r, t := p.reader(), &Task{At: at}
	r.fillStruct(t, n, at)
	t.Tags = List[Tag]{} // a map here, which rules need not look at
	for i := range t.Volumes.V {
		if v := &t.Volumes.V[i].V; v.HostPath.V != "" || v.HostPath.Is == Unknown {
			v.Host = known(HostVolume{SourcePath: v.HostPath}, v.HostPath.At)
		}
	}
	if v := n.Get("container_definitions"); v != nil && v.Kind == parse.String {
		place := at.key("container_definitions", v)
		inner, err := parse.JSON([]byte(v.Text))
		if err != nil {
			p.file.note(place, "container_definitions of %s is no JSON: %s", model.Path(address), model.Path(err.Error()))
			return
		}
		own := reader{file: p.file.Name}
		t.Containers = List[Container]{}
		t.Containers.fill(&own, inner.At(v.Pos), place)
		// A value of the wrong type in the list itself was said of the text.
		r.wrong = own.wrong
	}
	p.tasks[plain(address)] = t
	p.file.add(Subject{At: at, Task: t, Wrong: r.wrong}, "task definition", address)
}

func (p *plan) service(item, n *parse.Node, address string, at Place) {
	r, s := p.reader(), &Service{At: at}
	r.fillStruct(s, n, at)
	s.Tags = List[Tag]{}
	var own struct {
		NetworkConfiguration Value[VPC]
		CircuitBreaker       Value[CircuitBreaker] `doc:"deploymentCircuitBreaker"`
		MaximumPercent       Value[int64]          `doc:"deploymentMaximumPercent"`
	}
	also := p.reader()
	also.fillStruct(&own, n, at)
	s.NetworkConfiguration = Value[NetworkConfiguration]{Is: own.NetworkConfiguration.Is, At: own.NetworkConfiguration.At, There: own.NetworkConfiguration.There, Why: own.NetworkConfiguration.Why}
	s.NetworkConfiguration.V.VPC = own.NetworkConfiguration
	if ip := &s.NetworkConfiguration.V.VPC.V.AssignPublicIP; Is(*ip, "true") {
		ip.V = "ENABLED"
	}
	s.DeploymentConfiguration = Value[DeploymentConfiguration]{Is: Set, At: at, V: DeploymentConfiguration{CircuitBreaker: own.CircuitBreaker, MaximumPercent: own.MaximumPercent}}
	if s.SchedulingStrategy.Is == Set && s.SchedulingStrategy.V == "DAEMON" && Is(own.MaximumPercent, 0) {
		s.DeploymentConfiguration.V.MaximumPercent = Value[int64]{}
	}
	p.file.add(Subject{At: at, Service: s, Wrong: r.wrong}, "service", address)
	p.services = append(p.services, func() { s.join(p.tasks[p.leads(item, "task_definition")]) })
}

// leads is the address of the resource that an argument refers to.
func (p *plan) leads(item *parse.Node, argument string) string {
	references := p.configured(item).Get(argument).Get("references")
	if references == nil {
		return ""
	}
	module := plain(text(item, "module_address"))
	for _, r := range references.Items {
		if parts := strings.Split(plain(r.Text), "."); len(parts) >= 2 {
			return strings.TrimPrefix(module+"."+parts[0]+"."+parts[1], ".")
		}
	}
	return ""
}

// planKinds are the resources of the Kubernetes provider that make pods.
func planKinds() map[string]string {
	return map[string]string{
		"kubernetes_pod": "Pod", "kubernetes_deployment": "Deployment", "kubernetes_stateful_set": "StatefulSet", "kubernetes_daemonset": "DaemonSet",
		"kubernetes_daemon_set": "DaemonSet", "kubernetes_job": "Job",
	}
}

// workload reads the provider's form of a workload: each object is a block, a list of one.
func (p *plan) workload(kind string, n *parse.Node, address string, at Place) {
	name, known := planKinds()[strings.TrimSuffix(kind, "_v1")]
	if !known {
		p.file.note(at, "%s is passed over: no rule knows %s", model.Path(address), model.Path(kind))
		return
	}
	type template struct {
		Metadata Value[Metadata]
		Spec     Value[PodSpec]
	}
	var own struct {
		Metadata Value[Metadata]
		Spec     Value[struct {
			Replicas                Value[int64]
			TTLSecondsAfterFinished Value[int64] `doc:"ttlSecondsAfterFinished"`
			Template                Value[template]
		}]
	}
	r := p.reader()
	r.fillStruct(&own, n, at)
	pods := own.Spec.V.Template.V
	if name == "Pod" {
		pods = template{}
		r = p.reader()
		r.fillStruct(&pods, n, at)
	}
	o := Object{At: at, Root: at, APIVersion: "v1", ObjectKind: name, Name: own.Metadata.V.Name.V, Namespace: own.Metadata.V.Namespace, Meta: own.Metadata.V}
	pod := &Pod{
		Object: o, Kind: name, Replicas: own.Spec.V.Replicas, TTL: own.Spec.V.TTLSecondsAfterFinished,
		Labels: pods.Metadata.V.Labels, Annotations: pods.Metadata.V.Annotations, Spec: pods.Spec,
	}
	p.file.add(Subject{At: at, Pod: pod, Wrong: r.wrong}, name, address)
}
