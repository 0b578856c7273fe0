package check

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// EKS on Fargate: what a pod may not ask for.

const (
	eksFargate    = "https://docs.aws.amazon.com/eks/latest/userguide/fargate.html"
	eksFargatePod = "https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html"
)

func onEKS() []string { return []string{EKSFargate} }

func podRules() []Rule {
	return []Rule{
		{
			ID: "eks-fargate.no-daemonset", Severity: model.Breaks, Targets: onEKS(), Pod: noDaemonSet, Source: eksFargate,
			Title:  "It is no DaemonSet: Fargate has no nodes to run one on each",
			Remedy: "Make it a sidecar of each pod, use the log router and metrics that EKS on Fargate has, or run the DaemonSet on EC2 nodes.",
		},
		{
			ID: "eks-fargate.no-privileged", Severity: model.Breaks, Targets: onEKS(), Source: eksFargate,
			Pod: inPod(func(c *document.PodContainer, s Says) {
				podSwitch(s, c, c.SecurityContext.V.Privileged, "is privileged")
			}),
			Title:  "No container is privileged",
			Remedy: "Drop the need, or run the pod on EC2 nodes.",
		},
		{
			ID: "eks-fargate.no-allow-privilege-escalation", Severity: model.Breaks, Targets: onEKS(), Source: "https://github.com/kubernetes/ingress-nginx/issues/4888",
			Pod: inPod(func(c *document.PodContainer, s Says) {
				podSwitch(s, c, c.SecurityContext.V.AllowPrivilegeEscalation, "allows privilege escalation")
			}),
			Title:  "allowPrivilegeEscalation is not true",
			Remedy: "Set allowPrivilegeEscalation: false, or leave it out.",
			Note:   `The refusal was seen in 2020 and again in 2023 on EKS 1.25 (ingress-nginx#9704); no page of AWS states it.`,
		},
		{
			ID: "eks-fargate.no-added-capabilities", Severity: model.Breaks, Targets: onEKS(), Pod: inPod(podCapabilities), Source: "https://github.com/aws/containers-roadmap/issues/682",
			Title:  "No capabilities are added (NET_BIND_SERVICE seems to be taken)",
			Remedy: "Take capabilities.add out, or run the pod on EC2 nodes.",
			Note:   `Reports say that even CHOWN was refused (frappe_docker#1182), and that NET_BIND_SERVICE was taken (ingress-nginx#7006): that one is let pass.`,
		},
		{
			ID: "eks-fargate.no-hostport-hostnetwork", Severity: model.Breaks, Targets: onEKS(), Pod: hostNetwork, Source: eksFargate,
			Title:  "Neither the host's network nor ports of the host are asked for",
			Remedy: "Take hostNetwork, hostPort and hostIP out: each pod has an address of its own.",
		},
		{
			ID: "eks-fargate.no-host-namespaces", Severity: model.Breaks, Targets: onEKS(), Pod: hostNamespaces, Source: eksFargate,
			Title:  "The host's processes and memory are not shared",
			Remedy: "Take hostPID and hostIPC out (shareProcessNamespace joins the containers of one pod), or run the pod on EC2 nodes.",
		},
		{
			ID: "eks-fargate.no-sysctls", Severity: model.Breaks, Targets: onEKS(), Pod: podSysctls, Source: "https://github.com/aws/containers-roadmap/issues/1452",
			Title:  "Only sysctls of the safe set are asked for",
			Remedy: "Configure the application so that it does without the value, or run the pod on EC2 nodes.",
		},
		{
			ID: "eks-fargate.no-topology-spread", Severity: model.Warning, Targets: onEKS(), Pod: topology, Source: "https://github.com/aws/containers-roadmap/issues/824",
			Title:  "Spread constraints and affinity have no effect",
			Remedy: "Take them out: each pod runs alone on its node; zones come from the profile's subnets.",
		},
		{
			ID: "eks-fargate.no-hostpath", Severity: model.Breaks, Targets: onEKS(), Pod: hostPath, Object: hostPathVolume, Source: eksFargate,
			Title:  "No folder of the node is mounted",
			Remedy: "Take emptyDir for what lives as long as the pod, EFS for what must outlive it; what only the node has needs EC2 nodes.",
		},
		{
			ID: "eks-fargate.no-gpu-no-arm-no-windows", Severity: model.Breaks, Targets: onEKS(), Pod: nodeKind, Source: eksFargate,
			Title:  "Neither GPU nor ARM nor Windows is asked for",
			Remedy: "Build for amd64 on Linux, or run the pod on EC2 nodes that have it.",
		},
	}
}

