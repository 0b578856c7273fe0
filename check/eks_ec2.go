package check

import (
	"slices"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// EKS on EC2 nodes: nearly all of Kubernetes works there; what is left are versions, annotations of AWS's controllers, and habits.

const albDocs = "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/"

func onNodesAlone() []string { return []string{EKSEC2} }

// onKubernetes is for what the API server demands, wherever pods run.
func onKubernetes() []string { return []string{EKSFargate, EKSEC2} }

func nodeRules() []Rule {
	return []Rule{
		{
			ID: "eks-ec2.removed-api-version", Severity: model.Blocker, Targets: onKubernetes(), Object: removedVersion, Source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
			Title:  "The API version is one that Kubernetes still has",
			Remedy: "Write the version that the message names; fields may have moved, as the source says.",
		},
		{
			ID: "eks-ec2.alb-annotation-string", Severity: model.Blocker, Targets: onKubernetes(), Object: annotationTexts, Source: albDocs + "annotations/",
			Title:  "Values of annotations are texts",
			Remedy: `Put the value into quotes: "true", "10".`,
		},
		{
			ID: "eks-ec2.resources-missing", Severity: model.Warning, Targets: onNodesAlone(), Pod: resourcesMissing, Source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
			Title:  "Each container asks for CPU and memory",
			Remedy: "Set resources.requests for both, and a limit of memory: without them the pod is the first to be evicted, and nodes are not scaled for it.",
		},
		{
			ID: "eks-ec2.probe-missing", Severity: model.Warning, Targets: onNodesAlone(), Pod: probeMissing, Source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
			Title:  "A container that serves a port says when it is ready",
			Remedy: "Add a readinessProbe: until then it gets requests that it cannot answer.",
		},
		{
			ID: "eks-ec2.privileged", Severity: model.Info, Targets: onNodesAlone(), Source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
			Pod: inPod(func(c *document.PodContainer, s Says) {
				podSwitch(s, c, c.SecurityContext.V.Privileged, "is privileged: on EC2 nodes that is allowed")
			}),
			Title:  "A privileged container is as root on its node",
			Remedy: "Say why it is needed, grant the single capabilities where they do, and keep such pods in a namespace of their own.",
		},
		{
			ID: "eks-ec2.host-path-state", Severity: model.Breaks, Targets: onNodesAlone(), Pod: nodeState, Source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
			Title:  "State is not on a node's disk, with which it is lost",
			Remedy: "Keep it on a PersistentVolumeClaim (EBS for one pod, EFS for several).",
		},
		{
			ID: "eks-ec2.single-replica", Severity: model.Warning, Targets: onNodesAlone(), Pod: singleReplica, Source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
			Title:  "A service runs more than one pod",
			Remedy: "Run two replicas or more where the application can, and add a PodDisruptionBudget: nodes are drained for each update.",
		},
	}
}

// nodeSurroundings are about what stands beside a pod.
func nodeSurroundings() []Rule {
	return []Rule{
		{
			ID: "eks-ec2.ingress-class", Severity: model.Warning, Targets: onNodesAlone(), Object: ingressClass, Source: albDocs + "ingress_class/",
			Title:  "An Ingress names its class by spec.ingressClassName",
			Remedy: "Set spec.ingressClassName: alb, and take the annotation kubernetes.io/ingress.class out.",
		},
		{
			ID: "eks-ec2.pod-identity-annotation", Severity: model.Warning, Targets: onNodesAlone(), Object: podIdentity, Source: "https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html",
			Title:  "A service account has its role by Pod Identity or by an annotation, not by both",
			Remedy: "Take the annotation eks.amazonaws.com/role-arn out where a PodIdentityAssociation names the account.",
		},
		{
			ID: "eks-ec2.node-port-target-instance", Severity: model.Warning, Targets: onNodesAlone(), Object: nodePort, Source: albDocs + "annotations/#target-type",
			Title:  "Target type instance leads to services with a port of the node",
			Remedy: "Set alb.ingress.kubernetes.io/target-type: ip, or the service's type to NodePort.",
		},
		{
			ID: "eks-ec2.network-policy-owner", Severity: model.Warning, Targets: onNodesAlone(), Object: policyOwner, Source: "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html",
			Title:  "Network policies hold for pods that a Deployment or the like owns",
			Remedy: "Make the pod by a Deployment, StatefulSet or Job: the VPC CNI applies policies to pods with an owner alone.",
		},
		{
			ID: "eks-ec2.replicas-with-hpa", Severity: model.Warning, Targets: onNodesAlone(), Pod: replicasScaled, Source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
			Title:  "What an autoscaler scales gives no number of replicas",
			Remedy: "Take spec.replicas out: each apply would set the number back.",
		},
	}
}

func removedVersion(o *document.Object, s Says) {
	since, instead, removed := document.Removed(o.APIVersion, o.ObjectKind)
	switch {
	case removed && instead == "":
		s.Fail(o.At, "%s of %s is no more since Kubernetes %s, and nothing stands for it", o.ObjectKind, o.APIVersion, since)
	case removed:
		s.Fail(o.At, "%s of %s is no more since Kubernetes %s: it is of %s now", o.ObjectKind, o.APIVersion, since, instead)
	}
}

func annotationTexts(o *document.Object, s Says) {
	for _, pair := range o.Meta.Annotations.V {
		if pair.Is == document.Set && !pair.Text {
			s.Fail(pair.At, "the annotation %s is %s, no text", safe(pair.Name), safe(string(pair.V)))
		}
	}
}

func resourcesMissing(p *document.Pod, s Says) {
	each(p.Spec.V.Containers, func(c *document.PodContainer, at document.Place) {
		_, cpu := asks(c, "cpu")
		_, memory := asks(c, "memory")
		if !cpu || !memory {
			s.Fail(at, "container %s asks for %s", safe(c.Name.V), map[bool]string{true: "CPU alone", false: map[bool]string{true: "memory alone", false: "neither CPU nor memory"}[memory]}[cpu])
		}
	})
}

func probeMissing(p *document.Pod, s Says) {
	if !slices.Contains([]string{"Deployment", "StatefulSet", "ReplicaSet", "DaemonSet"}, p.Kind) {
		return
	}
	each(p.Spec.V.Containers, func(c *document.PodContainer, at document.Place) {
		if len(c.Ports.V) > 0 && c.ReadinessProbe.Is == document.Absent {
			s.Fail(at, "container %s serves a port, and has no readinessProbe", safe(c.Name.V))
		}
	})
}

// nodeState: what pods that are no daemons write below a folder of the node, unless the folder is the node's own affair.
func nodeState(p *document.Pod, s Says) {
	if p.Kind == "DaemonSet" {
		return
	}
	written := map[string]bool{}
	inPod(func(c *document.PodContainer, _ Says) {
		each(c.VolumeMounts, func(m *document.VolumeMount, _ document.Place) {
			written[m.Name.V] = written[m.Name.V] || !document.Is(m.ReadOnly, true)
		})
	})(p, s)
	each(p.Spec.V.Volumes, func(v *document.PodVolume, _ document.Place) {
		if path := v.HostPath.V.Path; path.Is == document.Set && written[v.Name.V] && !machineFolder(path.V) {
			s.Fail(v.HostPath.At, "the volume %s keeps %s on the node's disk", safe(v.Name.V), safe(path.V))
		}
	})
}

// scaled reports whether an autoscaler of the same files scales what makes the pods.
func scaled(p *document.Pod) bool {
	return p.Beside != nil && slices.ContainsFunc(p.Beside.All, func(o *document.Object) bool {
		target := o.Body.V.Spec.V.ScaleTargetRef.V
		return o.ObjectKind == "HorizontalPodAutoscaler" && target.Kind.V == p.Kind && target.Name.V == p.Name && namespace(o) == namespace(&p.Object)
	})
}

func singleReplica(p *document.Pod, s Says) {
	if p.Kind == "Deployment" && (p.Replicas.Is == document.Absent || document.Is(p.Replicas, 1)) && !scaled(p) {
		s.Fail(p.At, "it is a single pod: while its node is drained nobody answers")
	}
}

func replicasScaled(p *document.Pod, s Says) {
	if p.Replicas.Is == document.Set && scaled(p) {
		s.Fail(p.Replicas.At, "replicas is %d, and an autoscaler scales it", p.Replicas.V)
	}
}

func ingressClass(o *document.Object, s Says) {
	if v := document.Entry(o.Meta.Annotations, "kubernetes.io/ingress.class"); o.ObjectKind == "Ingress" && v.Is == document.Set {
		s.Fail(v.At, "the annotation kubernetes.io/ingress.class is deprecated")
	}
}

func podIdentity(o *document.Object, s Says) {
	role := document.Entry(o.Meta.Annotations, "eks.amazonaws.com/role-arn")
	if o.ObjectKind != "ServiceAccount" || role.Is != document.Set || o.Beside == nil {
		return
	}
	for _, a := range o.Beside.Associations {
		if document.Is(a.ServiceAccount, o.Name) && a.Namespace.Is == document.Set && a.Namespace.V == namespace(o) {
			s.Fail(role.At, "the account has a role by its annotation, and by the association at %s", a.At.Model().String())
		}
	}
}

func namespace(o *document.Object) string {
	if o.Namespace.Is == document.Set {
		return o.Namespace.V
	}
	return "default"
}

// nodePort: target type instance, which is the default, sends to the port of the node that a Service of type NodePort or LoadBalancer has.
func nodePort(o *document.Object, s Says) {
	annotations, spec := o.Meta.Annotations, o.Body.V.Spec.V
	kind := document.Entry(annotations, "alb.ingress.kubernetes.io/target-type")
	alb := document.Is(spec.IngressClassName, "alb") || document.Is(document.Entry(annotations, "kubernetes.io/ingress.class"), "alb")
	if o.ObjectKind != "Ingress" || !alb || o.Beside == nil || kind.Is != document.Absent && !document.Is(kind, "instance") {
		return
	}
	backend := func(b document.Value[document.Backend]) {
		name := b.V.Service.V.Name
		for _, service := range o.Beside.All {
			if service.ObjectKind == "Service" && document.Is(name, service.Name) && namespace(service) == namespace(o) && clusterIP(service) {
				s.Fail(name.At, "target type instance leads to the service %s, which has no port of the node", safe(name.V))
			}
		}
	}
	backend(spec.DefaultBackend)
	each(spec.Rules, func(r *document.IngressRule, _ document.Place) {
		each(r.HTTP.V.Paths, func(p *document.IngressPath, _ document.Place) { backend(p.Backend) })
	})
}

func clusterIP(service *document.Object) bool {
	kind := service.Body.V.Spec.V.Type
	return kind.Is == document.Absent || document.Is(kind, "ClusterIP")
}

func policyOwner(o *document.Object, s Says) {
	selector := o.Body.V.Spec.V.PodSelector
	if o.ObjectKind != "NetworkPolicy" || selector.Is != document.Set || o.Beside == nil || len(selector.V.MatchExpressions.V) > 0 {
		return
	}
	for _, p := range o.Beside.Pods {
		if p.Kind == "Pod" && namespace(&p.Object) == namespace(o) && matches(selector.V.MatchLabels, p.Labels) {
			s.Fail(selector.At, "the policy is for the pod %s, which nothing owns", safe(p.Name))
		}
	}
}

func matches(want, labels document.Map) bool {
	return !slices.ContainsFunc(want.V, func(pair document.Pair) bool {
		return !document.Is(document.Entry(labels, pair.Name), document.Scalar(strings.TrimSpace(string(pair.V))))
	})
}
