package generate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"a2c/model"
)

// workload is the application with its names mapped for Kubernetes.
type workload struct {
	names
	d          model.Deployment
	fargate    bool
	name       string
	namespace  string
	image      string // without the digest
	ports      []workloadPort
	volumes    []workloadVolume
	secretKeys []string
	remote     []remoteSecret // where something in the cluster fetches them
	granted    granted
	blockers   []string // what keeps it from the target
	peers      []peer   // applications of the same namespace that it connects to
}

// peer is a port of another application.
type peer struct {
	name string
	port int
}

type workloadPort struct {
	name string // at most 15 characters, with a letter (IANA service name)
	model.Port
}

type workloadVolume struct {
	name  string
	claim string
	model.Mount
}

func newWorkload(d model.Deployment, fargate bool) (*workload, error) {
	w := &workload{d: d, fargate: fargate}
	w.name = w.use("application", d.ApplicationID, dnsLabel(d.ApplicationID))
	w.namespace = w.use("namespace", cmp.Or(d.EKSParameters.Namespace, w.name), dnsLabel(cmp.Or(d.EKSParameters.Namespace, w.name)))
	w.image = w.use("repository", d.Image.Repository, repositoryName(d.Image.Repository))
	if r := registry(d.AWS); r != "" {
		w.image = r + "/" + w.image
	} else {
		w.notes = append(w.notes, "The image has no registry yet: aws.accountId and aws.region in deployment.json are not both set; fill them in and generate again, or set newName beside the image in the overlays.")
	}
	for _, p := range d.ExposedPorts {
		w.ports = append(w.ports, workloadPort{portName(p), p})
	}
	for _, v := range d.Volumes {
		name := w.unique("volume", v.Name, volumeName)
		w.volumes = append(w.volumes, workloadVolume{name: name, claim: label(w.name+"-"+name, 63, "data"), Mount: v})
	}
	for _, s := range d.Secrets {
		w.secretKeys = append(w.secretKeys, s.Name)
	}
	w.secretForms(d)
	w.omitted(d)
	w.localReaches(d)
	w.noRouter(d)
	if d.User.UID == 0 {
		w.notes = append(w.notes, "It runs as root, as on the host; a user of its own would be safer, and the namespace could demand the restricted level then.")
	}
	if err := w.limits(); err != nil {
		return nil, err
	}
	w.machine()
	if !fargate {
		return w, nil
	}
	w.fargateLimits()
	return w, w.fitFargate()
}

// portName is the protocol and the number: "http-8080", "udp-514".
func portName(p model.Port) string {
	kind := protocol(p)
	if webPort(p) {
		kind = p.Purpose
	}
	return fmt.Sprintf("%s-%d", kind, p.LocalPort)
}

// maxConfigMap is what a ConfigMap may hold (https://kubernetes.io/docs/concepts/configuration/configmap/).
const maxConfigMap = 1 << 20

// limits checks what Kubernetes alone refuses.
func (w *workload) limits() error {
	e := w.d.EKSParameters
	if e.CPU <= 0 || e.Memory <= 0 {
		return fmt.Errorf("deployment.json: eksParameters.cpu and memory: %g and %d are not set", e.CPU, e.Memory)
	}
	for i, tag := range e.ResourceTags {
		if tag.Key == "" || strings.ContainsAny(tag.Key+tag.Value, ",=") {
			return fmt.Errorf("deployment.json: eksParameters.resourceTags[%d]: the load balancer controller takes no key without text and no comma or equals sign: %q", i, tag.Key+"="+tag.Value)
		}
	}
	for i, s := range w.d.Secrets {
		if !variable(s.Name) {
			return fmt.Errorf("deployment.json: secrets[%d].name: %q cannot be the key of a Secret: letters, digits and - _ . only", i, s.Name)
		}
	}
	if err := w.secretLimits(); err != nil {
		return err
	}
	return w.environmentLimits()
}

func (w *workload) environmentLimits() error {
	total := 0
	for i, v := range w.d.Environment {
		if !variable(v.Name) || len(v.Name) > 253 {
			return fmt.Errorf("deployment.json: environment[%d].name: Kubernetes does not take %q: letters, digits and - _ . only, no digit first, 253 at most", i, v.Name)
		}
		if strings.ContainsFunc(v.Value, unspeakable) {
			return fmt.Errorf("deployment.json: environment[%d].value: %q holds a character from U+007F to U+009F, which kubectl cannot carry", i, v.Value)
		}
		total += len(v.Name) + len(v.Value)
	}
	if total > maxConfigMap {
		return fmt.Errorf("deployment.json: environment: %d bytes are more than the %d that a ConfigMap holds", total, maxConfigMap)
	}
	return nil
}

// variable is what Kubernetes has always taken as name of a variable: IsEnvVarName of k8s.io/apimachinery/pkg/util/validation.
func variable(s string) bool {
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r == '-', r == '.':
		case r >= '0' && r <= '9' && i > 0:
		default:
			return false
		}
	}
	return s != "" && s != "." && !strings.HasPrefix(s, "..")
}

func (w *workload) labels() map[string]string { return w.labelsOf(w.name) }

// labelsOf are those of the application itself or of one of its jobs, which no Service leads to.
func (w *workload) labelsOf(name string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": name, partOf: w.name, "app.kubernetes.io/managed-by": "a2c"}
}

const partOf = "app.kubernetes.io/part-of"

func (w *workload) selector() map[string]string {
	return map[string]string{"app.kubernetes.io/name": w.name}
}

func (w *workload) secretName() string { return label(w.name+"-secrets", 63, "secrets") }

// replicas: what keeps data of its own runs once.
func (w *workload) replicas() int32 {
	if w.single() {
		return 1
	}
	return int32(max(1, w.d.EKSParameters.Replicas))
}

// daemon says that it runs once on each node, which Fargate has none of.
func (w *workload) daemon() bool { return w.d.Daemon && !w.fargate }

func (w *workload) single() bool { return w.d.SingleCopy || len(w.volumes) > 0 }

// autoscaled: copies come and go with the load where nothing is kept in one of them.
func (w *workload) autoscaled() bool {
	return !w.single() && !w.daemon() && w.d.EKSParameters.MaxReplicas > int(w.replicas())
}

// fixedReplicas is nil where an autoscaler decides.
func (w *workload) fixedReplicas() *int32 {
	if w.autoscaled() {
		return nil
	}
	return new(w.replicas())
}

// units are CPU in 1/1024 of a core.
func units(cores float64) int { return int(math.Ceil(cores * 1024)) }

// webIngress: an Ingress carries HTTP only.
func (w *workload) webIngress() bool {
	return w.d.EKSParameters.Ingress == "alb" && slices.ContainsFunc(w.ports, func(p workloadPort) bool { return webPort(p.Port) })
}
