package document

import (
	"slices"
	"strings"

	"a2c/parse"
)

// template follows the intrinsic functions of one CloudFormation template as far as the template alone decides them.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
type template struct {
	root  *parse.Node
	depth int
}

// maxIntrinsics is how deep functions may be nested.
const maxIntrinsics = 20

func set(n *parse.Node) answer    { return answer{node: n, is: Set} }
func undecided(why string) answer { return answer{is: Unknown, there: true, why: why} }
func perhaps(why string) answer   { return answer{is: Unknown, why: why} }
func literal(n *parse.Node, text string) answer {
	return set(&parse.Node{Kind: parse.String, Pos: n.Pos, Text: text})
}

func (t *template) resolve(n *parse.Node) answer {
	if n.Kind != parse.Object || len(n.Fields) != 1 {
		return set(n)
	}
	name, arg := n.Fields[0].Name, n.Fields[0].Value
	if name != "Ref" && !strings.HasPrefix(name, "Fn::") {
		return set(n)
	}
	if t.depth++; t.depth > maxIntrinsics {
		t.depth--
		return perhaps("functions nested too deep")
	}
	defer func() { t.depth-- }()
	switch name {
	case "Ref":
		return t.ref(arg)
	case "Fn::If":
		return t.choice(arg)
	case "Fn::Sub":
		return t.sub(arg)
	case "Fn::Join":
		return t.join(n, arg)
	case "Fn::FindInMap":
		return t.find(arg)
	}
	return undecided(name)
}

func (t *template) ref(arg *parse.Node) answer {
	switch {
	case arg.Text == "AWS::NoValue":
		return answer{is: Absent}
	case t.root.Get("Parameters").Get(arg.Text) != nil:
		return undecided("the parameter " + arg.Text)
	}
	return undecided("what " + arg.Text + " becomes")
}

// choice: where both branches say the same the condition does not matter.
func (t *template) choice(arg *parse.Node) answer {
	if len(arg.Items) != 3 {
		return perhaps("Fn::If")
	}
	why := "the condition " + arg.Items[0].Text
	a, b := t.resolve(arg.Items[1]), t.resolve(arg.Items[2])
	switch {
	case a.is == Absent && b.is == Absent:
		return a
	case a.is == Set && b.is == Set && same(a.node, b.node):
		return a
	case a.is == Absent || b.is == Absent:
		return perhaps(why)
	case a.there == b.there || a.is == Set || b.is == Set:
		return answer{is: Unknown, why: why, there: (a.is == Set || a.there) && (b.is == Set || b.there)}
	}
	return perhaps(why)
}

// same compares as CloudFormation does, to which 2048 and "2048" are one.
func same(a, b *parse.Node) bool {
	if scalar(a) && scalar(b) {
		return a.Text == b.Text
	}
	return a.JSON() == b.JSON()
}

// sub: a text with nothing to put in is itself; "${!x}" is written for "${x}".
func (t *template) sub(arg *parse.Node) answer {
	if arg.Kind == parse.Array && len(arg.Items) > 0 {
		arg = arg.Items[0]
	}
	if strings.Contains(strings.ReplaceAll(arg.Text, "${!", ""), "${") {
		return undecided("what stands for ${…} in " + arg.Text)
	}
	return literal(arg, strings.ReplaceAll(arg.Text, "${!", "${"))
}

func (t *template) join(n, arg *parse.Node) answer {
	if len(arg.Items) != 2 {
		return undecided("Fn::Join")
	}
	list := t.resolve(arg.Items[1])
	if list.is != Set {
		return undecided("Fn::Join")
	}
	var parts []string
	for _, item := range list.node.Items {
		a := t.resolve(item)
		if a.is != Set || !scalar(a.node) {
			return undecided("Fn::Join")
		}
		parts = append(parts, a.node.Text)
	}
	return literal(n, strings.Join(parts, arg.Items[0].Text))
}

func (t *template) find(arg *parse.Node) answer {
	if len(arg.Items) != 3 {
		return undecided("Fn::FindInMap")
	}
	at := t.root.Get("Mappings")
	for _, item := range arg.Items {
		key := t.resolve(item)
		if key.is != Set || !scalar(key.node) {
			return undecided("Fn::FindInMap")
		}
		at = at.Get(key.node.Text)
	}
	if at == nil {
		return undecided("Fn::FindInMap, which finds nothing")
	}
	return set(at)
}

// refers names the resource that a value leads to: {"Ref": name} or {"Fn::GetAtt": [name, …]}.
func refers(n *parse.Node) string {
	if n == nil || n.Kind != parse.Object || len(n.Fields) != 1 {
		return ""
	}
	arg := n.Fields[0].Value
	switch n.Fields[0].Name {
	case "Ref":
		return arg.Text
	case "Fn::GetAtt":
		if len(arg.Items) > 0 {
			return arg.Items[0].Text
		}
		name, _, _ := strings.Cut(arg.Text, ".")
		return name
	}
	return ""
}

// passedOver are sections whose content no rule looks at, or that make resources only when the template is deployed.
func passedOver(kind string) bool {
	return slices.ContainsFunc([]string{"Fn::ForEach", "Fn::Transform"}, func(p string) bool { return strings.HasPrefix(kind, p) })
}
