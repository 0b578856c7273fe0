package document

import (
	"bytes"
	"fmt"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// File is what was found in one file.
type File struct {
	Name     string
	Subjects []Subject
	Notes    []Note // what was passed over
	// Associations are what Pod Identity says of service accounts.
	Associations []*Association
	Derived      bool // its tasks are made of something else: a compose file, a plan
	Foreign      bool // it describes nothing of what a2c knows: one of the many files that a folder holds beside
}

// Subject is one thing that can be judged: exactly one of the pointers is set.
type Subject struct {
	Name    string // "stack.yaml: task definition web"
	At      Place
	Task    *Task
	Service *Service
	Pod     *Pod
	Object  *Object

	Function  *Function
	AppRunner *AppRunner
	Express   *Express
	Profile   *Profile

	Wrong []Note // values of another type than the API takes
}

// Read recognises what a file describes by its content and reads it. A file that is neither JSON nor YAML is an error with line and column
// (parse.Problems); one that describes nothing known has no subjects and a note.
func Read(name string, data []byte) (*File, error) {
	documents, inYAML, err := nodes(data)
	if err != nil {
		return nil, err
	}
	f := &File{Name: name}
	k := kubernetes{file: f, reader: reader{file: name, yaml: inYAML}}
	for _, n := range documents {
		at := Place{File: name, Pos: n.Pos}
		switch {
		case n.Kind != parse.Object:
			f.Foreign = len(f.Subjects) == 0
			f.note(at, "it is %s, no document that a2c knows", n.Kind)
		case n.Get("apiVersion") != nil && n.Get("kind") != nil:
			k.object(n, at, at)
		case n.Get("Resources") != nil || n.Get("AWSTemplateFormatVersion") != nil:
			f.cloudFormation(n, at, inYAML)
		case isPlan(n):
			f.terraform(n, at)
		case isCompose(n):
			f.compose(n, at)
		default:
			f.ecs(n, at, inYAML)
		}
	}
	if len(documents) == 0 {
		f.note(Place{File: name, Pos: parse.Pos{Line: 1, Col: 1}}, "it holds no document")
	}
	return f, nil
}

// nodes reads JSON where the text begins as JSON does: what the AWS CLI refuses is not to pass for YAML.
func nodes(data []byte) (documents []*parse.Node, inYAML bool, err error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if text := bytes.TrimLeft(data, " \t\r\n"); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		n, err := parse.JSON(data)
		return []*parse.Node{n}, false, err
	}
	documents, err = parse.YAML(data)
	return documents, true, err
}

func (f *File) note(at Place, format string, a ...any) {
	f.Notes = append(f.Notes, Note{at, fmt.Sprintf(format, a...)})
}

// add names a subject and keeps it.
func (f *File) add(s Subject, kind, name string) {
	s.Name = strings.TrimSpace(fmt.Sprintf("%s: %s %s", model.Path(f.Name), kind, model.Path(name)))
	f.Subjects = append(f.Subjects, s)
}

// ecs reads what the ECS API takes and returns: a task definition or service as it is registered, or wrapped as the describe calls return them.
func (f *File) ecs(n *parse.Node, at Place, inYAML bool) {
	found := false
	for _, wrapper := range []string{"taskDefinition", "service", "services", "taskDefinitions"} {
		inner := n.Get(wrapper)
		if inner == nil {
			continue
		}
		items, place := []*parse.Node{inner}, at.key(wrapper, inner)
		if inner.Kind == parse.Array {
			items = inner.Items
		}
		for i, item := range items {
			if inner.Kind == parse.Array {
				found = f.ecsOne(item, place.item(i, item), inYAML) || found
				continue
			}
			found = f.ecsOne(item, place, inYAML) || found
		}
	}
	if !found && !f.ecsOne(n, at, inYAML) {
		f.Foreign = len(f.Subjects) == 0
		f.note(at, "it describes nothing that a2c knows: no task definition, service, CloudFormation template, Terraform plan, compose file or Kubernetes object")
	}
}

func (f *File) ecsOne(n *parse.Node, at Place, inYAML bool) bool {
	r := reader{file: f.Name, yaml: inYAML}
	switch {
	case n.Get("containerDefinitions") != nil:
		t := Task{At: at}
		r.fillStruct(&t, n, at)
		f.add(Subject{At: at, Task: &t, Wrong: r.wrong}, "task definition", t.Family.V)
	case n.Get("serviceName") != nil && (n.Get("taskDefinition") != nil || n.Get("launchType") != nil || n.Get("capacityProviderStrategy") != nil):
		s := Service{At: at}
		r.fillStruct(&s, n, at)
		f.add(Subject{At: at, Service: &s, Wrong: r.wrong}, "service", s.Name.V)
	default:
		return false
	}
	return true
}

// Link lets services and task definitions of several files that are read together find each other by family, and Kubernetes objects see each other.
func Link(files []*File) {
	beside := &Objects{}
	for _, f := range files {
		beside.Associations = append(beside.Associations, f.Associations...)
	}
	tasks := map[string]*Task{}
	for s := range subjects(files) {
		switch {
		case s.Task != nil && s.Task.Family.Is == Set:
			tasks[s.Task.Family.V] = s.Task
		case s.Pod != nil:
			beside.Pods = append(beside.Pods, s.Pod)
			s.Pod.Beside = beside
		case s.Object != nil:
			beside.All = append(beside.All, s.Object)
			s.Object.Beside = beside
		}
	}
	for s := range subjects(files) {
		if s.Service != nil && s.Service.Task == nil && s.Service.TaskDefinition.Is == Set {
			s.Service.join(tasks[familyOf(s.Service.TaskDefinition.V)])
		}
	}
}

// join lets a service and the task definition that it runs know each other.
func (s *Service) join(t *Task) {
	if s.Task = t; t != nil && t.Service == nil {
		t.Service = s
	}
}

func subjects(files []*File) func(yield func(Subject) bool) {
	return func(yield func(Subject) bool) {
		for _, f := range files {
			for _, s := range f.Subjects {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// familyOf takes the family out of "family", "family:revision" and "arn:aws:ecs:region:account:task-definition/family:revision".
func familyOf(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	family, _, _ := strings.Cut(name, ":")
	return family
}
