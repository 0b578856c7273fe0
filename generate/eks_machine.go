package generate

import (
	"slices"
	"strconv"

	"a2c/generate/kube"
	"a2c/model"
)

// machine is what the pods get of their node beyond the usual, as hostNeeds lists it: nothing on Fargate.
func (w *workload) machine() {
	for _, n := range w.d.HostNeeds {
		if w.possible(n) {
			w.granted.take(n)
		}
		w.notes = append(w.notes, "It is seen to use of the machine, "+w.fate(n)+": "+needText(n)+".")
	}
	if w.d.Daemon && w.fargate {
		w.notes = append(w.notes, "It is an agent that runs once on each machine, and Fargate has none of yours, nor a DaemonSet: sidecar/ is a component that puts it into the pods of the application beside it. Name it under components in that application's overlays.")
	}
}

// possible: Fargate gives nothing, Kubernetes gives a limit to no pod, a device by a plugin only, and kernel values where they belong to the pod and are safe
// (https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/).
func (w *workload) possible(n model.HostNeed) bool {
	if w.fargate {
		return false
	}
	_, err := strconv.Atoi(n.Value)
	switch n.Kind {
	case model.NeedLimit, model.NeedDevice:
		return false
	case model.NeedSysctl:
		return n.Value != "" && slices.Contains(safeSysctls(), n.Name)
	case model.NeedGPU, model.NeedSharedMemory:
		return err == nil
	}
	return true
}

func (w *workload) fate(n model.HostNeed) string {
	if w.possible(n) {
		return "granted"
	}
	return "not granted"
}

func safeSysctls() []string {
	return []string{
		"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
		"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
	}
}

// level is the strictest of the pod security standards that the pods keep to (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
func (w *workload) level() string {
	g := w.granted
	switch {
	case g.privileged || g.hostPID || len(g.add) > 0 || len(w.onNode()) > 0:
		return "privileged"
	case w.d.User.UID == 0 || w.d.AllowEscalation || !slices.Contains(dropCapabilities(w.d), all):
		return "baseline"
	}
	return "restricted"
}

// onNode are the folders of the node: those that are granted, and what a DaemonSet keeps, which stays where it runs.
func (w *workload) onNode() []hostPath {
	paths := slices.Clone(w.granted.paths)
	if !w.daemon() {
		return paths
	}
	for _, v := range w.volumes {
		if !w.shared(v) {
			paths = append(paths, hostPath{name: v.name, path: "/var/lib/" + w.name + "/" + v.name})
		}
	}
	return paths
}

// takeMachine puts what is granted into the pod and its container.
func (w *workload) takeMachine(p *kube.PodSpec, c *kube.Container) {
	g := w.granted
	p.HostPID = g.hostPID
	if g.privileged {
		c.SecurityContext.Privileged, c.SecurityContext.AllowPrivilegeEscalation, c.SecurityContext.Capabilities = new(true), new(true), nil
	} else if len(g.add) > 0 {
		if c.SecurityContext.Capabilities == nil {
			c.SecurityContext.Capabilities = &kube.Capabilities{}
		}
		c.SecurityContext.Capabilities.Add = g.add
	}
	for _, v := range g.controls {
		p.SecurityContext.Sysctls = append(p.SecurityContext.Sysctls, kube.NameValue{Name: v.Name, Value: v.Value})
	}
	if g.gpus > 0 {
		c.Resources.Limits["nvidia.com/gpu"] = strconv.Itoa(g.gpus)
	}
	if g.sharedMiB > 0 {
		size := kube.Mebibytes(int64(g.sharedMiB))
		p.Volumes = append(p.Volumes, kube.Volume{Name: "shared-memory", EmptyDir: &kube.EmptyDir{Medium: "Memory", SizeLimit: size}})
		c.VolumeMounts = append(c.VolumeMounts, kube.VolumeMount{Name: "shared-memory", MountPath: "/dev/shm"})
	}
	for i, h := range w.onNode() {
		kind, mount := "", h.path
		if i >= len(g.paths) { // its own data: mounted by the volume of that name
			kind, mount = "DirectoryOrCreate", ""
		}
		p.Volumes = append(p.Volumes, kube.Volume{Name: h.name, HostPath: &kube.HostPath{Path: h.path, Type: kind}})
		if mount != "" {
			c.VolumeMounts = append(c.VolumeMounts, kube.VolumeMount{Name: h.name, MountPath: mount, ReadOnly: h.readOnly})
		}
	}
}

// sidecar is a component of kustomize that adds the container to the Deployments of whoever names it.
func (w *workload) sidecar() []manifest {
	const added = "container.yaml"
	k := kustomization{APIVersion: "kustomize.config.k8s.io/v1alpha1", Kind: "Component", Patches: []kustomizePatch{{Target: kustomizeTarget{Kind: "Deployment"}, Path: added}}}
	var list []manifest
	if len(w.d.Environment) > 0 {
		config := w.configMap()
		config.Metadata.Namespace = ""
		k.Resources = []string{"configmap.yaml"}
		list = append(list, manifest{"sidecar/configmap.yaml", config})
	}
	var patch podPatch
	patch.Kind, patch.APIVersion, patch.Metadata.Name = "Deployment", "apps/v1", "any"
	patch.Spec.Template.Spec.Containers, patch.Spec.Template.Spec.Volumes = []kube.Container{w.serving()}, w.podVolumes()
	return append(list, manifest{"sidecar/" + added, patch}, manifest{"sidecar/kustomization.yaml", k})
}

// podPatch adds to the pods of a Deployment.
type podPatch struct {
	kube.Object
	Spec struct {
		Template struct {
			Spec struct {
				Containers []kube.Container `json:"containers"`
				Volumes    []kube.Volume    `json:"volumes,omitempty"`
			} `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}
