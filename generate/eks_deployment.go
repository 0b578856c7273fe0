package generate

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func (w *workload) deployment() *apps.Deployment {
	d := &apps.Deployment{
		TypeMeta:   meta.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: w.meta(w.name),
		Spec: apps.DeploymentSpec{
			Replicas: new(w.replicas()),
			Selector: &meta.LabelSelector{MatchLabels: w.selector()},
			Strategy: apps.DeploymentStrategy{
				Type:          apps.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &apps.RollingUpdateDeployment{MaxUnavailable: new(intstr.FromInt32(0)), MaxSurge: new(intstr.FromInt32(1))},
			},
			Template: core.PodTemplateSpec{ObjectMeta: meta.ObjectMeta{Labels: w.labels()}, Spec: w.pod()},
		},
	}
	if len(w.volumes) > 0 || w.d.SingleCopy { // the old pod ends before the new one starts: only one may write
		d.Spec.Strategy = apps.DeploymentStrategy{Type: apps.RecreateDeploymentStrategyType}
	}
	return d
}

func (w *workload) pod() core.PodSpec {
	p := core.PodSpec{
		ServiceAccountName:           w.name,
		AutomountServiceAccountToken: new(w.d.EKSParameters.ServiceAccountRoleARN != ""),
		EnableServiceLinks:           new(false), // variables named after services have changed how Spring Boot and others are configured
		SecurityContext:              w.podSecurity(),
		NodeSelector:                 map[string]string{"kubernetes.io/os": "linux", "kubernetes.io/arch": strings.TrimPrefix(w.d.Image.Platform, "linux/")},
		Containers:                   []core.Container{w.container()},
	}
	for _, key := range []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"} {
		p.TopologySpreadConstraints = append(p.TopologySpreadConstraints, core.TopologySpreadConstraint{
			MaxSkew: 1, TopologyKey: key, WhenUnsatisfiable: core.ScheduleAnyway, LabelSelector: &meta.LabelSelector{MatchLabels: w.selector()},
		})
	}
	for _, v := range w.volumes {
		p.Volumes = append(p.Volumes, core.Volume{Name: v.name, VolumeSource: core.VolumeSource{
			PersistentVolumeClaim: &core.PersistentVolumeClaimVolumeSource{ClaimName: v.claim},
		}})
	}
	for i := range w.scratch() {
		p.Volumes = append(p.Volumes, core.Volume{Name: scratchName(i), VolumeSource: core.VolumeSource{EmptyDir: &core.EmptyDirVolumeSource{}}})
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
func (w *workload) podSecurity() *core.PodSecurityContext {
	u := w.d.User
	s := &core.PodSecurityContext{
		RunAsUser: new(int64(u.UID)), RunAsGroup: new(int64(u.GID)),
		SeccompProfile: &core.SeccompProfile{Type: core.SeccompProfileTypeRuntimeDefault},
	}
	if u.UID != 0 {
		s.RunAsNonRoot = new(true)
		if slices.ContainsFunc(w.ports, func(p workloadPort) bool { return p.LocalPort < 1024 }) {
			name, value := lowPortSetting()
			s.Sysctls = []core.Sysctl{{Name: name, Value: value}}
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
		s.FSGroupChangePolicy = new(core.FSGroupChangeOnRootMismatch)
	}
	return s
}

func (w *workload) container() core.Container {
	c := core.Container{
		Name: w.name, Image: w.image, ImagePullPolicy: core.PullIfNotPresent,
		Resources: w.resources(),
		SecurityContext: &core.SecurityContext{
			AllowPrivilegeEscalation: new(false),
			ReadOnlyRootFilesystem:   new(w.d.ReadOnlyRoot),
		},
		StartupProbe: w.startup(), ReadinessProbe: w.readiness(), LivenessProbe: w.liveness(),
	}
	if w.d.User.UID != 0 {
		c.SecurityContext.Capabilities = &core.Capabilities{Drop: []core.Capability{"ALL"}}
	}
	for _, p := range w.ports {
		c.Ports = append(c.Ports, core.ContainerPort{Name: p.name, ContainerPort: int32(p.LocalPort), Protocol: core.Protocol(strings.ToUpper(protocol(p.Port)))})
	}
	for _, e := range w.d.Environment {
		c.Env = append(c.Env, core.EnvVar{Name: e.Name, Value: unexpanded(e.Value)})
	}
	for _, key := range w.secretKeys {
		c.Env = append(c.Env, core.EnvVar{Name: key, ValueFrom: &core.EnvVarSource{SecretKeyRef: &core.SecretKeySelector{
			LocalObjectReference: core.LocalObjectReference{Name: w.secretName()}, Key: key,
		}}})
	}
	for _, v := range w.volumes {
		c.VolumeMounts = append(c.VolumeMounts, core.VolumeMount{Name: v.name, MountPath: string(v.Path)})
	}
	for i, path := range w.scratch() {
		c.VolumeMounts = append(c.VolumeMounts, core.VolumeMount{Name: scratchName(i), MountPath: path})
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
func (w *workload) resources() core.ResourceRequirements {
	e := w.d.EKSParameters
	milli := int64(math.Ceil(e.CPU * 1000))
	memory := resource.MustParse(strconv.Itoa(e.Memory) + "Mi")
	return core.ResourceRequirements{
		Requests: core.ResourceList{
			core.ResourceCPU: *resource.NewMilliQuantity(milli, resource.DecimalSI), core.ResourceMemory: memory,
			core.ResourceEphemeralStorage: resource.MustParse("256Mi"),
		},
		Limits: core.ResourceList{
			core.ResourceCPU: *resource.NewMilliQuantity(max(1000, 2*milli), resource.DecimalSI), core.ResourceMemory: memory,
			core.ResourceEphemeralStorage: resource.MustParse("2Gi"),
		},
	}
}

// startup gives the application twice the time that it is expected to take; the other probes wait for it.
func (w *workload) startup() *core.Probe {
	p := w.probe(true)
	if p != nil {
		p.PeriodSeconds = 5
		p.FailureThreshold = max(6, int32(math.Ceil(float64(2*w.d.HealthCheck.StartSeconds)/5)))
	}
	return p
}

func (w *workload) readiness() *core.Probe {
	p := w.probe(true)
	if p != nil {
		p.PeriodSeconds, p.TimeoutSeconds, p.FailureThreshold = 10, 5, 3
	}
	return p
}

// liveness only connects: it restarts what hangs, not what waits for a database.
func (w *workload) liveness() *core.Probe {
	p := w.probe(false)
	if p != nil {
		p.PeriodSeconds, p.TimeoutSeconds, p.FailureThreshold = 20, 5, 6
	}
	return p
}

// probe asks for the proved path or connects; nil when there is no TCP port.
func (w *workload) probe(path bool) *core.Probe {
	h := w.d.HealthCheck
	if h.Port == 0 {
		return nil
	}
	port := intstr.FromInt32(int32(h.Port))
	if path && h.Path != "" && kubeletAccepts(h.Codes) {
		get := &core.HTTPGetAction{Path: h.Path, Port: port}
		if slices.ContainsFunc(w.ports, func(p workloadPort) bool { return p.LocalPort == h.Port && p.Purpose == "https" }) {
			get.Scheme = core.URISchemeHTTPS
		}
		return &core.Probe{ProbeHandler: core.ProbeHandler{HTTPGet: get}}
	}
	return &core.Probe{ProbeHandler: core.ProbeHandler{TCPSocket: &core.TCPSocketAction{Port: port}}}
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
