// Package document turns files that describe deployments (ECS task definitions and services, CloudFormation templates, plans of Terraform, compose files, Kubernetes manifests) into
// typed subjects for rules, each value with its place. It reads bytes, never files, and guesses nothing: what only the deployment decides is
// Unknown.
package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// State says what is known of a value.
type State uint8

// States of a value.
const (
	Absent  State = iota // the document does not say it
	Set                  // it stands there
	Unknown              // it is decided when the document is deployed: a parameter, a condition
	Wrong                // it has another type than the API takes; Subject.Wrong says so
)

// Place is where something stands in a document.
type Place struct {
	File string
	Pos  parse.Pos
	path *step
}

type step struct {
	up    *step
	name  string
	index int // of an item; name is empty then
}

// Pointer is the JSON pointer (RFC 6901) below the document that holds the place; "" for the document itself.
func (p Place) Pointer() string {
	var parts []string
	for s := p.path; s != nil; s = s.up {
		part := strconv.Itoa(s.index)
		if s.index < 0 {
			part = strings.NewReplacer("~", "~0", "/", "~1").Replace(s.name)
		}
		parts = append(parts, part)
	}
	var b strings.Builder
	for _, part := range slices.Backward(parts) {
		b.WriteString("/" + part)
	}
	return b.String()
}

// Model is the place as a finding holds it.
func (p Place) Model() model.DocPlace {
	return model.DocPlace{File: p.File, Pointer: p.Pointer(), Line: p.Pos.Line, Column: p.Pos.Col}
}

func (p Place) key(name string, n *parse.Node) Place {
	return Place{p.File, n.Pos, &step{p.path, name, -1}}
}

func (p Place) item(i int, n *parse.Node) Place {
	return Place{p.File, n.Pos, &step{p.path, "", i}}
}

// Value is one value of a document.
type Value[T any] struct {
	V     T
	Is    State
	There bool   // with Unknown: something will stand there, whatever it is
	Why   string // with Unknown: what decides it, "the parameter Cpu"
	At    Place
}

// State is what is known of it.
func (v Value[T]) State() State { return v.Is }

// Where is its place.
func (v Value[T]) Where() Place { return v.At }

// Decides says what decides an unknown value.
func (v Value[T]) Decides() string { return v.Why }

// Said reports whether the document certainly gives it, known or not.
func (v Value[T]) Said() bool { return v.Is == Set || v.There }

// Is reports whether a value is known to be want.
func Is[T comparable](v Value[T], want T) bool { return v.Is == Set && v.V == want }

// List is a list of values.
type List[T any] = Value[[]Value[T]]

// Pair is one entry of a map.
type Pair struct {
	Name string
	Text bool // its value is written as a text, not as a number or a truth
	Value[Scalar]
}

// Map is a map of texts, in the document's order.
type Map = Value[[]Pair]

// Entry is a value of a map; Absent when the map is known and does not have it, Unknown when the map is.
func Entry(m Map, name string) Value[Scalar] {
	for _, p := range m.V {
		if p.Name == name {
			return p.Value
		}
	}
	if m.Is == Unknown {
		return Value[Scalar]{Is: Unknown, Why: m.Why, At: m.At}
	}
	return Value[Scalar]{At: m.At}
}

// Scalar is a text, a number or a truth as it is written.
type Scalar string

// Raw is a value of which only the presence matters.
type Raw struct{ Node *parse.Node }

// Note is something that was passed over, and why.
type Note struct {
	At   Place
	Text string
}

func (n Note) String() string {
	return fmt.Sprintf("%s:%s: %s", model.Path(n.At.File), n.At.Pos, n.Text)
}
