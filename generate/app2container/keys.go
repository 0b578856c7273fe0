package app2container

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// keys are all documented keys, with what becomes of each. cpu and memory are taken together, elsewhere.
func keys() map[string]taker {
	all := map[string]taker{
		"a2CTemplateVersion": done, "applicationId": sameID, "imageName": refused("the image is a2c's own, deployed by its digest: repository and tag are image.repository and ecrParameters.ecrRepoTag"),
		"exposedPorts": takePorts, "environment": takeEnvironment,
		"ecrParameters.ecrRepoTag": sentence(func(d *model.Deployment, s string) { d.ECRParameters.ECRRepoTag = s }),
	}
	maps.Copy(all, ecsKeys())
	maps.Copy(all, eksKeys())
	all["fireLensParameters.enableFireLensLogging"] = switched(func(d *model.Deployment, on bool) { fireLens(d).EnableFireLensLogging = on })
	all["fireLensParameters.logDestinations"] = takeDestinations
	for _, k := range []string{"createAppRunnerArtifacts", "stackName", "serviceName", "autoDeploymentsEnabled", "resourceTags"} {
		all["appRunnerParameters."+k] = onlyIf(wants, "a2c writes no files for App Runner: a2c check --target app-runner says what stands against it, and ecs-fargate is the nearest target")
	}
	return all
}

func ecsKeys() map[string]taker {
	keys := map[string]taker{
		"createEcsArtifacts": switched(func(d *model.Deployment, on bool) { d.ECSParameters.CreateECSArtifacts = on }),
		"ecsFamily":          sentence(func(d *model.Deployment, s string) { d.ECSParameters.ECSFamily = s }),
		"cpu":                done, "memory": done,
		"dockerSecurityOption":    refused(windows),
		"enableCloudwatchLogging": onlyIf(isOff, "the log always goes to CloudWatch: a container's own is lost with it"),
		"publicApp":               switched(func(d *model.Deployment, on bool) { d.ECSParameters.PublicApp = on }),
		"stackName":               sentence(func(d *model.Deployment, s string) { d.ECSParameters.StackName = s }),
		"resourceTags":            tags(func(d *model.Deployment, t []model.Tag) { d.ECSParameters.ResourceTags = t }),
		"deployTarget":            sentence(func(d *model.Deployment, s string) { d.ECSParameters.DeployTarget = strings.ToLower(s) }),
		"dependentApps":           refused(dependent),
		"reuseResources.vpcId":    sentence(func(d *model.Deployment, s string) { d.ECSParameters.ReuseResources.VPCID = s }),
		"reuseResources.reuseExistingA2cStack.cfnStackName":        refused("a2c's stack takes cluster, network and load balancer that are there by its parameters Cluster, VpcId and ListenerArn"),
		"reuseResources.reuseExistingA2cStack.microserviceUrlPath": refused("a load balancer that is there is named by the parameter ListenerArn, and its rule is yours"),
		"reuseResources.sshKeyPairName":                            refused("nobody logs in to instances: ECS Exec (the parameter EnableExec) opens a shell in a task"),
		"reuseResources.acmCertificateArn":                         sentence(func(d *model.Deployment, s string) { d.ECSParameters.ReuseResources.ACMCertificateARN = s }),
	}
	return below("ecsParameters", keys, groupAccount("domainSecretsArn", "domainDNSName", "domainNetBIOSName", "createGMSA", "gMSAName", "ADSecurityGroupName"))
}

func eksKeys() map[string]taker {
	keys := map[string]taker{
		"createEksArtifacts": switched(func(d *model.Deployment, on bool) { d.EKSParameters.CreateEKSArtifacts = on }),
		"stackName":          refused("there is no stack: the manifests are applied to a cluster that is there, and the namespace is eksParameters.namespace"),
		"cpu":                done, "memory": done,
		"ingress":                          takeIngress,
		"dnsRecordName":                    refused("no record is made: point one at the load balancer, or let external-dns do it by an annotation of the Ingress"),
		"applicationPath":                  refused("the Ingress serves every path"),
		"reuseResources.vpcId":             refused("the cluster is one that is there, in its own network"),
		"reuseResources.cfnStackName":      refused("the cluster is one that is there, whoever made it"),
		"reuseResources.sshKeyPairName":    refused("a2c makes no nodes"),
		"reuseResources.resourceTags":      tags(func(d *model.Deployment, t []model.Tag) { d.EKSParameters.ResourceTags = t }),
		"reuseResources.rootDomain":        refused("no record is made: point one at the load balancer, or let external-dns do it by an annotation of the Ingress"),
		"reuseResources.acmCertificateArn": sentence(func(d *model.Deployment, s string) { d.EKSParameters.ReuseResources.ACMCertificateARN = s }),
		"dependentApps":                    refused(dependent),
	}
	return below("eksParameters", keys, groupAccount("domainSecretsArn", "domainDNSName", "domainNetBIOSName", "createGMSA", "gMSAName", "gMSAAccountName", "ADSecurityGroupName"))
}

const (
	windows   = "it belongs to Windows containers"
	dependent = "applications that belong together are generated together: a2c generate app-deployment --application-id ID,ID"
)

func fireLens(d *model.Deployment) *model.FireLens {
	if d.FireLens == nil {
		d.FireLens = &model.FireLens{LogDestinations: []model.LogDestination{}}
	}
	return d.FireLens
}

