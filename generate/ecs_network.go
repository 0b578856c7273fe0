package generate

import "strconv"

// anywhere are all addresses of IPv4.
const anywhere = "0.0.0.0/0"

// network is network.yaml: the least that tasks and a load balancer need, in two zones. Private subnets reach AWS by endpoints alone, and nothing else.
func (t *task) network() *cfnTemplate {
	n := newTemplate("A network for " + t.family + ". Not needed where there is one already.")
	n.Conditions = nil
	n.Parameters["Cidr"] = cfnParameter{
		Type: "String", Default: "10.0.0.0/16", AllowedPattern: `^\d+\.\d+\.\d+\.\d+/(1[6-9]|2[0-4])$`, Description: "Addresses of the network; four subnets are cut out of it",
	}
	n.Resources["Vpc"] = cfnResource{Type: "AWS::EC2::VPC", Properties: cfnVPC{CidrBlock: ref{"Cidr"}, EnableDNSSupport: true, EnableDNSHostnames: true, Tags: t.named("")}}
	n.Resources["Gateway"] = cfnResource{Type: "AWS::EC2::InternetGateway", Properties: cfnGateway{t.named("")}}
	n.Resources["GatewayAttachment"] = cfnResource{Type: "AWS::EC2::VPCGatewayAttachment", Properties: cfnAttachment{ref{"Vpc"}, ref{"Gateway"}}}
	public, private := t.subnets(n, "Public", 0), t.subnets(n, "Private", 2)
	n.Resources["PublicRoute"] = cfnResource{
		Type: "AWS::EC2::Route", DependsOn: []string{"GatewayAttachment"}, Properties: cfnRoute{ref{"PublicRoutes"}, anywhere, ref{"Gateway"}},
	}
	t.endpoints(n, private)
	n.Outputs["VpcId"] = cfnOutput{Description: "VpcId of service.yaml", Value: ref{"Vpc"}}
	n.Outputs["TaskSubnets"] = cfnOutput{Description: "TaskSubnets of service.yaml, Subnets of instances.yaml", Value: join{[2]any{",", private}}}
	n.Outputs["LoadBalancerSubnets"] = cfnOutput{Description: "LoadBalancerSubnets of service.yaml", Value: join{[2]any{",", public}}}
	return n
}

func (t *task) named(suffix string) []cfnTag {
	return append(t.tags(), cfnTag{"Name", t.family + suffix})
}

// subnets makes two of a kind, in two zones, with a table of routes; first is the number of the first among the four.
func (t *task) subnets(n *cfnTemplate, kind string, first int) []any {
	routes := kind + "Routes"
	n.Resources[routes] = cfnResource{Type: "AWS::EC2::RouteTable", Properties: cfnRouteTable{ref{"Vpc"}, t.named("-" + kind)}}
	var refs []any
	for i := range 2 {
		id := kind + "Subnet" + string(rune('A'+i))
		n.Resources[id] = cfnResource{Type: "AWS::EC2::Subnet", Properties: cfnSubnet{
			VpcID: ref{"Vpc"}, AvailabilityZone: item{[2]any{i, zones{""}}}, CidrBlock: item{[2]any{first + i, cidr{[3]any{ref{"Cidr"}, 4, "8"}}}}, Tags: t.named("-" + kind + "-" + strconv.Itoa(i+1)),
		}}
		n.Resources[id+"Routes"] = cfnResource{Type: "AWS::EC2::SubnetRouteTableAssociation", Properties: cfnRouteUse{ref{routes}, ref{id}}}
		refs = append(refs, ref{id})
	}
	return refs
}

// services are those that the platform asks, by the names of their endpoints
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html, https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
func (t *task) services() map[string]string {
	services := map[string]string{"EcrApi": "ecr.api", "EcrDkr": "ecr.dkr", "Logs": "logs", "Exec": "ssmmessages"}
	if len(t.secrets) > 0 {
		services["Secrets"], services["Parameters"] = "secretsmanager", "ssm"
	}
	if t.ec2 {
		services["Ecs"], services["EcsAgent"], services["EcsTelemetry"] = "ecs", "ecs-agent", "ecs-telemetry"
	}
	return services
}

// endpoints puts each into the private subnets; what ECR keeps layers in is reached by a gateway, which costs nothing.
func (t *task) endpoints(n *cfnTemplate, private []any) {
	n.Resources["EndpointSecurityGroup"] = cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: cfnSecurityGroup{
		GroupDescription: "Endpoints of " + t.family, VpcID: ref{"Vpc"}, Tags: t.tags(),
		SecurityGroupIngress: []ingress{{Description: "HTTPS from the network", IPProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIP: ref{"Cidr"}}},
	}}
	for id, service := range t.services() {
		n.Resources[id+"Endpoint"] = cfnResource{Type: "AWS::EC2::VPCEndpoint", Properties: cfnEndpoint{
			VpcID: ref{"Vpc"}, Type: "Interface", Service: substitute{"com.amazonaws.${AWS::Region}." + service}, Subnets: private,
			SecurityGroups: []any{ref{"EndpointSecurityGroup"}}, PrivateDNS: true,
		}}
	}
	n.Resources["S3Endpoint"] = cfnResource{Type: "AWS::EC2::VPCEndpoint", Properties: cfnEndpoint{
		VpcID: ref{"Vpc"}, Type: "Gateway", Service: substitute{"com.amazonaws.${AWS::Region}.s3"}, RouteTables: []any{ref{"PrivateRoutes"}},
	}}
}
