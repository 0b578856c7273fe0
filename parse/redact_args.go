package parse

import "strings"

// ArgSecret is a secret in an argument vector: args[Arg][Start:End].
type ArgSecret struct {
	SecretSpan
	Arg int
	// Option is what stands before the value in the same argument, so that model.Place can name it: "-Ddb.password" of
	// "-Ddb.password=x"; "" when the argument is the value alone, or the secret lies deeper in it.
	Option string
	Name   string // the option or property without dashes: "db.password"
}

// ArgSecrets finds secrets in arguments: -Dname=value, --name=value, --name value, name=value, /name:value, and inside any argument what
// FindSecrets finds in a whole value. An option behind which another option follows has no value.
func ArgSecrets(args []string) []ArgSecret {
	f := argFinder{args: args}
	known := newConventions(args)
	for i := 0; i < len(args); i++ {
		if at, start, end, option := known.secret(i); option != "" {
			f.add(at, "", strings.TrimLeft(option, "-"), start, []SecretSpan{{End: end - start, Kind: SecretPassword}})
			i = at
			continue
		}
		if option, name, offset := splitOption(args[i]); offset > 0 {
			f.add(i, option, name, offset, findSecrets(name, args[i][offset:], true))
			continue
		}
		if name, ok := strings.CutPrefix(args[i], "-"); ok && i+1 < len(args) && !optionLike(args[i+1]) && secretKind(name, args[i+1]) != "" {
			f.add(i+1, "", strings.TrimLeft(name, "-"), 0, FindSecrets(name, args[i+1]))
			i++
			continue
		}
		f.add(i, "", "", 0, findSecrets("", args[i], true))
	}
	return f.found
}

type argFinder struct {
	args  []string
	found []ArgSecret
}

// add notes what was found in argument i behind an offset. When that is all of it, option stands before it.
func (f *argFinder) add(i int, option, name string, offset int, spans []SecretSpan) {
	for _, s := range spans {
		whole := s.Start == 0 && s.End == len(f.args[i])-offset
		s.Start, s.End = s.Start+offset, s.End+offset
		a := ArgSecret{SecretSpan: s, Arg: i, Name: name}
		if whole {
			a.Option = option
		}
		if a.Name == "" {
			a.Name = s.Key
		}
		f.found = append(f.found, a)
	}
}

// optionLike tells --verbose from a password that begins with a dash.
func optionLike(arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return strings.HasPrefix(arg, "-") && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-") == ""
}

// splitOption splits an argument at the sign between name and value; offset is where the value begins, 0 when there is none.
func splitOption(arg string) (option, name string, offset int) {
	i := strings.IndexByte(arg, '=')
	// /password:x of .NET; -pass:x; Authorization:x
	if j := strings.IndexByte(arg, ':'); j > 0 && (i < 0 && strings.IndexByte("-/", arg[0]) >= 0 || j < i) && SecretName(arg[:j]) != "" && !strings.Contains(arg[1:j], "/") {
		i = j
	}
	if i <= 0 || strings.ContainsAny(arg[:i], " \t\n?&;@\"'{") || strings.Contains(arg[:i], "://") {
		return "", "", 0
	}
	name = strings.TrimLeft(arg[:i], "-/")
	if rest, ok := strings.CutPrefix(arg[:i], "-D"); ok {
		name = rest
	}
	return arg[:i], name, i + 1
}

// RedactArgs returns a copy of an argument vector, of the same length, without secrets.
func RedactArgs(args []string) []string {
	spans := make([][]SecretSpan, len(args))
	for _, s := range ArgSecrets(args) {
		spans[s.Arg] = append(spans[s.Arg], s.SecretSpan)
	}
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = redact(arg, spans[i])
	}
	return out
}
