package generate

import "a2c/generate/kube"

// roleARN is the IAM role that the pods take by IRSA; "" when they have none, or take it by Pod Identity.
func (w *workload) roleARN() string {
	if w.d.EKSParameters.PodIdentity {
		return ""
	}
	return w.d.EKSParameters.ServiceAccountRoleARN
}

// serviceAccount carries the IAM role of the pods (IRSA): https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
func (w *workload) serviceAccount() kube.ServiceAccount {
	role := w.roleARN()
	a := kube.ServiceAccount{Object: w.object("v1", "ServiceAccount", w.name), AutomountServiceAccountToken: new(role != "")}
	if role != "" {
		a.Metadata.Annotations = map[string]string{"eks.amazonaws.com/role-arn": role}
	}
	return a
}

type cfnPodIdentity struct {
	ClusterName    any
	Namespace      string
	ServiceAccount string
	RoleArn        any
}

// podIdentity is the stack of the associations that give the service account its role, one for each stage: the account itself says nothing of it
// (https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html).
func (w *workload) podIdentity() *cfnTemplate {
	t := newTemplate("Gives the pods of " + w.name + " their IAM role")
	t.Parameters["ClusterName"] = clusterParameter()
	role := cfnParameter{Type: "String", Description: "IAM role whose trust policy names pods.eks.amazonaws.com, with sts:AssumeRole and sts:TagSession", AllowedPattern: "arn:.+:role/.+"}
	if arn := w.d.EKSParameters.ServiceAccountRoleARN; arn != "" {
		role.Default = arn
	}
	t.Parameters["RoleArn"] = role
	for id, namespace := range map[string]string{"Association": w.namespace, "DevelopmentAssociation": w.developmentNamespace()} {
		t.Resources[id] = cfnResource{Type: "AWS::EKS::PodIdentityAssociation", Properties: cfnPodIdentity{ref{"ClusterName"}, namespace, w.name, ref{"RoleArn"}}}
	}
	return t
}

func clusterParameter() cfnParameter {
	return cfnParameter{Type: "String", Description: "Name of the EKS cluster", AllowedPattern: "[0-9A-Za-z][0-9A-Za-z_-]{0,99}"}
}
