package generate

// Instances of EC2 for ECS in CloudFormation. Field names are the properties' own unless a tag says otherwise.

type cfnCluster struct {
	ClusterName any
	Tags        []cfnTag `json:",omitempty"`
}

type cfnInstanceProfile struct{ Roles []any }

type cfnLaunchTemplate struct{ LaunchTemplateData cfnLaunchData }

type cfnLaunchData struct {
	ImageID             any `json:"ImageId"`
	InstanceType        any
	IamInstanceProfile  struct{ Arn any }
	SecurityGroupIDs    []any `json:"SecurityGroupIds"`
	BlockDeviceMappings []cfnDisk
	MetadataOptions     struct {
		HTTPTokens string `json:"HttpTokens"`
		HTTPHops   int    `json:"HttpPutResponseHopLimit"`
	}
	UserData any
}

type cfnDisk struct {
	DeviceName string
	Ebs        struct {
		Encrypted  bool
		VolumeSize any
		VolumeType string
	}
}

type cfnScalingGroup struct {
	LaunchTemplate struct {
		ID      any `json:"LaunchTemplateId"`
		Version any
	}
	Subnets   any `json:"VPCZoneIdentifier"`
	MinSize   any
	MaxSize   any
	Protected any `json:"NewInstancesProtectedFromScaleIn"`
	Tags      []cfnGroupTag
}

type cfnGroupTag struct {
	Key, Value        string
	PropagateAtLaunch bool
}

type cfnCapacityProvider struct {
	AutoScalingGroupProvider struct {
		Arn            any `json:"AutoScalingGroupArn"`
		ManagedScaling struct {
			Status         any
			TargetCapacity any
		}
		ManagedTerminationProtection any
		ManagedDraining              string
	}
	Tags []cfnTag `json:",omitempty"`
}

type cfnClusterCapacity struct {
	Cluster           any
	CapacityProviders []any
	Default           []capacityStrategy `json:"DefaultCapacityProviderStrategy"`
}
