package generate

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// Propose fills a deployment from what is known. v is nil before the image was verified. What nobody can know (account, region, role,
// certificate) stays empty; where the rest comes from stands in Reasons.
func Propose(a model.Analysis, i model.Image, v *model.Verification) model.Deployment {
	p := proposer{analysis: a, image: i, seen: v}
	if v != nil && (!v.Verified || v.ImageDigest != i.Digest) {
		p.seen = nil // it says nothing about this image
	}
	id := i.ApplicationID
	p.d = model.Deployment{
		A2CTemplateVersion: "3.1",
		ApplicationID:      id,
		ImageName:          i.Repository + ":" + i.Tag,
		ECRParameters:      model.ECRParameters{ECRRepoTag: immutableTag(i)},
		ECSParameters: model.ECSParameters{
			CreateECSArtifacts: true, ECSFamily: id, DeployTarget: "fargate", EC2: model.EC2Parameters{NetworkMode: bridgeMode}, StackName: "a2c-" + id, ResourceTags: []model.Tag{},
		},
		EKSParameters: model.EKSParameters{CreateEKSArtifacts: true, Namespace: id, ResourceTags: []model.Tag{}},
		Image:         model.DeployedImage{Repository: i.Repository, Digest: i.Digest, Platform: i.Platform},
		Volumes:       []model.Mount{},
		Writable:      list(i.Needs.Writable),
		User:          i.Needs.User,
		HostNeeds:     []model.HostNeed{},
		Inputs:        model.Inputs{},
		Reasons:       map[string]string{},
	}
	p.d.User.Inside, p.d.User.Evidence = nil, nil // they stand in the analysis; here the numbers are the user's to change
	p.volumes()
	p.environment()
	p.ports()
	p.health()
	p.network()
	p.restrictions()
	p.stop()
	p.size()
	p.disk()
	p.host()
	p.replicas()
	p.reaches()
	p.kubernetes()
	return p.d
}

type proposer struct {
	analysis model.Analysis
	image    model.Image
	seen     *model.Verification // of this very image, or nil
	d        model.Deployment
}

func (p *proposer) because(key, format string, args ...any) {
	p.d.Reasons[key] = fmt.Sprintf(format, args...)
}

// list is never nil: an empty list is written as [], which invites to fill it.
func list[T any](s []T) []T { return append([]T{}, s...) }

// immutableTag is a tag that no second image gets, since the repository's tags cannot be moved.
func immutableTag(i model.Image) string {
	if i.Tag != "" && i.Tag != "latest" {
		return i.Tag
	}
	digits := strings.TrimPrefix(i.Digest, "sha256:")
	return "sha-" + digits[:min(12, len(digits))]
}

// environment offers the variables of the image that differ from stage to stage; those of the runtime and the system are the image's
// own matter.
func (p *proposer) environment() {
	p.d.Environment, p.d.Secrets = []model.NameValue{}, []model.SecretRef{}
	var secret []string
	for _, s := range p.image.Needs.Secrets {
		if why := unsayable(s.Name, ""); why != "" {
			p.omit("secrets", s.Name, why, "the application starts without it")
			continue
		}
		if !slices.Contains(secret, s.Name) {
			secret = append(secret, s.Name)
			p.d.Secrets = append(p.d.Secrets, model.SecretRef{Name: s.Name, Kind: s.Kind})
		}
	}
	for _, e := range p.image.Config.Env {
		name, value, _ := strings.Cut(e, "=")
		switch why := unsayable(name, value); {
		case ofRuntime(name) || slices.Contains(secret, name):
		case why != "":
			p.omit("environment", name, why, "the image has it")
		default:
			p.d.Environment = append(p.d.Environment, model.NameValue{Name: name, Value: value})
		}
	}
	p.d.Image.Environment = slices.Clone(p.d.Environment)
	p.because("environment", "the image's own values, here to be changed per stage; what is left out or the same keeps the image's value, and is not repeated")
}

func ofRuntime(name string) bool {
	return strings.HasPrefix(name, "LC_") || slices.Contains([]string{
		"PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "LANG", "LANGUAGE", "TZ", "TMPDIR", "HOSTNAME", "LD_LIBRARY_PATH",
		"JAVA_HOME", "JRE_HOME", "DOTNET_ROOT", "CATALINA_HOME", "CATALINA_BASE", "CATALINA_TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
	}, name)
}

// ports offers what can be reached and is meant to be: never shutdown, JMX, debug, AJP or management ports.
func (p *proposer) ports() {
	p.d.ExposedPorts = []model.Port{}
	main := p.analysis.ContainerParameters.ApplicationPort
	for _, l := range p.image.Needs.Ports {
		if !l.Loopback() && l.Operators(main) {
			p.because(fmt.Sprintf("exposedPorts[%d]", l.Port), "left out: it is for %s", l.Purpose)
		}
	}
	for _, l := range model.Served(p.image.Needs.Ports, main) {
		p.d.ExposedPorts = append(p.d.ExposedPorts, model.Port{LocalPort: l.Port, Protocol: l.Protocol, Purpose: l.Purpose})
	}
	if len(p.d.ExposedPorts) > 0 {
		p.because("exposedPorts", "the first one gets the load balancer's port: analysis.json, containerParameters.applicationPort")
	}
	p.d.EKSParameters.Ingress = "none"
	if len(p.d.ExposedPorts) > 0 { // HTTP by an Ingress, everything else by a Service of type LoadBalancer
		p.d.EKSParameters.Ingress = "alb"
	}
}

