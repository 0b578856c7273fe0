package generate

// A network in CloudFormation. Field names are the properties' own unless a tag says otherwise.

type cfnVPC struct {
	CidrBlock          any
	EnableDNSSupport   bool     `json:"EnableDnsSupport"`
	EnableDNSHostnames bool     `json:"EnableDnsHostnames"`
	Tags               []cfnTag `json:",omitempty"`
}

type cfnSubnet struct {
	VpcID            any `json:"VpcId"`
	AvailabilityZone any
	CidrBlock        any
	Tags             []cfnTag `json:",omitempty"`
}

type cfnGateway struct {
	Tags []cfnTag `json:",omitempty"`
}

type cfnAttachment struct {
	VpcID     any `json:"VpcId"`
	GatewayID any `json:"InternetGatewayId"`
}

type cfnRouteTable struct {
	VpcID any      `json:"VpcId"`
	Tags  []cfnTag `json:",omitempty"`
}

type cfnRoute struct {
	RouteTableID any    `json:"RouteTableId"`
	Destination  string `json:"DestinationCidrBlock"`
	GatewayID    any    `json:"GatewayId"`
}

type cfnRouteUse struct {
	RouteTableID any `json:"RouteTableId"`
	SubnetID     any `json:"SubnetId"`
}

type cfnEndpoint struct {
	VpcID          any    `json:"VpcId"`
	Type           string `json:"VpcEndpointType"`
	Service        any    `json:"ServiceName"`
	RouteTables    []any  `json:"RouteTableIds,omitempty"`
	Subnets        []any  `json:"SubnetIds,omitempty"`
	SecurityGroups []any  `json:"SecurityGroupIds,omitempty"`
	PrivateDNS     bool   `json:"PrivateDnsEnabled,omitempty"`
}
