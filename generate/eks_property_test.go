package generate

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"a2c/model"
)

// randomDeployments is how many TestDeployments renders for each target of EKS; the proof of deployments renders 10,000.
var randomDeployments = flag.Int("deployments", 200, "how many random deployments to render")

// TestDeployments renders random deployments with nasty values, names and sizes: each value is read back as it was put in, what no manifest can say is
// refused, and the files have the structure that they have with harmless values in the same places.
func TestDeployments(t *testing.T) {
	const parts = 10
	for part := range parts {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			r := &roulette{Rand: rand.New(rand.NewPCG(uint64(part), 9))}
			for range *randomDeployments / parts {
				r.try(t)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// roulette makes deployments.
type roulette struct {
	*rand.Rand
	refused bool // the deployment holds what cannot be said
}

func pick[T any](r *roulette, list ...T) T { return list[r.IntN(len(list))] }

func (r *roulette) chance(oneIn int) bool { return r.IntN(oneIn) == 0 }

// value is one or several of the corpus together; seldom one that has to be refused.
func (r *roulette) value() string {
	if r.chance(2000) {
		r.refused = true
		return pick(r, "a\x00b", "\xff\xfe", "{{resolve:ssm:x}}")
	}
	var b strings.Builder
	for range 1 + r.IntN(3) {
		for {
			if v := pick(r, append(nasty(), strings.Repeat("y", 70), "%{x}", "`x`", "[]", "{}", "$$", "$(A)$$(B)", "Fn::Sub", "!Ref X", "on", "0x1f", "1_000", ".inf", "\"")...); !strings.ContainsFunc(v, unspeakable) {
				b.WriteString(v)
				break
			}
		}
	}
	return b.String()
}

// name is what a user might call a thing, of up to 70 characters.
func (r *roulette) name() string {
	return pick(r, "no", "1e3", "0123", "=", "a.b", "A_b C", "Ünter.strich", "-x-", "~", "😀", strings.Repeat("n", 70), strings.Repeat("long-name.", 7), "data", "shop")
}

// path has no colon, which no mount may have.
func (r *roulette) path(i int) model.Path {
	v := r.value()
	if !r.refused {
		v = strings.ReplaceAll(v, ":", ";")
	}
	return model.Path(fmt.Sprintf("/data/%d/%s", i, v))
}

func (r *roulette) deployment(known []sample) model.Deployment {
	s := pick(r, known...)
	d := Propose(s.analysis, s.image, s.seen)
	d.AWS = pick(r, model.AWS{}, model.AWS{AccountID: "111122223333", Region: "eu-central-1"})
	d.ApplicationID = pick(r, "app-1", "Shop.Portal", "no", "1e3", strings.Repeat("i", 70), "Ünter_strich", "=")
	d.EKSParameters.Namespace = r.name()
	d.Environment, d.Secrets, d.ExposedPorts, d.Volumes, d.Writable = nil, nil, nil, nil, nil
	variables := r.IntN(8)
	if r.chance(50) {
		variables = 300
	}
	for i := range variables {
		if i > 20 && !r.chance(30) {
			d.Environment = append(d.Environment, model.NameValue{Name: fmt.Sprintf("PLAIN_%d", i), Value: strconv.Itoa(i)})
			continue
		}
		d.Environment = append(d.Environment, model.NameValue{Name: fmt.Sprintf("%s%d", pick(r, "V", "no", "a.b-c", "_", strings.Repeat("N", 70)), i), Value: r.value()})
	}
	for i := range r.IntN(3) {
		d.Secrets = append(d.Secrets, model.SecretRef{Name: fmt.Sprintf("SECRET_%d", i), ValueFrom: pick(r, "arn:aws:secretsmanager:eu-central-1:111122223333:secret:a2c/x/y-AbCdEf:key::", "arn:aws:ssm:eu-central-1:111122223333:parameter/a2c/x")})
	}
	for i := range r.IntN(4) {
		d.ExposedPorts = append(d.ExposedPorts, model.Port{LocalPort: 1 + r.IntN(16000) + i*16000, Protocol: pick(r, "tcp", "tcp6", "udp"), Purpose: pick(r, "http", "https", "")})
	}
	for i := range r.IntN(3) {
		d.Volumes = append(d.Volumes, model.Mount{Name: r.name(), Path: r.path(i), Bytes: r.Int64N(1 << 40), FileSystemID: pick(r, "", "fs-0123456789abcdef0")})
	}
	d.ReadOnlyRoot, d.SingleCopy, d.Daemon, d.StickySessions = r.chance(2), r.chance(4), r.chance(8), r.chance(4)
	d.Writable = []model.Path{r.path(8)}
	d.HealthCheck = model.HealthCheck{Port: 8080, Path: "/" + r.value(), Codes: "200-399", StartSeconds: r.IntN(600)}
	d.EKSParameters.Replicas, d.EKSParameters.MaxReplicas = r.IntN(5), r.IntN(9)
	d.EKSParameters.Secrets, d.EKSParameters.PodIdentity = pick(r, "", secretsTemplate, secretsExternal), r.chance(4)
	d.EKSParameters.CronJobs = nil
	for range r.IntN(3) {
		d.EKSParameters.CronJobs = append(d.EKSParameters.CronJobs, model.CronJob{Name: r.name(), Schedule: pick(r, "@daily", "*/5 * * * *"), Command: []string{r.value(), r.value()}, Suspend: r.chance(2), Reason: "crontab"})
	}
	return d
}

// harmless is the deployment with other values in the same places.
func harmless(d model.Deployment) model.Deployment {
	d.Environment, d.Volumes, d.Writable, d.EKSParameters.CronJobs = slices.Clone(d.Environment), slices.Clone(d.Volumes), slices.Clone(d.Writable), slices.Clone(d.EKSParameters.CronJobs)
	for i := range d.Environment {
		d.Environment[i].Value = "x"
	}
	for i := range d.Volumes {
		d.Volumes[i].Path = model.Path(fmt.Sprintf("/data/%d", i))
	}
	d.Writable[0], d.HealthCheck.Path = "/w", "/x"
	for i := range d.EKSParameters.CronJobs {
		d.EKSParameters.CronJobs[i].Command = []string{"x", "x"}
	}
	return d
}

func (r *roulette) try(t *testing.T) {
	t.Helper()
	r.refused = false
	d := r.deployment([]sample{tomcat(), springBoot(), aspNet(), singleFile()})
	targets := []string{"eks-ec2", "eks-fargate"}
	outputs, err := Render(t.Context(), d, targets)
	if refused := r.refused; (err != nil) != refused {
		t.Errorf("refused %v, want %v: %v\n%+v", err != nil, refused, err, d)
	}
	if err != nil {
		return
	}
	plain, err := Render(t.Context(), harmless(d), targets)
	if err != nil {
		t.Errorf("with harmless values: %v\n%+v", err, d)
		return
	}
	for _, target := range targets {
		files := outputs[target].Files
		legible(t, outputs[target])
		samePod(t, d, files)
		sameMore(t, d, files)
		if diff := cmp.Diff(shapes(t, plain[target].Files), shapes(t, files)); diff != "" {
			t.Errorf("%s: a value became structure (-harmless +nasty):\n%s\n%+v", target, diff, d)
		}
	}
}

// sameMore holds paths, probes and commands against what was put in.
func sameMore(t *testing.T, d model.Deployment, files map[string][]byte) {
	t.Helper()
	pod, _ := podTemplate(t, files)
	c := pod.Spec.Containers[0]
	var want, got []string
	for _, v := range d.Volumes {
		want = append(want, string(v.Path))
	}
	if d.ReadOnlyRoot {
		want = append(want, string(d.Writable[0]))
	}
	for _, m := range c.VolumeMounts[:min(len(want), len(c.VolumeMounts))] {
		got = append(got, m.MountPath)
	}
	want = append(want, d.HealthCheck.Path)
	if c.ReadinessProbe != nil && c.ReadinessProbe.HTTPGet != nil {
		got = append(got, c.ReadinessProbe.HTTPGet.Path)
	}
	if data := files["base/ingress.yaml"]; data != nil {
		var i networking.Ingress
		parsed(t, data, &i)
		want, got = append(want, d.HealthCheck.Path), append(got, i.Annotations["alb.ingress.kubernetes.io/healthcheck-path"])
	}
	commands := map[string]bool{}
	for _, j := range d.EKSParameters.CronJobs {
		commands[strings.Join(j.Command, "\x00")] = true
	}
	for name, data := range files {
		if strings.HasPrefix(name, "base/cronjob-") {
			var j batch.CronJob
			parsed(t, data, &j)
			delete(commands, strings.Join(runs(j.Spec.JobTemplate.Spec.Template.Spec.Containers[0]), "\x00"))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(commands) > 0 {
		t.Errorf("paths (-want +got):\n%s\ncommands that are nowhere: %q", diff, slices.Sorted(maps.Keys(commands)))
	}
}

// runs is a container's command after the kubelet's expansion.
func runs(c core.Container) []string {
	var all []string
	for _, w := range c.Command {
		all = append(all, expand(w))
	}
	return all
}

// expand does what the kubelet does to a word, with no variable defined: $$ is one dollar, $(NAME) would be replaced.
func expand(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "$$"):
			i++
		case strings.HasPrefix(s[i:], "$("):
			return "expanded: " + s[i:]
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// shapes are the keys, lengths of lists and kinds of values of each YAML file.
func shapes(t *testing.T, files map[string][]byte) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, data := range files {
		if path.Ext(name) == ".yaml" {
			var v any
			if err := yaml.Unmarshal(data, &v); err != nil {
				t.Errorf("%s: %v\n%s", name, err, data)
			}
			all[name] = shape(v)
		}
	}
	return all
}

func shape(v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			fmt.Fprintf(&b, "%q:%s;", key, shape(inner))
		}
		parts := strings.SplitAfter(b.String(), ";")
		slices.Sort(parts)
		return "{" + strings.Join(parts, "") + "}"
	case []any:
		for _, inner := range v {
			b.WriteString(shape(inner) + ",")
		}
		return "[" + b.String() + "]"
	}
	return fmt.Sprintf("%T", v)
}
