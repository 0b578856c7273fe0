package generate

import (
	"fmt"
	"slices"
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
		web := webPort(p) || i == 0
		if s.http() && !web || len(targets) == 5 {
			s.notes = append(s.notes, fmt.Sprintf("Port %d (%s) is open in the task, but behind no load balancer and no security group lets it in.", p.LocalPort, protocol(p)))
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
func (s *stack) balancer() []target {
	targets := s.balanced()
	if len(s.d.ExposedPorts) == 0 {
		s.notes = append(s.notes, "Nothing listens where others could reach it: the service has no load balancer.")
	}
	if len(targets) == 0 {
		return nil
	}
	kind, attributes := "network", []cfnTag{{"load_balancing.cross_zone.enabled", "true"}}
	if s.http() {
		kind, attributes = "application", []cfnTag{{"routing.http.drop_invalid_header_fields.enabled", "true"}}
		s.certificate()
	}
	scheme, cidr := "internal", "10.0.0.0/8"
	if s.d.ECSParameters.PublicApp {
		scheme, cidr = "internet-facing", "0.0.0.0/0"
	}
	p := s.t.Parameters
	p["LoadBalancerSubnets"] = cfnParameter{Type: "List<AWS::EC2::Subnet::Id>", Description: "Subnets for the load balancer, in two zones at least; public ones when it faces the internet"}
	p["Scheme"] = cfnParameter{Type: "String", Default: scheme, AllowedValues: []string{"internal", "internet-facing"}, Description: "Who can reach the load balancer"}
	p["AllowedCidr"] = cfnParameter{Type: "String", Default: cidr, AllowedPattern: `^\d+\.\d+\.\d+\.\d+/\d+$`, Description: "Addresses that may connect to the load balancer"}
	s.t.Resources["LoadBalancer"] = cfnResource{Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Properties: cfnLoadBalancer{
		Type: kind, Scheme: ref{"Scheme"}, Subnets: ref{"LoadBalancerSubnets"}, SecurityGroups: []any{ref{"LoadBalancerSecurityGroup"}},
		Attributes: attributes, Tags: s.tags(),
	}}
	for i, t := range targets {
		s.t.Resources["TargetGroup"+t.number] = cfnResource{Type: "AWS::ElasticLoadBalancingV2::TargetGroup", Properties: s.targetGroup(t)}
		s.t.Resources["Listener"+t.number] = cfnResource{Type: "AWS::ElasticLoadBalancingV2::Listener", Properties: s.listener(t, i == 0)}
	}
	s.t.Outputs["LoadBalancer"] = cfnOutput{Description: "Name of the load balancer; point your domain here", Value: get("LoadBalancer", "DNSName")}
	return targets
}

// certificate: with one the first port is served over TLS, and plain HTTP is sent there.
func (s *stack) certificate() {
	s.t.Parameters["CertificateArn"] = cfnParameter{
		Type: "String", Default: s.d.ECSParameters.ReuseResources.ACMCertificateARN, AllowedPattern: `^$|^arn:aws[a-z-]*:(acm|iam):.+$`,
		Description: "Certificate for HTTPS; empty for plain HTTP", Constraint: "the ARN of a certificate, or nothing",
	}
	s.t.Conditions["HasCertificate"] = filled("CertificateArn")
	r := redirect{Type: "redirect"}
	r.RedirectConfig.Protocol, r.RedirectConfig.Port, r.RedirectConfig.StatusCode = "HTTPS", "443", "HTTP_301"
	s.t.Resources["RedirectListener"] = cfnResource{
		Type: "AWS::ElasticLoadBalancingV2::Listener", Condition: "HasCertificate",
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
	nothing := ref{"AWS::NoValue"}
	if first {
		l.Port = ifElse("HasCertificate", 443, 80)
	}
	l.Protocol = ifElse("HasCertificate", "HTTPS", "HTTP")
	l.SslPolicy = ifElse("HasCertificate", "ELBSecurityPolicy-TLS13-1-2-2021-06", nothing)
	l.Certificates = ifElse("HasCertificate", []any{certificate{ref{"CertificateArn"}}}, nothing)
	return l
}

// targetGroup checks the proved path; on the port of the check, which may be another than the one that is served.
func (s *stack) targetGroup(t target) cfnTargetGroup {
	h := s.d.HealthCheck
	g := cfnTargetGroup{
		TargetType: "ip", VpcID: ref{"VpcId"}, Port: t.LocalPort, Protocol: strings.ToUpper(protocol(t.Port)),
		HealthCheckPort: "traffic-port", HealthCheckProtocol: "TCP", HealthCheckInterval: 15, HealthyThreshold: 2, UnhealthyThreshold: 3,
		Attributes: []cfnTag{{"deregistration_delay.timeout_seconds", "30"}}, Tags: s.tags(),
	}
	if h.Port > 0 && h.Port != t.LocalPort && (h.Path != "" || protocol(t.Port) == "udp") {
		g.HealthCheckPort = strconv.Itoa(h.Port)
	}
	if s.http() {
		g.Protocol, g.HealthCheckProtocol = "HTTP", "HTTP"
		if t.Purpose == "https" {
			g.Protocol, g.HealthCheckProtocol = "HTTPS", "HTTPS"
		}
		// An application load balancer cannot merely connect; anything but a server's error counts as alive then.
		g.HealthCheckPath, g.Matcher = "/", &matcher{"200-499"}
	}
	if h.Path != "" && s.http() {
		g.HealthCheckPath, g.Matcher = literal(h.Path), &matcher{orDefault(h.Codes, "200-399")}
	}
	return g
}

func (s *stack) securityGroups(targets []target) {
	task := cfnSecurityGroup{GroupDescription: "Tasks of " + s.family, VpcID: ref{"VpcId"}, Tags: s.tags()}
	if len(targets) > 0 {
		front := cfnSecurityGroup{GroupDescription: "Load balancer of " + s.family, VpcID: ref{"VpcId"}, Tags: s.tags()}
		allow := func(protocol string, port any, why string) {
			front.SecurityGroupIngress = append(front.SecurityGroupIngress, ingress{Description: why, IPProtocol: protocol, FromPort: port, ToPort: port, CidrIP: ref{"AllowedCidr"}})
		}
		first := 0
		if s.http() {
			allow("tcp", 80, "HTTP")
			allow("tcp", 443, "HTTPS")
			first = 1
		}
		for _, t := range targets[first:] {
			allow(protocol(t.Port), t.LocalPort, "Port "+t.number)
		}
		for _, port := range s.taskPorts(targets) {
			task.SecurityGroupIngress = append(task.SecurityGroupIngress, ingress{
				Description: "From the load balancer", IPProtocol: protocol(port), FromPort: port.LocalPort, ToPort: port.LocalPort,
				SourceSecurityGroupID: ref{"LoadBalancerSecurityGroup"},
			})
		}
		s.t.Resources["LoadBalancerSecurityGroup"] = cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: front}
	}
	task.SecurityGroupEgress = s.egress()
	s.t.Resources["TaskSecurityGroup"] = cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: task}
}

// egress lets tasks out to everywhere, or on demand only to what is known: HTTPS is for the image, logs, secrets and AWS itself. The VPC's resolver is
// beyond security groups.
func (s *stack) egress() any {
	s.t.Parameters["Egress"] = cfnParameter{
		Type: "String", Default: "all", AllowedValues: []string{"all", "known"},
		Description: "Where tasks may connect to: all, or HTTPS and what a2c knows of the application, which may lack what is used seldom",
	}
	s.t.Conditions["KnownEgress"] = equal{[2]any{ref{"Egress"}, "known"}}
	const anywhere = "0.0.0.0/0"
	rules := []ingress{{Description: "HTTPS", IPProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIP: anywhere}}
	if len(s.volumes) > 0 {
		rules = append(rules, ingress{Description: "NFS to the file system", IPProtocol: "tcp", FromPort: 2049, ToPort: 2049, CidrIP: anywhere})
	}
	for _, e := range ends(s.d) {
		if !slices.ContainsFunc(rules, func(r ingress) bool {
			return r.IPProtocol == e.protocol && r.FromPort == e.port && r.CidrIP == anywhere
		}) {
			rule := ingress{Description: "Port " + strconv.Itoa(e.port), IPProtocol: e.protocol, FromPort: e.port, ToPort: e.port, CidrIP: e.cidr}
			if strings.Contains(e.cidr, ":") {
				rule.CidrIP, rule.CidrIPv6 = nil, e.cidr
			}
			rules = append(rules, rule)
		}
	}
	return ifElse("KnownEgress", rules, ref{"AWS::NoValue"})
}

// taskPorts are the balanced ones and that of the health check.
func (s *stack) taskPorts(targets []target) []model.Port {
	var ports []model.Port
	for _, t := range targets {
		ports = append(ports, t.Port)
	}
	check := model.Port{LocalPort: s.d.HealthCheck.Port, Protocol: "tcp"}
	if check.LocalPort > 0 && !slices.ContainsFunc(ports, func(p model.Port) bool { return p.LocalPort == check.LocalPort && protocol(p) == "tcp" }) {
		ports = append(ports, check)
	}
	return ports
}

func (s *stack) service(targets []target, waits []string) {
	service := cfnService{
		Cluster: ref{"Cluster"}, TaskDefinition: ref{"TaskDefinition"}, LaunchType: "FARGATE", PlatformVersion: "LATEST",
		DesiredCount: ref{"DesiredCount"}, EnableECSManagedTags: true, PropagateTags: "SERVICE", Tags: s.tags(),
		DeploymentConfiguration: cfnDeployment{MaximumPercent: 200, MinimumHealthyPercent: 100},
	}
	service.DeploymentConfiguration.DeploymentCircuitBreaker.Enable = true
	service.DeploymentConfiguration.DeploymentCircuitBreaker.Rollback = true
	subnets := any(ref{"TaskSubnets"})
	if len(s.volumes) > 0 || s.d.SingleCopy { // the old task ends before the new one starts: only one may write
		service.DeploymentConfiguration.MaximumPercent, service.DeploymentConfiguration.MinimumHealthyPercent = 100, 0
	}
	if len(s.volumes) > 0 {
		subnets = []any{item{[2]any{0, ref{"TaskSubnets"}}}, item{[2]any{1, ref{"TaskSubnets"}}}}
	}
	service.NetworkConfiguration.AwsvpcConfiguration = cfnNetwork{
		AssignPublicIP: ref{"AssignPublicIp"}, SecurityGroups: []any{ref{"TaskSecurityGroup"}}, Subnets: subnets,
	}
	for _, t := range targets {
		service.HealthGrace = max(s.d.HealthCheck.StartSeconds, 30)
		service.LoadBalancers = append(service.LoadBalancers, cfnServiceBalancer{s.container, t.LocalPort, ref{"TargetGroup" + t.number}})
		waits = append(waits, "Listener"+t.number)
	}
	slices.Sort(waits)
	s.t.Resources["Service"] = cfnResource{Type: "AWS::ECS::Service", DependsOn: waits, Properties: service}
	s.t.Outputs["ServiceName"] = cfnOutput{Description: "Name of the service", Value: get("Service", "Name")}
	s.t.Outputs["TaskDefinition"] = cfnOutput{Description: "ARN of the task definition", Value: ref{"TaskDefinition"}}
}
