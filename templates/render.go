package templates

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"text/template/parse"
)

// Funcs are a template's own functions: one string in, one string out.
type Funcs map[string]func(string) string

// Render fills the template of that name. The language is text/template's, without methods, named templates and break; functions are eq, gt, len and those
// given. It is executed here, since text/template can call any method by its name: the linker then keeps every exported method of every
// type, which makes a2c 9 MB (half as much again) larger. A field that does not exist is an error.
func Render(name string, view any, funcs Funcs) ([]byte, error) {
	return Own{}.Render(name, view, funcs)
}

// Render is that of the user's template where he has one.
func (o Own) Render(name string, view any, funcs Funcs) ([]byte, error) {
	source, err := o.read(name)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return render(name, string(source), view, funcs)
}

func render(name, source string, view any, funcs Funcs) ([]byte, error) {
	known := map[string]any{"len": true, "eq": true, "gt": true}
	for f := range funcs {
		known[f] = true // the parser wants names only
	}
	trees, err := parse.Parse(name, source, "", "", known)
	if err != nil {
		return nil, fmt.Errorf("parse template: %w", err)
	}
	if trees[name] == nil {
		return nil, nil // white space only
	}
	x := &execution{funcs: funcs, tree: trees[name], vars: []variable{{"$", reflect.ValueOf(view)}}}
	if err := x.list(reflect.ValueOf(view), trees[name].Root); err != nil {
		return nil, fmt.Errorf("fill template: %w", err)
	}
	return x.out.Bytes(), nil
}

type variable struct {
	name  string
	value reflect.Value
}

type execution struct {
	funcs Funcs
	tree  *parse.Tree
	vars  []variable
	out   bytes.Buffer
}

// at adds the place in the template to an error.
func (x *execution) at(n parse.Node, err error) error {
	if err == nil || errors.As(err, new(*placed)) {
		return err
	}
	where, what := x.tree.ErrorContext(n)
	return &placed{fmt.Errorf("%s: %s: %w", where, what, err)}
}

type placed struct{ error }

func (p *placed) Unwrap() error { return p.error }

func (x *execution) list(dot reflect.Value, l *parse.ListNode) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		if err := x.node(dot, n); err != nil {
			return x.at(n, err)
		}
	}
	return nil
}

func (x *execution) node(dot reflect.Value, n parse.Node) error {
	switch n := n.(type) {
	case *parse.TextNode:
		x.out.Write(n.Text)
		return nil
	case *parse.CommentNode:
		return nil
	case *parse.ActionNode:
		v, err := x.pipe(dot, n.Pipe)
		if err != nil || len(n.Pipe.Decl) > 0 {
			return err
		}
		fmt.Fprint(&x.out, v.Interface())
		return nil
	case *parse.IfNode:
		return x.branch(dot, &n.BranchNode, false)
	case *parse.WithNode:
		return x.branch(dot, &n.BranchNode, true)
	case *parse.RangeNode:
		return x.loop(dot, n)
	}
	return fmt.Errorf("%T is not supported", n)
}

func (x *execution) branch(dot reflect.Value, n *parse.BranchNode, with bool) error {
	defer x.leave(len(x.vars))
	v, err := x.pipe(dot, n.Pipe)
	if err != nil {
		return err
	}
	if !truth(v) {
		return x.list(dot, n.ElseList)
	}
	if with {
		dot = v
	}
	return x.list(dot, n.List)
}

func (x *execution) loop(dot reflect.Value, n *parse.RangeNode) error {
	defer x.leave(len(x.vars))
	v, err := x.pipe(dot, n.Pipe)
	if err != nil {
		return err
	}
	if v.Kind() != reflect.Slice {
		return fmt.Errorf("range over %s", v.Type())
	}
	if v.Len() == 0 {
		return x.list(dot, n.ElseList)
	}
	vars := len(x.vars)
	for i := range v.Len() {
		x.leave(vars)
		switch d := n.Pipe.Decl; len(d) {
		case 1:
			x.set(d[0].Ident[0], v.Index(i))
		case 2:
			x.set(d[0].Ident[0], reflect.ValueOf(i))
			x.set(d[1].Ident[0], v.Index(i))
		}
		if err := x.list(v.Index(i), n.List); err != nil {
			return err
		}
	}
	return nil
}

