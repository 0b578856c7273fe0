package generate

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"a2c/model"
)

// target is an exposed port with its target group and listener.
type target struct {
	model.Port
	number string // "8080", "53udp": part of its IDs
}

// http says whether the load balancer is one of HTTP: when the first exposed port speaks it, or a path on it is proved.
func (s *stack) http() bool {
	if len(s.d.ExposedPorts) == 0 {
		return false
	}
	p := s.d.ExposedPorts[0]
	return webPort(p) || protocol(p) == "tcp" && s.d.HealthCheck.Path != "" && s.d.HealthCheck.Port == p.LocalPort
}

// balanced lists the ports behind the load balancer: at most five target groups fit a service
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/register-multiple-targetgroups.html).
func (s *stack) balanced() []target {
	var targets []target
	for i, p := range s.d.ExposedPorts {
		if s.daemon {
			s.notes = append(s.notes, fmt.Sprintf("Port %d (%s) answers on each instance, behind no load balancer; whom the instances let in is for their security group to say.", p.LocalPort, protocol(p)))
			continue
		}
		web := webPort(p) || i == 0
		if s.http() && !web || len(targets) == 5 {
			s.notes = append(s.notes, fmt.Sprintf("Port %d (%s) is open in the task, but behind no load balancer.", p.LocalPort, protocol(p)))
			continue
		}
		if protocol(p) == "udp" && s.d.HealthCheck.Port == 0 {
			s.notes = append(s.notes, fmt.Sprintf("Port %d (udp) is behind no load balancer: one asks for health over TCP, and no TCP port is known (healthCheck.port).", p.LocalPort))
			continue
		}
		number := strconv.Itoa(p.LocalPort)
		if protocol(p) == "udp" {
			number += "udp"
		}
		targets = append(targets, target{p, number})
	}
	return targets
}

// balancer makes an application load balancer for HTTP, else a network load balancer; none without ports. The first port is reached at
// 443 with a certificate, at 80 (HTTP) or its own number without; the others at their own numbers.
func (s *stack) balancer() {
	if len(s.d.ExposedPorts) == 0 {
		s.notes = append(s.notes, "Nothing listens where others could reach it: the service has no load balancer.")
	}
	if len(s.targets) == 0 {
		return
	}
	kind, attributes := "network", []cfnTag{{"load_balancing.cross_zone.enabled", "true"}}
	if s.http() {
		kind, attributes = "application", []cfnTag{{"routing.http.drop_invalid_header_fields.enabled", "true"}}
		s.t.Conditions[ownBalancer] = empty("BalancerSecurityGroup")
		s.certificate()
		s.otherListener()
	}
	scheme, cidr := "internal", "10.0.0.0/8"
	if s.d.ECSParameters.PublicApp {
		scheme, cidr = "internet-facing", "0.0.0.0/0"
	}
	p := s.t.Parameters
	p["LoadBalancerSubnets"] = cfnParameter{Type: "List<AWS::EC2::Subnet::Id>", Description: "Subnets for the load balancer, in two zones at least; public ones when it faces the internet"}
	p["Scheme"] = cfnParameter{Type: "String", Default: scheme, AllowedValues: []string{"internal", "internet-facing"}, Description: "Who can reach the load balancer"}
	p["AllowedCidr"] = cfnParameter{Type: "String", Default: cidr, AllowedPattern: `^\d+\.\d+\.\d+\.\d+/\d+$`, Description: "Addresses that may connect to the load balancer"}
	s.t.Resources["LoadBalancer"] = s.ifOwn(cfnResource{Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Properties: cfnLoadBalancer{
		Type: kind, Scheme: ref{"Scheme"}, Subnets: ref{"LoadBalancerSubnets"}, SecurityGroups: []any{ref{"LoadBalancerSecurityGroup"}},
		Attributes: attributes, Tags: s.tags(),
	}})
	for i, t := range s.targets {
		group := cfnResource{Type: "AWS::ElasticLoadBalancingV2::TargetGroup", Properties: s.targetGroup(t)}
		if i > 0 {
			group = s.ifOwn(group)
		}
		s.t.Resources["TargetGroup"+t.number] = group
		s.t.Resources["Listener"+t.number] = s.ifOwn(cfnResource{Type: "AWS::ElasticLoadBalancingV2::Listener", Properties: s.listener(t, i == 0)})
	}
	s.t.Outputs["LoadBalancer"] = cfnOutput{
		Description: "Name of the load balancer; point your domain here", Value: get("LoadBalancer", "DNSName"), Condition: beside(s.http(), ownBalancer),
	}
}

// ownBalancer is the condition that the stack makes its load balancer, and ifOwn ties a part of it to that.
const ownBalancer = "OwnBalancer"

func (s *stack) ifOwn(r cfnResource) cfnResource {
	r.Condition = beside(s.http(), ownBalancer)
	return r
}