// podSurroundings are about what a pod finds around it: storage, size, load balancers, logs.
func podSurroundings() []Rule {
	return []Rule{
		{
			ID: "eks-fargate.no-ebs-no-fsx", Severity: model.Breaks, Targets: onEKS(), Pod: podStorage, Object: claimStorage, Source: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html#fargate-storage",
			Title:  "Volumes are of EFS, made beforehand; EBS and FSx cannot be mounted",
			Remedy: "Use a PersistentVolume of efs.csi.aws.com with a fixed volumeHandle, or run the pod on EC2 nodes.",
		},
		{
			ID: "eks-fargate.ephemeral-storage", Severity: model.Breaks, Targets: onEKS(), Pod: podEphemeral, Source: eksFargatePod,
			Title:  "No more than 175 GiB of ephemeral storage are asked for",
			Remedy: "Keep data on EFS; above 175 GiB run the pod on EC2 nodes.",
		},
		{
			ID: "eks-fargate.resources", Severity: model.Breaks, Targets: onEKS(), Pod: podResources, Source: eksFargatePod,
			Title:  "The pod asks for CPU and memory, requests equal limits, and it fits into 16 vCPU and 120 GB with 256 MB for Kubernetes",
			Remedy: "Set requests and limits alike; without them the pod gets 0.25 vCPU and 0.5 GB.",
		},
		{
			ID: "eks-fargate.lb-ip-targets", Severity: model.Breaks, Targets: onEKS(), Object: ipTargets, Source: "https://docs.aws.amazon.com/eks/latest/userguide/alb-ingress.html",
			Title:  "Load balancers send to pods by their address (target type ip)",
			Remedy: "Set the annotation alb.ingress.kubernetes.io/target-type: ip (Ingress), service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip (Service).",
		},
		{
			ID: "eks-fargate.no-network-policy", Severity: model.Info, Targets: onEKS(), Object: networkPolicy, Source: "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html",
			Title:  "Network policies have no effect on Fargate",
			Remedy: "Use security groups for pods (SecurityGroupPolicy) for what must be kept apart.",
		},
		{
			ID: "eks-fargate.logging", Severity: model.Breaks, Targets: onEKS(), Object: podLogging, Source: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html",
			Title:  "The log router's ConfigMap has the parts, outputs and length that EKS takes",
			Remedy: "Keep filters.conf, output.conf and parsers.conf below 5300 characters, without ${…}, with outputs es, firehose, kinesis_firehose, cloudwatch, cloudwatch_logs or kinesis.",
		},
		{
			ID: "eks-fargate.pod-patching", Severity: model.Info, Targets: onEKS(), Pod: podPatching, Source: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-patching.html",
			Title:  "AWS evicts pods to patch their nodes: two of them and a disruption budget keep the service up",
			Remedy: "Run two replicas or more, and add a PodDisruptionBudget.",
		},
		{
			ID: "eks-fargate.job-ttl", Severity: model.Warning, Targets: onEKS(), Pod: jobTTL, Source: eksFargate,
			Title:  "A Job is removed some time after it ended: until then its node costs",
			Remedy: "Set ttlSecondsAfterFinished, 3600 for example.",
		},
	}
}

// inPod judges each container of a pod by itself, those that run before the others, too.
func inPod(judge func(c *document.PodContainer, s Says)) func(*document.Pod, Says) {
	return func(p *document.Pod, s Says) {
		for _, l := range []document.List[document.PodContainer]{p.Spec.V.InitContainers, p.Spec.V.Containers, p.Spec.V.EphemeralContainers} {
			each(l, func(c *document.PodContainer, _ document.Place) { judge(c, s) })
		}
	}
}

func podSwitch(s Says, c *document.PodContainer, v document.Value[bool], what string) {
	if document.Is(v, true) {
		s.Fail(v.At, "container %s %s", safe(c.Name.V), what)
	}
}

func noDaemonSet(p *document.Pod, s Says) {
	if p.Kind == "DaemonSet" {
		s.Fail(p.At, "it is a DaemonSet")
	}
}

func podCapabilities(c *document.PodContainer, s Says) {
	each(c.SecurityContext.V.Capabilities.V.Add, func(name *string, at document.Place) {
		if *name != "NET_BIND_SERVICE" {
			s.Fail(at, "container %s adds %s", safe(c.Name.V), safe(*name))
		}
	})
}

