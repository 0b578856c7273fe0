package generate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"a2c/model"
)

// unproved is the reason for what nobody has tried.
const unproved = "not proved: a2c verify has not found this image equal"

// restrictions asks for what the image was seen to bear, and where nothing was seen for what it has always been given.
func (p *proposer) restrictions() {
	if p.seen == nil || p.seen.Hardening == nil {
		p.d.DropCapabilities = []string{none}
		if p.image.Needs.User.UID != 0 {
			p.d.DropCapabilities = []string{all}
		}
		for _, key := range []string{"readOnlyRootFilesystem", "dropCapabilities", "allowPrivilegeEscalation"} {
			p.because(key, unproved)
		}
		return
	}
	h := p.seen.Hardening
	p.d.ReadOnlyRoot, p.d.AllowEscalation, p.d.DropCapabilities = h.ReadOnlyRoot, !h.NoNewPrivileges, dropped(h.Capabilities)
	proved := "verify.json: everything was the same with " + h.String()
	refused := ""
	if len(h.Failed) > 0 {
		refused = fmt.Sprintf("; not with %s: %s", h.Failed[0].Set, h.Failed[0].Why)
	}
	for key, strict := range map[string]bool{"readOnlyRootFilesystem": h.ReadOnlyRoot, "dropCapabilities": len(h.Capabilities) == 0, "allowPrivilegeEscalation": h.NoNewPrivileges} {
		p.because(key, "%s", proved+beside(!strict, refused))
	}
	if !h.ReadOnlyRoot {
		return
	}
	p.d.Writable = list(h.Writable)
	for i, folder := range p.d.Writable {
		if slices.Contains(h.Found, folder) {
			p.because(fmt.Sprintf("writable[%d]", i), "verify.json: the image wrote there when its root was writable, and was the same with this folder in memory")
		}
	}
}

// Words for capabilities in deployment.json.
const (
	all  = "ALL"
	none = "NONE"
)

// dropped are the capabilities of a container but those that are kept.
func dropped(kept []string) []string {
	if len(kept) == 0 {
		return []string{all}
	}
	if len(kept) == len(model.UsualCapabilities()) {
		return []string{none}
	}
	return slices.DeleteFunc(model.UsualCapabilities(), func(c string) bool { return slices.Contains(kept, c) })
}

// Times that are proposed, in seconds. What verify measured is multiplied: its machine is faster than Fargate's smallest sizes, and it ended the image without load.
const (
	leastStart, startFactor, sizedFactor = 30, 5, 2
	usualStop, mostStop, stopFactor      = 30, 120, 3
)

// start is how long failed checks do not count.
func (p *proposer) start() {
	ready, factor, on := p.seen.ReadySeconds, float64(startFactor), "where verify ran, since Fargate's smallest sizes are slower"
	if t, ok := sized(p.seen); ok {
		ready, factor, on = t.ReadySeconds, sizedFactor, fmt.Sprintf("at %g vCPU with %d MiB", t.CPU, t.Memory)
	}
	p.d.HealthCheck.StartSeconds = max(leastStart, tens(ready*factor))
	p.because("healthCheck.startSeconds", "%g times the %.1f s %s, in tens of seconds, at least %d", factor, ready, on, leastStart)
}

func tens(seconds float64) int { return int(math.Ceil(seconds/10)) * 10 }

// sized is the trial of the size that does.
func sized(v *model.Verification) (model.SizeTrial, bool) {
	if v == nil || v.Sizing == nil {
		return model.SizeTrial{}, false
	}
	i := slices.IndexFunc(v.Sizing.Trials, func(t model.SizeTrial) bool { return t.Fits })
	if i < 0 {
		return model.SizeTrial{}, false
	}
	return v.Sizing.Trials[i], true
}

// stop is how long it may take to end.
func (p *proposer) stop() {
	const key = "stopSeconds"
	p.d.StopSeconds = usualStop
	switch {
	case p.seen == nil || p.seen.Stop == nil:
		p.because(key, "%s; ECS and Kubernetes wait %d s", unproved, usualStop)
	case p.seen.Stop.Killed:
		p.because(key, "verify.json: %s; should it end by itself later, give it more, up to %d", p.seen.Stop, mostStop)
	default:
		p.d.StopSeconds = min(mostStop, max(usualStop, tens(p.seen.Stop.Seconds*stopFactor)))
		p.because(key, "verify.json: %s; %d times that in tens of seconds, at least %d, since requests end first", p.seen.Stop, stopFactor, usualStop)
	}
}

// trial puts the size that verify found in place of the one that was reckoned, where it is no smaller than what the live application was seen to need. The average of one
// that has just started counts its start, which the trial has seen itself.
func (p *proposer) trial(needCPU, needMemory int) {
	t, ok := sized(p.seen)
	if !ok {
		if p.seen != nil && p.seen.Sizing != nil {
			p.because("size", "--size auto found none: %s", p.seen.Sizing.Why)
		}
		return
	}
	s, unsure := p.seen.Sizing, ""
	if u := p.analysis.AnalysisInfo.Usage; u.Need != nil && u.Need.Confidence == "low" && u.UptimeSeconds < 3600 {
		needCPU = 0
		unsure = "; under load it was never seen, which a2c analyze --sample tells more of"
	}
	cpu, memory, ok := model.FitFargate(max(needCPU, int(t.CPU*1024)), max(needMemory, t.Memory))
	if !ok {
		return
	}
	var smaller []string
	for _, other := range s.Trials {
		if !other.Fits {
			smaller = append(smaller, other.String())
		}
	}
	why := fmt.Sprintf("verify.json, --size auto: %s (live %.1f ms, at most %.1f)", t, s.LiveMillis, s.LimitMillis)
	if len(smaller) > 0 {
		why += "; not " + strings.Join(smaller, "; ")
	}
	why += unsure
	if cpu > int(t.CPU*1024) || memory > t.Memory {
		why += "; raised to what the live application was seen to need"
	}
	p.d.ECSParameters.CPU, p.d.ECSParameters.Memory = float64(cpu)/1024, memory
	p.because("ecsParameters.memory", "%s", why)
	p.d.EKSParameters.CPU, p.d.EKSParameters.Memory = model.RoundKubernetes(cpu, memory)
	p.because("eksParameters.memory", "%s", why)
}

// LeastMemory is the memory in MiB that an image needs by what was measured of the live application, with its headroom: what no trial needs to go below.
func LeastMemory(a model.Analysis, i model.Image) int {
	p := proposer{analysis: a, image: i, d: model.Deployment{Reasons: map[string]string{}}}
	_, memory, _ := p.need()
	return memory
}