func (x *execution) set(name string, v reflect.Value) { x.vars = append(x.vars, variable{name, v}) }

func (x *execution) leave(n int) { x.vars = x.vars[:n] }

// truth is text/template's: nothing, zero and empty are false.
func truth(v reflect.Value) bool {
	if k := v.Kind(); k == reflect.Slice || k == reflect.Map || k == reflect.String {
		return v.Len() > 0
	}
	return v.IsValid() && !v.IsZero()
}

func (x *execution) pipe(dot reflect.Value, p *parse.PipeNode) (v reflect.Value, err error) {
	for _, c := range p.Cmds {
		if v, err = x.command(dot, c, v); err != nil {
			return v, x.at(c, err)
		}
	}
	return v, nil
}

// command evaluates one step of a pipeline; last is what the step before gave.
func (x *execution) command(dot reflect.Value, c *parse.CommandNode, last reflect.Value) (reflect.Value, error) {
	f, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok {
		if len(c.Args) > 1 || last.IsValid() {
			return last, fmt.Errorf("%s is no function", c.Args[0])
		}
		return x.value(dot, c.Args[0])
	}
	var args []reflect.Value
	for _, a := range c.Args[1:] {
		v, err := x.value(dot, a)
		if err != nil {
			return v, err
		}
		args = append(args, v)
	}
	if last.IsValid() {
		args = append(args, last)
	}
	return x.call(f.Ident, args)
}

func (x *execution) value(dot reflect.Value, n parse.Node) (reflect.Value, error) {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.FieldNode:
		return fields(dot, n.Ident)
	case *parse.VariableNode:
		for _, v := range slices.Backward(x.vars) { // the innermost of that name
			if v.name == n.Ident[0] {
				return fields(v.value, n.Ident[1:])
			}
		}
	case *parse.PipeNode:
		return x.pipe(dot, n)
	case *parse.NumberNode:
		if n.IsInt {
			return reflect.ValueOf(int(n.Int64)), nil
		}
	case *parse.StringNode:
		return reflect.ValueOf(n.Text), nil
	case *parse.BoolNode:
		return reflect.ValueOf(n.True), nil
	}
	return reflect.Value{}, fmt.Errorf("%s is not supported", n)
}

func fields(v reflect.Value, names []string) (reflect.Value, error) {
	for _, name := range names {
		for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
			v = v.Elem()
		}
		if v.Kind() == reflect.Map {
			if v = v.MapIndex(reflect.ValueOf(name)); !v.IsValid() {
				return v, fmt.Errorf("no key %q", name)
			}
			continue
		}
		if v.Kind() != reflect.Struct {
			return v, fmt.Errorf("%s of something that has no fields", name)
		}
		f := v.FieldByName(name)
		if !f.IsValid() || !f.CanInterface() {
			return f, fmt.Errorf("%s has no field %s", v.Type(), name)
		}
		v = f
	}
	return v, nil
}

func (x *execution) call(name string, args []reflect.Value) (reflect.Value, error) {
	switch {
	case name == "len" && len(args) == 1 && (args[0].Kind() == reflect.Slice || args[0].Kind() == reflect.Map || args[0].Kind() == reflect.String):
		return reflect.ValueOf(args[0].Len()), nil
	case name == "eq" && len(args) == 2 && args[0].Comparable() && args[1].Comparable():
		return reflect.ValueOf(args[0].Equal(args[1])), nil
	case name == "gt" && len(args) == 2 && args[0].CanInt() && args[1].CanInt():
		return reflect.ValueOf(args[0].Int() > args[1].Int()), nil
	}
	if f := x.funcs[name]; f != nil && len(args) == 1 && args[0].Kind() == reflect.String {
		return reflect.ValueOf(f(args[0].String())), nil
	}
	return reflect.Value{}, fmt.Errorf("%s does not take these %d arguments", name, len(args))
}
