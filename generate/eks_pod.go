package generate

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"a2c/generate/kube"
)

func (w *workload) pod(c kube.Container) kube.PodSpec {
	p := kube.PodSpec{
		ServiceAccountName:           w.name,
		AutomountServiceAccountToken: new(w.roleARN() != ""),
		EnableServiceLinks:           new(false), // variables named after services have changed how Spring Boot and others are configured
		SecurityContext:              w.podSecurity(),
		Containers:                   []kube.Container{c},
		Volumes:                      w.podVolumes(),
	}
	s := w.d.StopSeconds
	if c.Lifecycle != nil {
		s = cmp.Or(s, usualStop) + lastServed
	}
	if s > 0 {
		p.TerminationGracePeriodSeconds = new(int64(s))
	}
	if w.fargate { // each pod has a node of its own, which is what the profile says
		return p
	}
	w.takeMachine(&p, &p.Containers[0])
	p.NodeSelector = map[string]string{"kubernetes.io/os": "linux", "kubernetes.io/arch": strings.TrimPrefix(w.d.Image.Platform, "linux/")}
	for _, key := range []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"} {
		p.TopologySpreadConstraints = append(p.TopologySpreadConstraints, kube.SpreadConstraint{
			MaxSkew: 1, TopologyKey: key, WhenUnsatisfiable: "ScheduleAnyway", LabelSelector: kube.Selector{MatchLabels: w.selector()},
		})
	}
	return p
}

// podVolumes begin with those that the overlays replace by their number.
func (w *workload) podVolumes() []kube.Volume {
	var all []kube.Volume
	for _, v := range w.claimed() {
		all = append(all, kube.Volume{Name: v.name, Claim: &kube.ClaimRef{ClaimName: v.claim}})
	}
	for i := range w.scratch() {
		all = append(all, kube.Volume{Name: scratchName(i), EmptyDir: &kube.EmptyDir{}})
	}
	if v, _, ok := w.secretFiles(); ok {
		all = append(all, v)
	}
	return all
}

// scratch lists the folders that need a volume of their own because the root is read-only.
func (w *workload) scratch() []string {
	var paths []string
	if w.d.ReadOnlyRoot {
		for _, path := range w.d.Writable {
			paths = append(paths, string(path))
		}
	}
	return paths
}

func scratchName(i int) string { return "writable-" + strconv.Itoa(i+1) }

// podSecurity: the user that the process has on the host, by number.
func (w *workload) podSecurity() *kube.PodSecurity {
	u := w.d.User
	s := &kube.PodSecurity{
		RunAsUser: new(int64(u.UID)), RunAsGroup: new(int64(u.GID)),
		SeccompProfile: &kube.SeccompProfile{Type: "RuntimeDefault"},
	}
	if u.UID != 0 {
		s.RunAsNonRoot = new(true)
		if slices.ContainsFunc(w.ports, func(p workloadPort) bool { return p.LocalPort < 1024 }) {
			name, value := lowPortSetting()
			s.Sysctls = []kube.NameValue{{Name: name, Value: value}}
		}
	}
	for _, g := range u.Groups {
		if g > 0 && g != u.GID {
			s.SupplementalGroups = append(s.SupplementalGroups, int64(g))
		}
	}
	if len(w.volumes)+len(w.scratch()) > 0 && u.GID > 0 {
		s.FSGroup = new(int64(u.GID))
		s.FSGroupChangePolicy = "OnRootMismatch"
	}
	return s
}

