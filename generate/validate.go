package generate

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"a2c/internal/term"
	"a2c/model"
)

var (
	digestForm  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)
	codesForm   = regexp.MustCompile(`^[1-5][0-9][0-9]([-,][1-5][0-9][0-9])*$`)
	secretForm  = regexp.MustCompile(`^arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret|ssm:[a-z0-9-]+:[0-9]{12}:parameter)[:/][\x21-\x7e]+$`)
	certForm    = regexp.MustCompile(`^arn:aws[a-z-]*:(acm|iam):[\x21-\x7e]+$`)
	roleForm    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\x21-\x7e]+$`)
	// as ECS (API_KernelCapabilities) and Kubernetes name them
	capabilityForm = regexp.MustCompile(`^[A-Z][A-Z_]{2,30}$`)

	vpcForm = regexp.MustCompile(`^vpc-[0-9a-f]+$`)
	efsForm = regexp.MustCompile(`^fs-[0-9a-f]+$`)
	apForm  = regexp.MustCompile(`^fsap-[0-9a-f]+$`)
)

// validate reports everything in deployment.json that no target could use, each problem with its key and what was expected.
func validate(d model.Deployment) error {
	p := &problems{}
	p.check(d.ApplicationID != "", "applicationId", "is empty")
	p.check(term.Safe(d.ApplicationID) == d.ApplicationID, "applicationId", "%q is no ID that a2c gave", d.ApplicationID)
	p.check(digestForm.MatchString(d.Image.Digest), "image.digest", "%q is no digest; expected sha256: and 64 hex digits, as a2c containerize writes it", d.Image.Digest)
	p.check(d.Image.Repository != "", "image.repository", "is empty")
	p.check(d.Image.Platform == "linux/amd64" || d.Image.Platform == "linux/arm64", "image.platform", "%q is not linux/amd64 or linux/arm64", d.Image.Platform)
	p.check(d.AWS.AccountID == "" || accountForm.MatchString(d.AWS.AccountID), "aws.accountId", "%q is not twelve digits", d.AWS.AccountID)
	p.check(d.AWS.Region == "" || regionForm.MatchString(d.AWS.Region), "aws.region", "%q is no region such as eu-central-1", d.AWS.Region)
	p.ports(d.ExposedPorts)
	p.reaches(d)
	p.environment(d)
	p.volumes(d)
	p.hostNeeds(d.HostNeeds)
	p.ecs(d.ECSParameters)
	p.check(d.StopSeconds == 0 || d.StopSeconds >= 2 && d.StopSeconds <= 3600, "stopSeconds", "%d is not 0 or 2 to 3600", d.StopSeconds)
	for i, c := range d.DropCapabilities {
		p.check(capabilityForm.MatchString(c), fmt.Sprintf("dropCapabilities[%d]", i), "%q is not ALL, NONE or a name such as NET_RAW, without CAP_", c)
	}
	p.health(d.HealthCheck)
	p.logs(d.FireLens)
	p.reuse("ecsParameters.reuseResources", d.ECSParameters.ReuseResources)
	p.reuse("eksParameters.reuseResources", d.EKSParameters.ReuseResources)
	p.check(d.User.UID >= 0 && d.User.GID >= 0, "user", "uid %d and gid %d must not be negative", d.User.UID, d.User.GID)
	p.check(d.EKSParameters.Replicas >= 0, "eksParameters.replicas", "%d is negative", d.EKSParameters.Replicas)
	p.check(d.EKSParameters.MaxReplicas >= 0, "eksParameters.maxReplicas", "%d is negative", d.EKSParameters.MaxReplicas)
	p.cronJobs(d.EKSParameters.CronJobs)
	role := d.EKSParameters.ServiceAccountRoleARN
	p.check(role == "" || roleForm.MatchString(role), "eksParameters.serviceAccountRoleArn", "%q is no ARN of an IAM role", role)
	ingress := d.EKSParameters.Ingress
	p.check(ingress == "alb" || ingress == "none" || ingress == "", "eksParameters.ingress", "%q is not alb or none", ingress)
	for i, t := range slices.Concat(d.ECSParameters.ResourceTags, d.EKSParameters.ResourceTags) {
		p.text(fmt.Sprintf("resourceTags[%d]", i), t.Key+t.Value)
	}
	return p.err()
}

type problems struct{ all []error }

func (p *problems) check(ok bool, key, format string, args ...any) {
	if !ok {
		p.all = append(p.all, fmt.Errorf("deployment.json: %s: %s", key, fmt.Sprintf(format, args...)))
	}
}

func (p *problems) err() error { return errors.Join(p.all...) }

// text holds for every string that goes into a document: JSON and YAML carry no other.
func (p *problems) text(key, s string) {
	p.check(utf8.ValidString(s), key, "%q is no UTF-8 text", s)
	p.check(!strings.ContainsRune(s, 0), key, "%q holds a NUL, which no environment can", s)
	p.check(!strings.Contains(s, "{{resolve:"), key, "%q holds {{resolve:, which CloudFormation would replace", s)
}

func (p *problems) reaches(d model.Deployment) {
	for i, r := range d.Reaches {
		key := fmt.Sprintf("reaches[%d]", i)
		p.check(r.Port >= 0 && r.Port <= 65535, key+".port", "%d is not 0 to 65535", r.Port)
		p.check(r.Protocol == "" || r.Protocol == "tcp" || r.Protocol == "udp", key+".protocol", "%q is not tcp or udp", r.Protocol)
	}
	for i, a := range d.RoleActions {
		p.check(len(a.Actions) > 0, fmt.Sprintf("roleActions[%d].actions", i), "is empty: IAM takes no statement without an action")
		for j, action := range a.Actions {
			p.check(iamAction.MatchString(action), fmt.Sprintf("roleActions[%d].actions[%d]", i, j), "%q is no action of IAM, service:Action", action)
		}
	}
}

var iamAction = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9*?]+$`)

