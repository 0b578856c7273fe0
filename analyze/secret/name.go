package secret

import (
	"path"
	"strconv"
	"strings"

	"a2c/model"
)

// proposeNames gives each secret a name that Secrets Manager (CreateSecret: letters, digits and /_+=.@-, at most 512), SSM's Parameter Store
// (PutParameter: letters, digits and _.-/) and, in its last part, a Secret of Kubernetes (letters, digits and -_., at most 253) take.
func proposeNames(id string, list []model.Secret) {
	taken := map[string]bool{}
	for i := range list {
		k := &list[i]
		name := k.Name
		if k.Place.Kind == "file" && k.Place.Key == "" && k.Place.Line > 0 { // the file's name: several may lie in it
			name += "." + strconv.Itoa(k.Place.Line)
		}
		base := NameFor(defaultPrefix, id, name)
		free := base
		for n := 2; taken[free]; n++ {
			free = base + "." + strconv.Itoa(n)
		}
		taken[free] = true
		k.ProposedName = free
		k.Evidence.Add("proposedName", model.Derived("the secret's name, in characters that Secrets Manager, SSM and Kubernetes take"))
	}
}

// defaultPrefix stands before all names, so that a policy can allow what lies below it.
const defaultPrefix = "a2c"

// NameFor is the name of a secret of an application below a prefix.
func NameFor(prefix, id, name string) string { return prefix + "/" + clean(id) + "/" + clean(name) }

// maxName keeps names readable; the key of a Secret of Kubernetes has at most 253 characters.
const maxName = 120

func clean(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.'):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := b.String()
	s = strings.Trim(s[max(0, len(s)-maxName):], "-.")
	// Secrets Manager appends a hyphen and six characters to the name in an ARN, and finds a name that ends so itself by mistake
	// (docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, Name).
	const suffix = 6
	if i := len(s) - suffix - 1; i >= 0 && s[i] == '-' {
		s = s[:i] + "_" + s[i+1:]
	}
	if s == "" || path.Clean(s) != s {
		return "secret"
	}
	return s
}