func hostNetwork(p *document.Pod, s Says) {
	if v := p.Spec.V.HostNetwork; document.Is(v, true) {
		s.Fail(v.At, "it uses the host's network")
	}
	inPod(func(c *document.PodContainer, s Says) {
		each(c.Ports, func(port *document.ContainerPort, at document.Place) {
			if port.HostPort.V != 0 || port.HostIP.V != "" && !document.Is(p.Spec.V.HostNetwork, true) {
				s.Fail(at, "container %s asks for a port of the host", safe(c.Name.V))
			}
		})
	})(p, s)
}

func hostNamespaces(p *document.Pod, s Says) {
	if v := p.Spec.V.HostPID; document.Is(v, true) {
		s.Fail(v.At, "it sees the host's processes")
	}
	if v := p.Spec.V.HostIPC; document.Is(v, true) {
		s.Fail(v.At, "it shares the host's memory")
	}
}

func podSysctls(p *document.Pod, s Says) {
	each(p.Spec.V.SecurityContext.V.Sysctls, func(control *document.Sysctl, at document.Place) {
		if name := strings.ReplaceAll(control.Name.V, "/", "."); control.Name.Is == document.Set && !settable(EKSFargate, name) {
			s.Fail(at, "it sets %s", safe(control.Name.V))
		}
	})
}

func topology(p *document.Pod, s Says) {
	if l := p.Spec.V.TopologySpreadConstraints; len(l.V) > 0 {
		s.Fail(l.At, "topologySpreadConstraints are set")
	}
	affinity := p.Spec.V.Affinity.V
	for _, v := range []document.Value[document.Raw]{affinity.NodeAffinity, affinity.PodAffinity, affinity.PodAntiAffinity} {
		if v.Is == document.Set {
			s.Fail(v.At, "affinity is set")
			return
		}
	}
}

func hostPath(p *document.Pod, s Says) {
	each(p.Spec.V.Volumes, func(v *document.PodVolume, _ document.Place) {
		if v.HostPath.Is == document.Set {
			s.Fail(v.HostPath.At, "the volume %s is the node's %s", safe(v.Name.V), safe(v.HostPath.V.Path.V))
		}
	})
}

func hostPathVolume(o *document.Object, s Says) {
	if v := o.Body.V.Spec.V.HostPath; o.ObjectKind == "PersistentVolume" && v.Is == document.Set {
		s.Fail(v.At, "the volume is a folder of the node")
	}
}

func nodeKind(p *document.Pod, s Says) {
	spec := p.Spec.V
	each2 := func(m document.Map, key string, bad ...document.Scalar) {
		if v := document.Entry(m, key); v.Is == document.Set && slices.Contains(bad, v.V) {
			s.Fail(v.At, "it asks for %s %s", key, safe(string(v.V)))
		}
	}
	each2(spec.NodeSelector, "kubernetes.io/arch", "arm64", "arm")
	each2(spec.NodeSelector, "kubernetes.io/os", "windows")
	if os := spec.OS.V.Name; document.Is(os, "windows") {
		s.Fail(os.At, "it runs on Windows")
	}
	inPod(func(c *document.PodContainer, s Says) {
		for _, m := range []document.Map{c.Resources.V.Limits, c.Resources.V.Requests} {
			for _, pair := range m.V {
				if accelerator(pair.Name) {
					s.Fail(pair.At, "container %s asks for %s", safe(c.Name.V), safe(pair.Name))
					return
				}
			}
		}
	})(p, s)
}

// accelerator knows the resources of device plug-ins for GPUs and for AWS's own chips.
func accelerator(resource string) bool {
	return slices.Contains([]string{"nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915", "aws.amazon.com/neuron", "aws.amazon.com/neuroncore", "aws.amazon.com/neurondevice"}, resource) ||
		hasAnyPrefix(resource, "nvidia.com/mig-")
}

// blockDrivers are storage drivers whose volumes need a node of EC2.
func blockDrivers() []string {
	return []string{"ebs.csi.aws.com", "fsx.csi.aws.com", "fsx.openzfs.csi.aws.com", "s3.csi.aws.com"}
}

func podStorage(p *document.Pod, s Says) {
	each(p.Spec.V.Volumes, func(v *document.PodVolume, _ document.Place) {
		switch driver := v.CSI.V.Driver; {
		case v.EBS.Is == document.Set:
			s.Fail(v.EBS.At, "the volume %s is one of EBS", safe(v.Name.V))
		case driver.Is == document.Set && slices.Contains(blockDrivers(), driver.V):
			s.Fail(driver.At, "the volume %s is one of %s", safe(v.Name.V), safe(driver.V))
		case v.Ephemeral.Is == document.Set:
			s.Fail(v.Ephemeral.At, "the volume %s is made when the pod starts, which EFS on Fargate cannot", safe(v.Name.V))
		}
	})
}