// takeDestinations takes the first: an application's log names one output, and several would need a configuration of Fluent Bit of their own.
func takeDestinations(d *model.Deployment, n *parse.Node) string {
	var list []model.LogDestination
	for _, item := range n.Items {
		filter := cmp.Or(textOf(item.Get("regexFilter")), textOf(item.Get("matchRegex"))) // the documentation has both
		list = append(list, model.LogDestination{Service: textOf(item.Get("service")), RegexFilter: filter, StreamName: textOf(item.Get("streamName"))})
	}
	if n.Kind != parse.Array {
		return wrongKind(parse.Array, n)
	}
	fireLens(d).LogDestinations = list[:1]
	if len(list) > 1 {
		return fmt.Sprintf("the first of %d destinations is written: further ones need a configuration of Fluent Bit, in an image or in S3", len(list))
	}
	return ""
}

// groupAccount are the keys of a group managed service account.
func groupAccount(names ...string) map[string]taker {
	keys := map[string]taker{}
	for _, n := range names {
		keys["gMSAParameters."+n] = onlyIf(wants, windows)
	}
	return keys
}

func below(section string, all ...map[string]taker) map[string]taker {
	keys := map[string]taker{}
	for _, some := range all {
		for k, take := range some {
			keys[section+"."+k] = take
		}
	}
	return keys
}

// done is for what is taken elsewhere.
func done(*model.Deployment, *parse.Node) string { return "" }

func refused(why string) taker {
	return func(*model.Deployment, *parse.Node) string { return why }
}

// onlyIf refuses what was asked for; a switch that is off asks for nothing.
func onlyIf(says func(n *parse.Node) bool, why string) taker {
	return func(_ *model.Deployment, n *parse.Node) string {
		if says(n) {
			return why
		}
		return ""
	}
}

func wants(n *parse.Node) bool { return n.Kind != parse.Bool || n.Text == "true" }
func isOff(n *parse.Node) bool { return n.Kind == parse.Bool && n.Text == "false" }

func wrongKind(want parse.Kind, n *parse.Node) string {
	return fmt.Sprintf("it is %s, and %s is wanted (line %s)", n.Kind, want, n.Pos)
}

func sentence(set func(*model.Deployment, string)) taker {
	return func(d *model.Deployment, n *parse.Node) string {
		if n.Kind != parse.String {
			return wrongKind(parse.String, n)
		}
		set(d, n.Text)
		return ""
	}
}

func switched(set func(*model.Deployment, bool)) taker {
	return func(d *model.Deployment, n *parse.Node) string {
		if n.Kind != parse.Bool {
			return wrongKind(parse.Bool, n)
		}
		set(d, n.Text == "true")
		return ""
	}
}

func tags(set func(*model.Deployment, []model.Tag)) taker {
	return func(d *model.Deployment, n *parse.Node) string {
		var list []model.Tag
		for _, item := range n.Items {
			if k := item.Get("key"); k != nil && k.Text != "" {
				list = append(list, model.Tag{Key: k.Text, Value: textOf(item.Get("value"))})
			}
		}
		if n.Kind != parse.Array || len(list) == 0 {
			return wrongKind(parse.Array, n) + " of keys and values"
		}
		set(d, list)
		return ""
	}
}

func textOf(n *parse.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

func sameID(d *model.Deployment, n *parse.Node) string {
	if n.Text == d.ApplicationID {
		return ""
	}
	return fmt.Sprintf("here the application is %s", d.ApplicationID)
}

// takeIngress: ingress-nginx was retired in March 2026 (https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/).
func takeIngress(d *model.Deployment, n *parse.Node) string {
	if n.Text != "alb" {
		return fmt.Sprintf("%q is not written: the Ingress NGINX Controller is retired; eksParameters.ingress stays %q", n.Text, d.EKSParameters.Ingress)
	}
	d.EKSParameters.Ingress = n.Text
	return ""
}

// takePorts exposes those that the file names, of those that a2c proposes: App2Container names each port on which the application listens, also that by which
// whoever reaches it shuts Tomcat down.
func takePorts(d *model.Deployment, n *parse.Node) string {
	var ports []model.Port
	var others []string
	for _, item := range n.Items {
		number := textOf(item.Get("localPort"))
		i := slices.IndexFunc(d.ExposedPorts, func(p model.Port) bool { return fmt.Sprint(p.LocalPort) == number })
		if i < 0 {
			others = append(others, number)
			continue
		}
		if !slices.Contains(ports, d.ExposedPorts[i]) {
			ports = append(ports, d.ExposedPorts[i])
		}
	}
	if len(ports) > 0 {
		d.ExposedPorts = ports
	}
	if len(others) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: a2c does not propose to expose it, since nobody listens there, or it is for administration, debugging, shutdown or AJP; add it to exposedPorts where it has to be reached", strings.Join(others, ", "))
}

// takeEnvironment adds variables. One that is a secret by its name or value is not taken: deployment.json holds references alone.
func takeEnvironment(d *model.Deployment, n *parse.Node) string {
	var secrets []string
	for _, item := range n.Items {
		e := model.NameValue{Name: textOf(item.Get("name")), Value: textOf(item.Get("value"))}
		if e.Name == "" {
			continue
		}
		_, secret := parse.IsSecret(e.Name, e.Value)
		if secret || slices.ContainsFunc(d.Secrets, func(s model.SecretRef) bool { return s.Name == e.Name }) {
			secrets = append(secrets, e.Name)
			continue
		}
		if i := slices.IndexFunc(d.Environment, func(have model.NameValue) bool { return have.Name == e.Name }); i >= 0 {
			d.Environment[i] = e
			continue
		}
		d.Environment = append(d.Environment, e)
	}
	if len(secrets) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: a secret is named in secrets, and its value is put by a2c secrets", strings.Join(secrets, ", "))
}
