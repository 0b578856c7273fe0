package generate

import (
	"slices"
	"strconv"
	"strings"
)

// group is the security group that connections to the application go to: the task's own, or with ports of the instance the instance's.
func (s *stack) group() string {
	if s.bridge {
		return "InstanceSecurityGroup"
	}
	return "TaskSecurityGroup"
}

func (s *stack) securityGroups() {
	if len(s.targets) > 0 {
		s.frontGroup()
	}
	if s.bridge {
		if len(s.targets)+len(s.volumes) > 0 {
			s.instanceGroup()
		}
		return
	}
	task := cfnSecurityGroup{GroupDescription: "Tasks of " + s.family, VpcID: ref{"VpcId"}, Tags: s.tags()}
	for _, port := range s.taskPorts() {
		task.SecurityGroupIngress = append(task.SecurityGroupIngress, s.fromBalancer(protocol(port), port.LocalPort, port.LocalPort))
	}
	task.SecurityGroupEgress = s.egress()
	s.t.Resources["TaskSecurityGroup"] = cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: task}
}

func (s *stack) fromBalancer(protocol string, from, to int) ingress {
	return ingress{Description: "From the load balancer", IPProtocol: protocol, FromPort: from, ToPort: to, SourceSecurityGroupID: s.frontSource()}
}

// frontSource is the group of the stack's load balancer, or of the one that the user has.
func (s *stack) frontSource() any {
	own := ref{"LoadBalancerSecurityGroup"}
	if s.http() {
		return ifElse("OtherListener", ref{"BalancerSecurityGroup"}, own)
	}
	return own
}

func (s *stack) frontGroup() {
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
	for _, t := range s.targets[first:] {
		allow(protocol(t.Port), t.LocalPort, "Port "+t.number)
	}
	s.t.Resources["LoadBalancerSecurityGroup"] = s.ifOwn(cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: front})
}

// instanceGroup lets the load balancer reach the ports that the container engine gives out: the kernel's range on ECS's images and the older one
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html, hostPort).
func (s *stack) instanceGroup() {
	const first, last = 32768, 65535
	s.t.Parameters["InstanceSecurityGroup"] = cfnParameter{
		Type: "AWS::EC2::SecurityGroup::Id", Description: "Security group of the instances; instances.yaml has it in its outputs. The load balancer is let in on ports 32768 to 65535",
	}
	done := map[string]bool{}
	for _, t := range s.targets {
		if p := protocol(t.Port); !done[p] {
			done[p] = true
			s.t.Resources["InstanceIngress"+strings.ToUpper(p)] = cfnResource{
				Type: "AWS::EC2::SecurityGroupIngress", Properties: cfnIngressRule{ref{"InstanceSecurityGroup"}, s.fromBalancer(p, first, last)},
			}
		}
	}
	if done["udp"] && !done["tcp"] { // whose health is asked for over TCP
		s.t.Resources["InstanceIngressTCP"] = cfnResource{
			Type: "AWS::EC2::SecurityGroupIngress", Properties: cfnIngressRule{ref{"InstanceSecurityGroup"}, s.fromBalancer("tcp", first, last)},
		}
	}
}

// egress lets tasks out to everywhere, or on demand only to what is known: HTTPS is for the image, logs, secrets and AWS itself. The VPC's resolver is
// beyond security groups.
func (s *stack) egress() any {
	s.t.Parameters["Egress"] = cfnParameter{
		Type: "String", Default: "all", AllowedValues: []string{"all", "known"},
		Description: "Where tasks may connect to: all, or HTTPS and what a2c knows of the application, which may lack what is used seldom",
	}
	s.t.Conditions["KnownEgress"] = equal{[2]any{ref{"Egress"}, "known"}}
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
	return ifElse("KnownEgress", rules, noValue())
}