// classDrivers are storage classes whose names say what they make; others are the cluster's own.
func classDrivers() []string {
	return []string{"gp2", "gp3", "io1", "io2", "sc1", "st1", "ebs-sc", "fsx-sc"}
}

func claimStorage(o *document.Object, s Says) {
	spec := o.Body.V.Spec.V
	switch driver := spec.CSI.V.Driver; {
	case o.ObjectKind == "PersistentVolumeClaim" && slices.Contains(classDrivers(), spec.StorageClassName.V):
		s.Fail(spec.StorageClassName.At, "the claim's storage class is %s", safe(spec.StorageClassName.V))
	case o.ObjectKind != "PersistentVolume":
	case spec.EBS.Is == document.Set:
		s.Fail(spec.EBS.At, "the volume is one of EBS")
	case driver.Is == document.Set && slices.Contains(blockDrivers(), driver.V):
		s.Fail(driver.At, "the volume is one of %s", safe(driver.V))
	}
}

func podEphemeral(p *document.Pod, s Says) {
	var total float64
	var at document.Place
	each(p.Spec.V.Containers, func(c *document.PodContainer, _ document.Place) {
		v := document.Entry(c.Resources.V.Requests, "ephemeral-storage")
		if n, ok := amount(v); ok {
			total, at = total+n, v.At
		}
	})
	if total > maxEphemeralEKSGiB<<30 {
		s.Fail(at, "it asks for %s of ephemeral storage", size(int64(total)))
	}
}

// podResources adds a pod up as EKS does: the larger of the largest init container and the sum of the others, and 256 MiB for Kubernetes.
func podResources(p *document.Pod, s Says) {
	cpu, cpuKnown := podNeed(p, "cpu")
	memory, memoryKnown := podNeed(p, "memory")
	switch units, mib := int(math.Ceil(cpu*1024)), int(math.Ceil(memory/(1<<20)))+eksOverheadMiB; {
	case !cpuKnown && !memoryKnown && p.Spec.Is == document.Set:
		s.FailAs(model.Warning, p.Spec.At, "no container asks for CPU or memory: the pod gets 0.25 vCPU and 0.5 GB")
	case units > maxCPUUnits || mib > maxMemoryMiB:
		s.Fail(p.Spec.At, "it asks for %s vCPU and %d MiB, those for Kubernetes counted", vcpu(units), mib)
	}
	inPod(unequal)(p, s)
}

// unequal: on Fargate requests are what a pod gets, so a higher limit is never reached.
func unequal(c *document.PodContainer, s Says) {
	for _, name := range []string{"cpu", "memory"} {
		request, limit := document.Entry(c.Resources.V.Requests, name), document.Entry(c.Resources.V.Limits, name)
		a, okA := amount(request)
		b, okB := amount(limit)
		if okA && okB && a != b {
			s.FailAs(model.Warning, limit.At, "container %s asks for %s of %s and may take %s: on Fargate it gets what is asked for", safe(c.Name.V), safe(string(request.V)), name, safe(string(limit.V)))
		}
	}
}

func podNeed(p *document.Pod, name string) (need float64, known bool) {
	var largest, sum float64
	each(p.Spec.V.InitContainers, func(c *document.PodContainer, _ document.Place) {
		n, ok := asks(c, name)
		known = known || ok
		if document.Is(c.RestartPolicy, "Always") { // it runs beside the others
			sum += n
			return
		}
		largest = max(largest, n)
	})
	each(p.Spec.V.Containers, func(c *document.PodContainer, _ document.Place) {
		n, ok := asks(c, name)
		sum, known = sum+n, known || ok
	})
	return max(largest, sum), known
}

// asks is what a container asks for; without a request its limit is one.
func asks(c *document.PodContainer, name string) (float64, bool) {
	if n, ok := amount(document.Entry(c.Resources.V.Requests, name)); ok {
		return n, true
	}
	return amount(document.Entry(c.Resources.V.Limits, name))
}