func (w *workload) container() kube.Container {
	c := kube.Container{
		Name: w.name, Image: w.image + "@" + w.d.Image.Digest,
		ImagePullPolicy: "Always", // asks for the digest only, and whether this pod may have the image
		Resources:       w.resources(),
		Env:             w.secretVariables(),
		SecurityContext: &kube.SecurityContext{
			AllowPrivilegeEscalation: new(w.d.AllowEscalation),
			ReadOnlyRootFilesystem:   new(w.d.ReadOnlyRoot),
		},
	}
	if drop := dropCapabilities(w.d); len(drop) > 0 {
		c.SecurityContext.Capabilities = &kube.Capabilities{Drop: drop}
	}
	if len(w.d.Environment) > 0 {
		c.EnvFrom = []kube.EnvFrom{{ConfigMapRef: kube.Name{Name: w.configName()}}}
	}
	for _, v := range w.volumes {
		c.VolumeMounts = append(c.VolumeMounts, kube.VolumeMount{Name: v.name, MountPath: string(v.Path)})
	}
	for i, path := range w.scratch() {
		c.VolumeMounts = append(c.VolumeMounts, kube.VolumeMount{Name: scratchName(i), MountPath: path})
	}
	if _, m, ok := w.secretFiles(); ok {
		c.VolumeMounts = append(c.VolumeMounts, m)
	}
	return c
}

// serving is the container with its ports and what asks whether it is well.
func (w *workload) serving() kube.Container {
	c := w.container()
	c.StartupProbe, c.ReadinessProbe, c.LivenessProbe = w.startup(), w.readiness(), w.liveness()
	if w.lastServes() {
		c.Lifecycle = &kube.Lifecycle{PreStop: kube.Handler{Sleep: kube.Sleep{Seconds: lastServed}}}
	}
	for _, p := range w.ports {
		c.Ports = append(c.Ports, kube.ContainerPort{Name: p.name, ContainerPort: int32(p.LocalPort), Protocol: strings.ToUpper(protocol(p.Port))})
	}
	return c
}

// lastServed is for how many seconds a pod that is to end is still served to, before it is told: so long the nodes, and the controller of a load balancer, may take to
// learn that it ends. Without it a rollout fails requests.
const lastServed = 15

// lastServes: a copy that ends before the next one starts would only be away for longer.
func (w *workload) lastServes() bool { return len(w.ports) > 0 && !w.single() && !w.daemon() }

// startup gives the application twice the time that it is expected to take; the other probes wait for it.
func (w *workload) startup() *kube.Probe {
	p := w.probe(true)
	if p != nil {
		p.PeriodSeconds = 5
		p.FailureThreshold = max(6, int32(math.Ceil(float64(2*w.d.HealthCheck.StartSeconds)/5)))
	}
	return p
}

func (w *workload) readiness() *kube.Probe {
	p := w.probe(true)
	if p != nil {
		p.PeriodSeconds, p.TimeoutSeconds, p.FailureThreshold = 10, 5, 3
	}
	return p
}

// liveness only connects: it restarts what hangs, not what waits for a database.
func (w *workload) liveness() *kube.Probe {
	p := w.probe(false)
	if p != nil {
		p.PeriodSeconds, p.TimeoutSeconds, p.FailureThreshold = 20, 5, 6
	}
	return p
}

// probe asks for the proved path or connects; nil when there is no TCP port.
func (w *workload) probe(path bool) *kube.Probe {
	h := w.d.HealthCheck
	if h.Port == 0 {
		return nil
	}
	port := kube.Number(h.Port)
	if path && h.Path != "" && kubeletAccepts(h.Codes) {
		get := &kube.HTTPGet{Path: h.Path, Port: port}
		if slices.ContainsFunc(w.ports, func(p workloadPort) bool { return p.LocalPort == h.Port && p.Purpose == "https" }) {
			get.Scheme = "HTTPS"
		}
		return &kube.Probe{HTTPGet: get}
	}
	return &kube.Probe{TCPSocket: &kube.TCPSocket{Port: port}}
}

// kubeletAccepts: an HTTP probe succeeds with 200 to 399 and nothing else
// (https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/).
func kubeletAccepts(codes string) bool {
	for part := range strings.FieldsFuncSeq(codes, func(r rune) bool { return r == '-' || r == ',' }) {
		if n, err := strconv.Atoi(part); err != nil || n < 200 || n > 399 {
			return false
		}
	}
	return true
}
