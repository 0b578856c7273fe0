package check

import (
	"regexp"
	"strconv"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// EKS on Fargate: what a cluster and its account give pods there, and what not.

func podCluster() []Rule {
	return []Rule{
		{
			ID: "eks-fargate.govcloud", Severity: model.Breaks, Targets: onEKS(), Pod: inPod(podGovCloud), Profile: profileGovCloud, Source: eksFargate,
			Title:  "It is not for AWS GovCloud: EKS has no Fargate there",
			Remedy: "Run the pods on EC2 nodes there.",
		},
		{
			ID: "eks-fargate.irsa-only", Severity: model.Breaks, Targets: onEKS(), Object: irsaOnly, Source: "https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html",
			Title:  "Pods have their role by IRSA: Pod Identity is for EC2 nodes alone",
			Remedy: "Set the annotation eks.amazonaws.com/role-arn on the service account, with a role that trusts the cluster's OIDC provider.",
		},
		{
			ID: "eks-fargate.no-imds", Severity: model.Breaks, Targets: onEKS(), Pod: inPod(podIMDS), Source: eksFargate,
			Title:  "The instance metadata service is not asked: pods on Fargate have none",
			Remedy: "Let the SDK take the role of the service account (IRSA), and give region and zone by variables.",
		},
		{
			ID: "eks-fargate.no-spot", Severity: model.Breaks, Targets: onEKS(), Pod: podSpot, Source: eksFargate,
			Title:  "No Spot capacity is asked for: EKS has no Fargate Spot",
			Remedy: "Take the selector out, or run the pod on Spot nodes of EC2.",
		},
		{
			ID: "eks-fargate.private-subnets", Severity: model.Blocker, Targets: onEKS(), Profile: privateSubnets, Source: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html",
			Title:  "A Fargate profile has private subnets alone",
			Remedy: "Name subnets whose routes lead to a NAT gateway or to endpoints, and none with a route to an internet gateway.",
		},
		{
			ID: "eks-fargate.ulimits", Severity: model.Breaks, Targets: onEKS(), Pod: inPod(podUlimits), Source: eksFargate,
			Title:  "65535 open files and processes are enough: limits cannot be raised",
			Remedy: "Configure the application for 65535, or run the pod on EC2 nodes.",
		},
	}
}

func podGovCloud(c *document.PodContainer, s Says) {
	if c.Image.Is == document.Set && privateECR(c.Image.V) && strings.Contains(c.Image.V, ".us-gov-") {
		s.Fail(c.Image.At, "container %s comes from a registry of GovCloud", safe(c.Name.V))
	}
}

func profileGovCloud(p *document.Profile, s Says) {
	if role := p.Role; role.Is == document.Set && strings.HasPrefix(role.V, "arn:aws-us-gov:") {
		s.Fail(role.At, "the profile's role is one of GovCloud")
	}
}

func irsaOnly(o *document.Object, s Says) {
	if o.ObjectKind != "ServiceAccount" || o.Beside == nil || document.Entry(o.Meta.Annotations, "eks.amazonaws.com/role-arn").Is != document.Absent {
		return
	}
	for _, a := range o.Beside.Associations {
		if document.Is(a.ServiceAccount, o.Name) && document.Is(a.Namespace, namespace(o)) {
			s.Fail(o.At, "the account has its role by the association at %s alone", a.At.Model().String())
		}
	}
}

func podIMDS(c *document.PodContainer, s Says) {
	for _, l := range []document.List[string]{c.Command, c.Args} {
		each(l, func(word *string, at document.Place) { asksIMDS(*word, safe(c.Name.V), at, s) })
	}
	each(c.Env, func(v *document.Variable, at document.Place) { asksIMDS(v.Value.V, safe(c.Name.V), at, s) })
}

func asksIMDS(text, who string, at document.Place, s Says) {
	if strings.Contains(text, "169.254.169.254") || strings.Contains(text, "fd00:ec2::254") {
		s.Fail(at, "container %s asks the instance metadata service", who)
	}
}

func podSpot(p *document.Pod, s Says) {
	for _, name := range []string{"eks.amazonaws.com/capacityType", "karpenter.sh/capacity-type"} {
		if v := document.Entry(p.Spec.V.NodeSelector, name); v.Is == document.Set && strings.EqualFold(string(v.V), "spot") {
			s.Fail(v.At, "it asks for a node of Spot")
		}
	}
}

func privateSubnets(p *document.Profile, s Says) {
	for _, subnet := range p.Public {
		s.Fail(subnet.At, "the subnet %s is public: its routes lead to an internet gateway", safe(subnet.V))
	}
}

// maxPodFiles is the hard limit of open files and of processes of a pod on Fargate.
const maxPodFiles = 65535

func podUlimits(c *document.PodContainer, s Says) {
	for _, l := range []document.List[string]{c.Command, c.Args} {
		each(l, func(word *string, at document.Place) {
			if !strings.Contains(*word, "ulimit") {
				return
			}
			asked := regexp.MustCompile(`\bulimit\s+-[HS]*([nu])\s+(\d+|unlimited)`)
			for _, m := range asked.FindAllStringSubmatch(*word, -1) {
				if n, err := strconv.Atoi(m[2]); err != nil || n > maxPodFiles {
					s.Fail(at, "container %s raises a limit: ulimit -%s %s", safe(c.Name.V), m[1], m[2])
				}
			}
		})
	}
}
