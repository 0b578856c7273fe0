package generate

import (
	"bytes"
	"cmp"
	"fmt"
)

// iam writes iam/: who may take the role of the pods, what it may need in AWS, and why. Nothing applies it.
func (w *workload) iam(files map[string][]byte) error {
	trust := w.irsaTrust()
	if w.d.EKSParameters.PodIdentity {
		trust = podIdentityTrust()
	}
	files["iam/README.md"] = w.iamReadme()
	if len(w.d.RoleActions) > 0 && w.d.EKSParameters.ServiceAccountRoleARN == "" {
		w.notes = append(w.notes, "It was seen to use AWS, and its pods have no role yet: iam/README.md shows how to make one; then write its ARN to eksParameters.serviceAccountRoleArn and generate again.")
	}
	return roleFiles(files, "role", trust, w.d)
}

// oidcProvider stands for the cluster's provider, whose name is nobody's to know here.
const oidcProvider = "OIDC_PROVIDER"

// irsaTrust lets the service account of both stages take the role, and no other (https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html).
func (w *workload) irsaTrust() policy {
	var subjects []string
	for _, namespace := range []string{w.namespace, w.developmentNamespace()} {
		subjects = append(subjects, "system:serviceaccount:"+namespace+":"+w.name)
	}
	return newPolicy(statement{
		Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity",
		Principal: map[string]string{"Federated": fmt.Sprintf("arn:%s:iam::%s:oidc-provider/%s", partition(w.d.AWS.Region), cmp.Or(w.d.AWS.AccountID, "ACCOUNT"), oidcProvider)},
		Condition: map[string]any{"StringEquals": map[string]any{oidcProvider + ":aud": "sts.amazonaws.com", oidcProvider + ":sub": subjects}},
	})
}

// podIdentityTrust lets the agent of Pod Identity take the role for those whom an association names (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html).
func podIdentityTrust() policy {
	return newPolicy(statement{Effect: "Allow", Action: []string{"sts:AssumeRole", "sts:TagSession"}, Principal: map[string]string{"Service": "pods.eks.amazonaws.com"}})
}

func (w *workload) iamReadme() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!-- %s -->\n# What %s may do in AWS\n\n", generatedLine, w.name)
	if len(w.d.RoleActions) == 0 {
		b.WriteString("Nothing that it does in AWS was observed: its pods need no role. Should they need one after all:\n\n")
	} else {
		b.WriteString("`role-policy.json` proposes what was observed. Take out what is not used, and name the resources in the place of `*`, which allows all of them. Then:\n\n")
	}
	b.WriteString("```sh\n")
	trust := "iam/role-trust.json"
	if !w.d.EKSParameters.PodIdentity {
		trust = "role-trust.json"
		fmt.Fprintf(&b, "OIDC=$(aws eks describe-cluster --name CLUSTER --query cluster.identity.oidc.issuer --output text | sed 's|^https://||')\nsed \"s|%s|$OIDC|g\" iam/role-trust.json > %s\n", oidcProvider, trust)
	}
	fmt.Fprintf(&b, "aws iam create-role --role-name %[1]s --assume-role-policy-document file://%[2]s\n", w.name, trust)
	if len(w.d.RoleActions) > 0 {
		fmt.Fprintf(&b, "aws iam put-role-policy --role-name %[1]s --policy-name %[1]s --policy-document file://iam/role-policy.json\n", w.name)
	}
	b.WriteString("```\n\nWrite its ARN to eksParameters.serviceAccountRoleArn in deployment.json and generate again.\n")
	if len(w.d.RoleActions) > 0 {
		b.WriteString("\n")
		statementReasons(&b, w.d)
	}
	return b.Bytes()
}
