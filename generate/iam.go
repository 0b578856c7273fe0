package generate

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// iam writes iam/: who may take the task's role, what it may need in AWS, and why. A policy without statements is none to IAM
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html), so that nothing observed is no policy.
func (t *task) iam(files map[string][]byte) error {
	var account any
	if t.d.AWS.AccountID != "" {
		account = t.d.AWS.AccountID
	}
	files["iam/README.md"] = t.iamReadme()
	return roleFiles(files, "task-role", serviceTrust("ecs-tasks.amazonaws.com", account), t.d)
}

// roleFiles writes who may take a role and, where anything was observed, what it may do.
func roleFiles(files map[string][]byte, role string, trust policy, d model.Deployment) (err error) {
	if files["iam/"+role+"-trust.json"], err = trust.encode(); err != nil {
		return err
	}
	if policy, ok := rolePolicy(d); ok {
		files["iam/"+role+"-policy.json"], err = policy.encode()
	}
	return err
}

// iamReadme gives each statement its reason, which JSON has no place for.
func (t *task) iamReadme() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!-- %s -->\n# What %s may do in AWS\n\n", generatedLine, t.family)
	b.WriteString("`task-role-trust.json` lets tasks of ECS")
	if t.d.AWS.AccountID != "" {
		b.WriteString(" in this account alone")
	} else {
		b.WriteString(" (in the account that takes it; with aws.accountId in deployment.json in no other)")
	}
	b.WriteString(" take the role. service.yaml has the same trust.\n\n")
	if len(t.d.RoleActions) == 0 {
		b.WriteString("Nothing that it does in AWS was observed: the task role allows nothing.\n")
		return b.Bytes()
	}
	fmt.Fprintf(&b, "`task-role-policy.json` proposes what was observed. Take out what is not used, and name the resources in the place of `*`, which allows all of them. Then:\n\n```sh\n"+
		"aws iam create-policy --policy-name %s --policy-document file://iam/task-role-policy.json\n```\n\nservice.yaml takes its ARN as TaskPolicyArn.\n\n", ecsName(t.family, 120))
	statementReasons(&b, t.d)
	return b.Bytes()
}

func statementReasons(b *bytes.Buffer, d model.Deployment) {
	ids := statementIDs(d)
	for i, a := range d.RoleActions {
		fmt.Fprintf(b, "- %s: %s, because of %s\n", ids[i], term.Safe(strings.Join(a.Actions, ", ")), term.Safe(cmp.Or(a.Reason, "deployment.json")))
	}
}

// statementIDs are the Sids, letters and digits only, of which no two are equal.
func statementIDs(d model.Deployment) []string {
	var all names
	var ids []string
	for _, a := range d.RoleActions {
		ids = append(ids, all.unique("statement", a.Service, func(s string) string { return cmp.Or(logicalID(s), "Other") }))
	}
	return ids
}
