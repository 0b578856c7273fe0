package generate

import (
	"cmp"
	"strings"

	"a2c/generate/kube"
)

type cfnFargateProfile struct {
	ClusterName         any
	FargateProfileName  string
	PodExecutionRoleArn any
	Selectors           []cfnSelector
	Subnets             any
}

type cfnSelector struct{ Namespace string }

// fargateProfile is the stack of the profile by which the pods of both stages land on Fargate, and of the role with which AWS pulls their image and
// writes their logs (https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html).
func (w *workload) fargateProfile() *cfnTemplate {
	t := newTemplate("Runs the pods of " + w.name + " on Fargate")
	t.Parameters["ClusterName"] = clusterParameter()
	t.Parameters["PrivateSubnets"] = cfnParameter{Type: "List<AWS::EC2::Subnet::Id>", Description: "Private subnets, with a way to ECR, S3 and CloudWatch Logs"}
	profiles := substitute{"arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:fargateprofile/${ClusterName}/*"}
	trust := statement{
		Effect: "Allow", Action: "sts:AssumeRole", Principal: map[string]string{"Service": "eks-fargate-pods.amazonaws.com"},
		Condition: map[string]any{"ArnLike": map[string]any{"aws:SourceArn": profiles}},
	}
	logs := statement{
		Effect: "Allow", Action: []string{"logs:CreateLogStream", "logs:CreateLogGroup", "logs:DescribeLogStreams", "logs:PutLogEvents", "logs:PutRetentionPolicy"},
		Resource: substitute{"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:" + fargateLogGroup + ":*"},
	}
	role := map[string]any{
		"Description": "Pulls the image and writes the logs of " + w.name, "AssumeRolePolicyDocument": newPolicy(trust),
		"ManagedPolicyArns": []any{substitute{"arn:${AWS::Partition}:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"}},
		"Policies":          []inlinePolicy{{PolicyName: "logs", PolicyDocument: newPolicy(logs)}},
	}
	t.Resources["PodExecutionRole"] = cfnResource{Type: "AWS::IAM::Role", Properties: role}
	t.Resources["Profile"] = cfnResource{Type: "AWS::EKS::FargateProfile", Properties: cfnFargateProfile{
		ClusterName: ref{"ClusterName"}, FargateProfileName: w.name, PodExecutionRoleArn: get("PodExecutionRole", "Arn"), Subnets: ref{"PrivateSubnets"},
		Selectors: []cfnSelector{{w.namespace}, {w.developmentNamespace()}},
	}}
	return t
}

// fargateLogGroup is that of all pods on Fargate of a cluster: the stream's name tells them apart.
const fargateLogGroup = "/eks/fargate"

// logging tells Fargate's own log router where to send what pods print. Namespace and name are given, there is one in a cluster, and only pods that start
// later follow it (https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html).
func (w *workload) logging() []manifest {
	const namespace = "aws-observability"
	region := cmp.Or(w.d.AWS.Region, "REGION")
	if w.d.AWS.Region == "" {
		w.notes = append(w.notes, "logging/aws-logging.yaml names REGION in the place of the region: fill aws.region in deployment.json and generate again before it is applied.")
	}
	output := []string{
		"[OUTPUT]", "    Name cloudwatch_logs", "    Match *", "    region " + region, "    log_group_name " + fargateLogGroup,
		"    log_stream_prefix pod-", "    auto_create_group true", "    log_retention_days 30", "",
	}
	meta := kube.Meta{Name: namespace, Labels: map[string]string{"aws-observability": "enabled", "app.kubernetes.io/managed-by": "a2c"}}
	c := kube.ConfigMap{
		Object: kube.Object{Kind: "ConfigMap", APIVersion: "v1", Metadata: kube.Meta{Name: "aws-logging", Namespace: namespace, Labels: map[string]string{"app.kubernetes.io/managed-by": "a2c"}}},
		Data:   map[string]string{"flb_log_cw": "false", "output.conf": strings.Join(output, "\n")},
	}
	return []manifest{{"namespace.yaml", kube.Object{Kind: "Namespace", APIVersion: "v1", Metadata: meta}}, {"aws-logging.yaml", c}}
}