func (p *problems) ports(ports []model.Port) {
	seen := map[string]int{}
	for i, port := range ports {
		key := fmt.Sprintf("exposedPorts[%d]", i)
		p.check(port.LocalPort >= 1 && port.LocalPort <= 65535, key+".localPort", "%d is not 1 to 65535", port.LocalPort)
		p.check(protocol(port) != "", key+".protocol", "%q is not tcp, tcp6, udp or udp6", port.Protocol)
		id := fmt.Sprint(port.LocalPort, protocol(port))
		if first, ok := seen[id]; ok {
			p.check(false, key, "port %d is the one of exposedPorts[%d]", port.LocalPort, first)
		}
		seen[id] = i
	}
}

// protocol is "tcp", "udp" or, for anything else, "".
func protocol(p model.Port) string {
	switch p.Protocol {
	case "tcp", "tcp6":
		return "tcp"
	case "udp", "udp6":
		return "udp"
	}
	return ""
}

func (p *problems) environment(d model.Deployment) {
	seen := map[string]string{}
	name := func(key, name string) {
		p.check(name != "" && !strings.Contains(name, "="), key+".name", "%q is no name of a variable", name)
		p.text(key+".name", name)
		p.check(seen[name] == "", key+".name", "%q is set at %s already", name, seen[name])
		seen[name] = key
	}
	for i, e := range d.Environment {
		key := fmt.Sprintf("environment[%d]", i)
		name(key, e.Name)
		p.text(key+".value", e.Value)
	}
	for i, s := range d.Secrets {
		key := fmt.Sprintf("secrets[%d]", i)
		name(key, s.Name)
		p.check(s.ValueFrom == "" || secretForm.MatchString(s.ValueFrom), key+".valueFrom",
			"%q is no ARN of a secret (Secrets Manager) or parameter (SSM); leave it empty to pass it to the stack", s.ValueFrom)
	}
}

