package generate

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/generate/kube"
)

func (w *workload) deployment() kube.Deployment {
	d := kube.Deployment{
		Object: w.object("apps/v1", "Deployment", w.name),
		Spec: kube.DeploymentSpec{
			Replicas: w.replicas(),
			Selector: kube.Selector{MatchLabels: w.selector()},
			Strategy: kube.Strategy{Type: "RollingUpdate", RollingUpdate: &kube.RollingUpdate{MaxUnavailable: kube.Number(0), MaxSurge: kube.Number(1)}},
			Template: kube.Template{Metadata: kube.Meta{Labels: w.labels()}, Spec: w.pod()},
		},
	}
	if len(w.volumes) > 0 || w.d.SingleCopy { // the old pod ends before the new one starts: only one may write
		d.Spec.Strategy = kube.Strategy{Type: "Recreate"}
	}
	return d
}

func (w *workload) pod() kube.PodSpec {
	p := kube.PodSpec{
		ServiceAccountName:           w.name,
		AutomountServiceAccountToken: new(w.d.EKSParameters.ServiceAccountRoleARN != ""),
		EnableServiceLinks:           new(false), // variables named after services have changed how Spring Boot and others are configured
		SecurityContext:              w.podSecurity(),
		NodeSelector:                 map[string]string{"kubernetes.io/os": "linux", "kubernetes.io/arch": strings.TrimPrefix(w.d.Image.Platform, "linux/")},
		Containers:                   []kube.Container{w.container()},
	}
	if s := w.d.StopSeconds; s > 0 {
		p.TerminationGracePeriodSeconds = new(int64(s))
	}
	for _, key := range []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"} {
		p.TopologySpreadConstraints = append(p.TopologySpreadConstraints, kube.SpreadConstraint{
			MaxSkew: 1, TopologyKey: key, WhenUnsatisfiable: "ScheduleAnyway", LabelSelector: kube.Selector{MatchLabels: w.selector()},
		})
	}
	for _, v := range w.volumes {
		p.Volumes = append(p.Volumes, kube.Volume{Name: v.name, Claim: &kube.ClaimRef{ClaimName: v.claim}})
	}
	for i := range w.scratch() {
		p.Volumes = append(p.Volumes, kube.Volume{Name: scratchName(i), EmptyDir: &struct{}{}})
	}
	return p
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
	} else {
		w.notes = append(w.notes, "It runs as root, as on the host; a user of its own would be safer, and the namespace could demand the restricted level then.")
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
		Name: w.name, Image: w.image, ImagePullPolicy: "IfNotPresent",
		Resources: w.resources(),
		SecurityContext: &kube.SecurityContext{
			AllowPrivilegeEscalation: new(w.d.AllowEscalation),
			ReadOnlyRootFilesystem:   new(w.d.ReadOnlyRoot),
		},
		StartupProbe: w.startup(), ReadinessProbe: w.readiness(), LivenessProbe: w.liveness(),
	}
	if drop := dropCapabilities(w.d); len(drop) > 0 {
		c.SecurityContext.Capabilities = &kube.Capabilities{Drop: drop}
	}
	for _, p := range w.ports {
		c.Ports = append(c.Ports, kube.ContainerPort{Name: p.name, ContainerPort: int32(p.LocalPort), Protocol: strings.ToUpper(protocol(p.Port))})
	}
	for _, e := range w.d.Environment {
		c.Env = append(c.Env, kube.EnvVar{Name: e.Name, Value: unexpanded(e.Value)})
	}
	for _, key := range w.secretKeys {
		c.Env = append(c.Env, kube.EnvVar{Name: key, ValueFrom: &kube.EnvSource{SecretKeyRef: kube.SecretKey{Name: w.secretName(), Key: key}}})
	}
	for _, v := range w.volumes {
		c.VolumeMounts = append(c.VolumeMounts, kube.VolumeMount{Name: v.name, MountPath: string(v.Path)})
	}
	for i, path := range w.scratch() {
		c.VolumeMounts = append(c.VolumeMounts, kube.VolumeMount{Name: scratchName(i), MountPath: path})
	}
	return c
}

// dollars that Kubernetes reads as more than themselves: $(NAME) is replaced, $$ is one dollar (EnvVar.value).
var dollars = regexp.MustCompile(`\$\$+|\$\(`)

func unexpanded(value string) string {
	return dollars.ReplaceAllStringFunc(value, func(s string) string { return strings.ReplaceAll(s, "$", "$$") })
}

// resources: memory is the same as request and limit, since it cannot be taken back; CPU may go to twice the request, to one core at least,
// which the start of a JVM or CLR takes. The disk holds what is written beside volumes.
func (w *workload) resources() kube.Resources {
	e := w.d.EKSParameters
	milli := int64(math.Ceil(e.CPU * 1000))
	memory := kube.Mebibytes(int64(e.Memory))
	return kube.Resources{
		Requests: map[string]string{
			"cpu": kube.Millicores(milli), "memory": memory, "ephemeral-storage": "256Mi",
		},
		Limits: map[string]string{
			"cpu": kube.Millicores(max(1000, 2*milli)), "memory": memory, "ephemeral-storage": "2Gi",
		},
	}
}

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