func webPort(p model.Port) bool {
	return protocol(p) == "tcp" && (p.Purpose == "http" || p.Purpose == "https")
}

// health takes a path that answered as the live application's did, a health path before others; without one it is a TCP check.
func (p *proposer) health() {
	h := &p.d.HealthCheck
	if c := p.image.Config.Healthcheck; c != nil && len(c.Test) > 1 {
		h.Command = c.Test
	}
	if i := slices.IndexFunc(p.d.ExposedPorts, func(e model.Port) bool { return protocol(e) == "tcp" }); i >= 0 {
		h.Port = p.d.ExposedPorts[i].LocalPort
	} else {
		h.Source = "none: it has no TCP port that could be reached"
		return
	}
	h.StartSeconds = p.analysis.AnalysisInfo.App.Runtime.StartSeconds()
	h.Source = "default: a TCP connection, since no path is proved; a2c verify proves one"
	if p.seen == nil {
		return
	}
	p.start()
	h.Source = fmt.Sprintf("verify.json: the port accepted after %.1f s; no path is proved", p.seen.ReadySeconds)
	best := p.provedPath()
	if best == nil {
		return
	}
	h.Port, h.Path, h.Codes = best.Port, best.Path, "200-399"
	if best.Twin.Status >= 400 {
		h.Codes = fmt.Sprint(best.Twin.Status)
	}
	h.Source = fmt.Sprintf("verify.json: GET %s on port %d answered %d as the live application does; the port accepted after %.1f s",
		model.Path(best.Path), best.Port, best.Twin.Status, p.seen.ReadySeconds)
}

// network: an instance gives out ports as they are free, so that a health check on another port than the one that is served has to have an address of its own.
func (p *proposer) network() {
	h, ports := p.d.HealthCheck, p.d.ExposedPorts
	if h.Path != "" && len(ports) > 0 && h.Port != ports[0].LocalPort {
		p.d.ECSParameters.EC2.NetworkMode = awsvpcMode
		p.because("ecsParameters.ec2.networkMode", "the health path is proved on port %d, which has a fixed number only where the task has an address of its own", h.Port)
	}
}

// provedPath is the comparison that makes the best health check: equal, on a port that can be reached, without a body sent.
func (p *proposer) provedPath() *model.Comparison {
	var best *model.Comparison
	for i, c := range p.seen.Comparisons {
		reachable := slices.ContainsFunc(p.image.Needs.Ports, func(l model.Listener) bool { return l.Port == c.Port && !l.Loopback() })
		if !c.Same || !reachable || c.Twin.Status == 0 || c.Twin.Status >= 500 || !strings.HasPrefix(c.Path, "/") {
			continue
		}
		if best == nil || healthScore(c, p.d.HealthCheck.Port) > healthScore(*best, p.d.HealthCheck.Port) {
			best = &p.seen.Comparisons[i]
		}
	}
	return best
}

func healthScore(c model.Comparison, mainPort int) int {
	score := 0
	if c.Twin.Status < 400 {
		score += 4
	}
	if path := strings.ToLower(c.Path); strings.Contains(path, "health") || strings.HasSuffix(path, "/ping") {
		score += 2
	}
	if c.Port == mainPort {
		score++
	}
	return score
}

// replicas: what writes to a disk of its own runs once.
func (p *proposer) replicas() {
	p.d.EKSParameters.Replicas = 2
	if kept := p.image.Needs.State; len(kept) > 0 {
		p.d.EKSParameters.Replicas = 1
		p.because("eksParameters.replicas", "it keeps data in %s: two at a time could damage it", kept[0].Path)
	}
	var reasons []string
	known := p.analysis.AnalysisInfo.Replicas
	for _, r := range known.Reasons {
		if r.Answer == known.Answer {
			reasons = append(reasons, r.What)
		}
		if strings.HasPrefix(r.What, model.SessionsInMemory) {
			p.d.StickySessions = true
			p.because("stickySessions", "%s", r.What)
		}
	}
	switch known.Answer {
	case model.ReplicasNo:
		p.d.EKSParameters.Replicas, p.d.SingleCopy = 1, true
		p.because("singleCopy", "%s: the old one ends before the new one starts", strings.Join(reasons, "; "))
	case model.ReplicasUnknown:
		p.because("singleCopy", "cannot be told: %s", strings.Join(reasons, "; "))
	}
}

// volumes are the folders with data. A file beside the program is left out: a volume is a folder, and would hide the program or stand where the
// application expects a file.
func (p *proposer) volumes() {
	for _, m := range p.image.Needs.State {
		if !m.SingleFile {
			p.d.Volumes = append(p.d.Volumes, m)
			continue
		}
		p.omit("volumes", string(m.Path), "a file beside the program, which no volume can hold", "it is lost with each container until the application is told to keep it in a folder of its own")
	}
}