// otherListener puts the first port behind a listener that is there, by a rule of its own.
func (s *stack) otherListener() {
	p := s.t.Parameters
	p["ListenerArn"] = cfnParameter{
		Type: "String", Default: "", AllowedPattern: `^$|^arn:aws[a-z-]*:elasticloadbalancing:.+:listener/app/.+$`, Constraint: "the ARN of a listener of an application load balancer, or nothing",
		Description: "Listener of a load balancer that is there, to be used in the place of a new one; it takes BalancerSecurityGroup, too",
	}
	p["ListenerPath"] = cfnParameter{Type: "String", Default: "/*", Description: "Paths that ListenerArn sends here"}
	p["ListenerPriority"] = cfnParameter{Type: "Number", Default: 100, MinValue: new(1), Description: "Place of that rule among those of ListenerArn; no two have the same"}
	p["BalancerSecurityGroup"] = cfnParameter{
		Type: "String", Default: "", AllowedPattern: "^$|^sg-[0-9a-f]+$", Constraint: "the ID of a security group, or nothing", Description: "Security group of the load balancer of ListenerArn; empty for a load balancer of the stack's own",
	}
	s.t.Conditions["OtherListener"] = filled("BalancerSecurityGroup")
	s.t.Resources["ListenerRule"] = cfnResource{Type: "AWS::ElasticLoadBalancingV2::ListenerRule", Condition: "OtherListener", Properties: cfnListenerRule{
		ListenerArn: ref{"ListenerArn"}, Priority: ref{"ListenerPriority"}, Conditions: []ruleCondition{{"path-pattern", []any{ref{"ListenerPath"}}}},
		Actions: []any{forward{"forward", ref{"TargetGroup" + s.targets[0].number}}},
	}}
}

// certificate: with one the first port is served over TLS, and plain HTTP is sent there.
func (s *stack) certificate() {
	s.t.Parameters["CertificateArn"] = cfnParameter{
		Type: "String", Default: s.d.ECSParameters.ReuseResources.ACMCertificateARN, AllowedPattern: `^$|^arn:aws[a-z-]*:(acm|iam):.+$`,
		Description: "Certificate for HTTPS; empty for plain HTTP", Constraint: "the ARN of a certificate, or nothing",
	}
	s.t.Conditions["HasCertificate"] = filled("CertificateArn")
	s.t.Conditions["Redirects"] = both{[2]any{named{"HasCertificate"}, named{ownBalancer}}}
	r := redirect{Type: "redirect"}
	r.RedirectConfig.Protocol, r.RedirectConfig.Port, r.RedirectConfig.StatusCode = "HTTPS", "443", "HTTP_301"
	s.t.Resources["RedirectListener"] = cfnResource{
		Type: "AWS::ElasticLoadBalancingV2::Listener", Condition: "Redirects",
		Properties: cfnListener{LoadBalancerArn: ref{"LoadBalancer"}, Port: 80, Protocol: "HTTP", DefaultActions: []any{r}},
	}
}

func (s *stack) listener(t target, first bool) cfnListener {
	l := cfnListener{
		LoadBalancerArn: ref{"LoadBalancer"}, Port: t.LocalPort, Protocol: strings.ToUpper(protocol(t.Port)),
		DefaultActions: []any{forward{"forward", ref{"TargetGroup" + t.number}}},
	}
	if !s.http() {
		return l
	}
	nothing := noValue()
	if first {
		l.Port = ifElse("HasCertificate", 443, 80)
	}
	l.Protocol = ifElse("HasCertificate", "HTTPS", "HTTP")
	l.SslPolicy = ifElse("HasCertificate", "ELBSecurityPolicy-TLS13-1-2-2021-06", nothing)
	l.Certificates = ifElse("HasCertificate", []any{certificate{ref{"CertificateArn"}}}, nothing)
	return l
}

// targetGroup checks the proved path; on the port of the check, which may be another than the one that is served, unless instances give out the ports.
func (s *stack) targetGroup(t target) cfnTargetGroup {
	h := s.d.HealthCheck
	g := cfnTargetGroup{
		TargetType: "ip", VpcID: ref{"VpcId"}, Port: t.LocalPort, Protocol: strings.ToUpper(protocol(t.Port)),
		HealthCheckPort: "traffic-port", HealthCheckProtocol: "TCP", HealthCheckInterval: 15, HealthyThreshold: 2, UnhealthyThreshold: 3,
		Attributes: []cfnTag{{"deregistration_delay.timeout_seconds", "30"}}, Tags: s.tags(),
	}
	elsewhere := h.Port > 0 && h.Port != t.LocalPort
	switch {
	case s.bridge:
		g.TargetType = "instance"
	case elsewhere && (h.Path != "" || protocol(t.Port) == "udp"):
		g.HealthCheckPort = strconv.Itoa(h.Port)
	}
	if !s.http() {
		return g
	}
	g.Protocol, g.HealthCheckProtocol = "HTTP", "HTTP"
	if t.Purpose == "https" {
		g.Protocol, g.HealthCheckProtocol = "HTTPS", "HTTPS"
	}
	// An application load balancer cannot merely connect; anything but a server's error counts as alive then.
	g.HealthCheckPath, g.Matcher = "/", &matcher{"200-499"}
	switch {
	case h.Path != "" && elsewhere && s.bridge:
		s.notes = append(s.notes, fmt.Sprintf("The health path %s is proved on port %d, which has no fixed number on an instance: the load balancer asks port %d for / instead; ecsParameters.ec2.networkMode awsvpc asks where it is proved.",
			model.Path(h.Path), h.Port, t.LocalPort))
	case h.Path != "":
		g.HealthCheckPath, g.Matcher = literal(h.Path), &matcher{cmp.Or(h.Codes, "200-399")}
	}
	if s.d.StickySessions {
		g.Attributes = append(g.Attributes, cfnTag{"stickiness.enabled", "true"}, cfnTag{"stickiness.type", "lb_cookie"})
	}
	return g
}
