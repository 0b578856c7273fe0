package document

import (
	"strings"

	"a2c/model"
	"a2c/parse"
)

// cloudFormation reads the task definitions and services of a template.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
func (f *File) cloudFormation(n *parse.Node, at Place, inYAML bool) {
	resources := n.Get("Resources")
	if resources == nil || resources.Kind != parse.Object {
		f.note(at, "the template has no Resources")
		return
	}
	r := reader{file: f.Name, loose: true, yaml: inYAML, root: n, resolve: (&template{root: n}).resolve}
	place := at.key("Resources", resources)
	tasks := map[string]*Task{}
	var services []*parse.Field
	before := len(f.Subjects)
	for i, resource := range resources.Fields {
		switch kind := resource.Value.Get("Type"); {
		case passedOver(resource.Name):
			f.note(place.key(resource.Name, resource.Value), "%s is passed over: what it makes is known only after the template was deployed", model.Path(resource.Name))
		case kind == nil || kind.Kind != parse.String:
			f.note(place.key(resource.Name, resource.Value), "resource %s has no Type", model.Path(resource.Name))
		case kind.Text == "AWS::ECS::TaskDefinition":
			tasks[resource.Name] = f.stackTask(r, resource, place)
		case kind.Text == "AWS::ECS::Service":
			services = append(services, &resources.Fields[i])
		}
	}
	for _, resource := range resources.Fields {
		if kind := resource.Value.Get("Type"); kind != nil && kind.Kind == parse.String {
			f.stackOther(r, resource, place, tasks)
		}
	}
	for _, service := range services {
		f.stackService(r, *service, place, resources, tasks)
	}
	if len(f.Subjects) == before {
		f.note(at, "the template has nothing that runs containers: no task definition or service of ECS, no function, no profile of EKS on Fargate")
	}
}

// properties is where a resource's own values stand.
func properties(resource parse.Field, resources Place) (*parse.Node, Place) {
	at := resources.key(resource.Name, resource.Value)
	if p := resource.Value.Get("Properties"); p != nil {
		return p, at.key("Properties", p)
	}
	return &parse.Node{Kind: parse.Object, Pos: at.Pos}, at
}

func (f *File) stackTask(r reader, resource parse.Field, resources Place) *Task {
	n, at := properties(resource, resources)
	t := &Task{At: at}
	r.fillStruct(t, n, at)
	f.add(Subject{At: at, Task: t, Wrong: r.wrong}, "task definition", resource.Name)
	return t
}

func (f *File) stackService(r reader, resource parse.Field, place Place, resources *parse.Node, tasks map[string]*Task) {
	n, at := properties(resource, place)
	s := &Service{At: at}
	r.fillStruct(s, n, at)
	s.join(tasks[refers(n.Get("TaskDefinition"))])
	s.Closed = stackNetwork{resources: resources}.closed(n.Get("NetworkConfiguration").Get("AwsvpcConfiguration").Get("Subnets"))
	for i := range s.LoadBalancers.V {
		s.LoadBalancers.V[i].V.Group = targetGroup(r, n, i, resources, place)
	}
	f.add(Subject{At: at, Service: s, Wrong: r.wrong}, "service", resource.Name)
}

// targetGroup is the group that a service's load balancer leads to, when it stands in the same template.
func targetGroup(r reader, service *parse.Node, i int, resources *parse.Node, place Place) *TargetGroup {
	list := service.Get("LoadBalancers")
	if list == nil || i >= len(list.Items) {
		return nil
	}
	name := refers(list.Items[i].Get("TargetGroupArn"))
	group := resources.Get(name)
	if kind := group.Get("Type"); kind == nil || !strings.HasSuffix(kind.Text, "::TargetGroup") {
		return nil
	}
	n, at := properties(parse.Field{Name: name, Value: group}, place)
	g := &TargetGroup{At: at}
	r.wrong = nil // the type of its values is no matter of ours
	r.fillStruct(g, n, at)
	return g
}