func (p *problems) volumes(d model.Deployment) {
	seen := map[model.Path]string{}
	path := func(key string, at model.Path) {
		p.text(key, string(at))
		p.check(strings.HasPrefix(string(at), "/") && len(at) > 1, key, "%q is not an absolute path below /", at)
		p.check(!strings.Contains(string(at), ":"), key, "%q holds a colon, which no mount path may", at)
		p.check(seen[at] == "", key, "%q is mounted by %s already", at, seen[at])
		seen[at] = key
	}
	for i, v := range d.Volumes {
		key := fmt.Sprintf("volumes[%d]", i)
		path(key+".path", v.Path)
		p.check(v.Name != "", key+".name", "is empty")
		p.check(v.FileSystemID == "" || efsForm.MatchString(v.FileSystemID), key+".fileSystemId", "%q is no ID such as fs-0123456789abcdef0", v.FileSystemID)
		p.check(v.AccessPointID == "" || apForm.MatchString(v.AccessPointID), key+".accessPointId", "%q is no ID such as fsap-0123456789abcdef0", v.AccessPointID)
		p.check(v.UID >= 0 && v.GID >= 0 && v.Mode <= 0o7777, key, "uid %d, gid %d and mode %o are no owner and mode", v.UID, v.GID, v.Mode)
	}
	for i, w := range d.Writable {
		path(fmt.Sprintf("writable[%d]", i), w)
	}
	for i, n := range d.HostNeeds {
		if n.Kind == model.NeedHostPath {
			path(fmt.Sprintf("hostNeeds[%d].name", i), model.Path(n.Name))
		}
	}
}

func (p *problems) ecs(e model.ECSParameters) {
	known := e.DeployTarget == "" || onEC2(e) || strings.EqualFold(e.DeployTarget, "fargate")
	p.check(known, "ecsParameters.deployTarget", "%q is not fargate or ec2", e.DeployTarget)
	mode := e.EC2.NetworkMode
	p.check(mode == "" || mode == bridgeMode || mode == awsvpcMode, "ecsParameters.ec2.networkMode", "%q is not bridge or awsvpc", mode)
	p.check(e.EC2.CPU >= 0 && e.EC2.Memory >= 0, "ecsParameters.ec2", "cpu %g and memory %d must not be negative", e.EC2.CPU, e.EC2.Memory)
}

// streamForm is the name of a stream of Firehose or Kinesis.
var streamForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)

func (p *problems) logs(f *model.FireLens) {
	if f == nil || !f.EnableFireLensLogging {
		return
	}
	for i, d := range f.LogDestinations {
		key := fmt.Sprintf("fireLensParameters.logDestinations[%d]", i)
		known := slices.Contains([]string{model.LogsToCloudWatch, model.LogsToFirehose, model.LogsToKinesis}, d.Service)
		p.check(known, key+".service", "%q is none of %s, %s, %s", d.Service, model.LogsToCloudWatch, model.LogsToFirehose, model.LogsToKinesis)
		p.check(streamForm.MatchString(d.StreamName) || d.StreamName == "" && d.Service == model.LogsToCloudWatch, key+".streamName", "%q is no name of a stream", d.StreamName)
		p.text(key+".regexFilter", d.RegexFilter)
	}
}

func (p *problems) health(h model.HealthCheck) {
	p.check(h.Port >= 0 && h.Port <= 65535, "healthCheck.port", "%d is not 0 to 65535", h.Port)
	p.check(h.Path == "" || strings.HasPrefix(h.Path, "/"), "healthCheck.path", "%q does not begin with /", h.Path)
	p.text("healthCheck.path", h.Path)
	p.check(h.Codes == "" || codesForm.MatchString(h.Codes), "healthCheck.codes", "%q is no list of status codes such as 200-399", h.Codes)
	p.check(h.StartSeconds >= 0 && h.StartSeconds <= 3600, "healthCheck.startSeconds", "%d is not 0 to 3600", h.StartSeconds)
	form := len(h.Command) == 0 || len(h.Command) > 1 && (h.Command[0] == "CMD" || h.Command[0] == "CMD-SHELL")
	p.check(form, "healthCheck.command", "%q does not begin with CMD or CMD-SHELL and go on", h.Command)
	for i, word := range h.Command {
		p.text(fmt.Sprintf("healthCheck.command[%d]", i), word)
	}
}

func (p *problems) reuse(key string, r model.ReuseResources) {
	p.check(r.VPCID == "" || vpcForm.MatchString(r.VPCID), key+".vpcId", "%q is no ID such as vpc-0123456789abcdef0", r.VPCID)
	p.check(r.ACMCertificateARN == "" || certForm.MatchString(r.ACMCertificateARN), key+".acmCertificateArn", "%q is no ARN of a certificate", r.ACMCertificateARN)
}