// amount reads a quantity: "500m", "1.5", "2Gi", "1e3".
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
func amount(v document.Value[document.Scalar]) (float64, bool) {
	if v.Is != document.Set {
		return 0, false
	}
	text, factor := string(v.V), 1.0
	for _, unit := range []struct {
		name   string
		factor float64
	}{
		{"Ki", 1 << 10},
		{"Mi", 1 << 20},
		{"Gi", 1 << 30},
		{"Ti", 1 << 40},
		{"Pi", 1 << 50},
		{"Ei", 1 << 60},
		{"n", 1e-9},
		{"u", 1e-6},
		{"m", 1e-3},
		{"k", 1e3},
		{"M", 1e6},
		{"G", 1e9},
		{"T", 1e12},
		{"P", 1e15},
		{"E", 1e18},
	} {
		if number, ok := strings.CutSuffix(text, unit.name); ok {
			text, factor = number, unit.factor
			break
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	return n * factor, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) && n >= 0
}

// ipTargets: target type instance sends to ports of nodes, and pods on Fargate have no node that could take them.
func ipTargets(o *document.Object, s Says) {
	annotations, spec := o.Meta.Annotations, o.Body.V.Spec.V
	class := document.Entry(annotations, "kubernetes.io/ingress.class")
	switch {
	case o.ObjectKind == "Ingress" && (document.Is(spec.IngressClassName, "alb") || class.V == "alb"):
		targetIP(o, s, "alb.ingress.kubernetes.io/target-type")
	case o.ObjectKind == "Service" && document.Is(spec.Type, "LoadBalancer"):
		if document.Is(document.Entry(annotations, "service.beta.kubernetes.io/aws-load-balancer-type"), "nlb-ip") {
			return
		}
		targetIP(o, s, "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type")
	}
}

func targetIP(o *document.Object, s Says, annotation string) {
	v := document.Entry(o.Meta.Annotations, annotation)
	switch {
	case v.Is == document.Absent:
		s.Fail(o.At, "the annotation %s is not set: the default is instance", annotation)
	case v.Is == document.Set && v.V != "ip":
		s.Fail(v.At, "%s is %s", annotation, safe(string(v.V)))
	}
}

func networkPolicy(o *document.Object, s Says) {
	if o.ObjectKind == "NetworkPolicy" {
		s.Fail(o.At, "it is a NetworkPolicy")
	}
}

const maxLogConfig = 5300

func podLogging(o *document.Object, s Says) {
	if o.ObjectKind != "ConfigMap" || o.Name != "aws-logging" {
		return
	}
	if !document.Is(o.Namespace, "aws-observability") {
		s.Fail(o.At, "aws-logging is not in the namespace aws-observability: nothing reads it")
		return
	}
	total := 0
	for _, part := range o.Body.V.Data.V {
		text := string(part.V)
		total += len([]rune(text))
		if strings.Contains(text, "${") {
			s.Fail(part.At, "%s has a variable, ${…}", safe(part.Name))
		}
		if part.Name == "output.conf" {
			outputs(part, s)
		}
		for _, section := range sections(text) {
			if !slices.Contains([]string{"FILTER", "OUTPUT", "PARSER"}, section) {
				s.Fail(part.At, "%s has a section [%s]", safe(part.Name), safe(section))
			}
		}
	}
	if total > maxLogConfig {
		s.Fail(o.Body.V.Data.At, "it has %d characters; %d are taken", total, maxLogConfig)
	}
}

// sections are the names in brackets at the beginning of lines.
func sections(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok && strings.HasSuffix(name, "]") {
			names = append(names, strings.ToUpper(strings.TrimSuffix(name, "]")))
		}
	}
	return names
}

func outputs(part document.Pair, s Says) {
	known := []string{"es", "firehose", "kinesis_firehose", "cloudwatch", "cloudwatch_logs", "kinesis"}
	for line := range strings.Lines(string(part.V)) {
		words := strings.Fields(line)
		if len(words) == 2 && strings.EqualFold(words[0], "Name") && !slices.Contains(known, words[1]) {
			s.Fail(part.At, "the output %s is not one that EKS takes", safe(words[1]))
		}
	}
}

func podPatching(p *document.Pod, s Says) {
	if slices.Contains([]string{"Deployment", "StatefulSet", "ReplicaSet"}, p.Kind) && (p.Replicas.Is == document.Absent || p.Replicas.Is == document.Set && p.Replicas.V < 2) {
		s.Fail(p.At, "it is a single pod: while AWS patches its node nobody answers")
	}
}

func jobTTL(p *document.Pod, s Says) {
	if p.Kind == "Job" && p.TTL.Is == document.Absent {
		s.Fail(p.At, "ttlSecondsAfterFinished is not set")
	}
}

func podSecrets(p *document.Pod, s Says) {
	inPod(func(c *document.PodContainer, s Says) { environmentSecrets(c.Env, "container "+safe(c.Name.V), s) })(p, s)
}
