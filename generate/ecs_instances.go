package generate

import (
	"fmt"
	"strings"
)

// spareMiB is what the system and ECS's agent keep of an instance for themselves.
const spareMiB = 384

// instances is instances.yaml: a cluster of its own with instances, which its capacity provider adds and takes away as tasks need them. Whoever has a
// cluster with instances needs none of it.
func (t *task) instances(p prices) *cfnTemplate {
	c := newTemplate("A cluster with instances for " + t.family + ". Not needed where there is one already.")
	t.instanceParameters(c, p)
	c.Resources["Cluster"] = cfnResource{Type: "AWS::ECS::Cluster", Properties: cfnCluster{ClusterName: ref{"ClusterName"}, Tags: t.tags()}}
	c.Resources["InstanceRole"] = cfnResource{Type: "AWS::IAM::Role", Properties: cfnRole{
		RoleName: substitute{t.role("${AWS::Region}", "instance")}, Description: "Joins the instances of " + t.family + " to their cluster",
		AssumeRolePolicyDocument: serviceTrust("ec2.amazonaws.com", nil), Tags: t.tags(),
		ManagedPolicyArns: []any{
			substitute{"arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"},
			substitute{"arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"},
		},
	}}
	c.Resources["InstanceProfile"] = cfnResource{Type: "AWS::IAM::InstanceProfile", Properties: cfnInstanceProfile{Roles: []any{ref{"InstanceRole"}}}}
	c.Resources["InstanceSecurityGroup"] = cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: cfnSecurityGroup{
		GroupDescription: "Instances of " + t.family, VpcID: ref{"VpcId"}, Tags: t.tags(),
	}}
	c.Resources["LaunchTemplate"] = cfnResource{Type: "AWS::EC2::LaunchTemplate", Properties: cfnLaunchTemplate{t.launchTemplate()}}
	t.capacity(c)
	return c
}

func (t *task) instanceParameters(c *cfnTemplate, prices prices) {
	image := "/aws/service/ecs/optimized-ami/amazon-linux-2023/" + beside(t.arm, "arm64/") + beside(t.granted.gpus > 0, "gpu/") + "recommended/image_id"
	c.Parameters = map[string]cfnParameter{
		"ClusterName":    {Type: "String", Default: t.family, AllowedPattern: "^[A-Za-z0-9_-]{1,255}$", Description: "Name of the cluster that is made"},
		"VpcId":          {Type: "AWS::EC2::VPC::Id", Description: "The network", Default: orNil(t.d.ECSParameters.ReuseResources.VPCID)},
		"Subnets":        {Type: "List<AWS::EC2::Subnet::Id>", Description: "Subnets for the instances, in two zones at least; private ones need NAT or endpoints"},
		"InstanceType":   {Type: "String", Default: orNil(t.instanceOf(prices).Type), Description: "Type of the instances; one holds a task"},
		"ImageId":        {Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: image, Description: "Image of the instances, ECS's own by default"},
		"DiskGiB":        {Type: "Number", Default: 30, MinValue: new(30), Description: "Disk of an instance, for images and what containers write"},
		"MinInstances":   {Type: "Number", Default: 0, MinValue: new(0), Description: "The fewest instances that run"},
		"MaxInstances":   {Type: "Number", Default: 4, MinValue: new(1), Description: "The most instances that run"},
		"ManagedScaling": {Type: "String", Default: "ENABLED", AllowedValues: []string{"ENABLED", "DISABLED"}, Description: "Whether ECS adds instances for tasks that find no place, and takes away empty ones"},
		"TargetCapacity": {Type: "Number", Default: 100, MinValue: new(1), Description: "Percent of the instances that are in use; below 100 some are kept ready"},
	}
	if t.daemon { // whose tasks bring no instance along
		p := c.Parameters["MinInstances"]
		p.Default = 1
		c.Parameters["MinInstances"] = p
	}
}

// launchTemplate: version 2 of the metadata service with one hop keeps containers in bridge mode from the instance's role
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html).
func (t *task) launchTemplate() cfnLaunchData {
	d := cfnLaunchData{
		ImageID: ref{"ImageId"}, InstanceType: ref{"InstanceType"}, SecurityGroupIDs: []any{ref{"InstanceSecurityGroup"}},
		UserData: base64{substitute{t.userData()}},
	}
	d.IamInstanceProfile.Arn = get("InstanceProfile", "Arn")
	d.MetadataOptions.HTTPTokens, d.MetadataOptions.HTTPHops = "required", 1
	disk := cfnDisk{DeviceName: "/dev/xvda"}
	disk.Ebs.Encrypted, disk.Ebs.VolumeSize, disk.Ebs.VolumeType = true, ref{"DiskGiB"}, "gp3"
	d.BlockDeviceMappings = []cfnDisk{disk}
	return d
}

// userData joins the cluster and sets the kernel values that no container has for itself. Names and values hold nothing that a shell or Fn::Sub would act
// on: validate has seen to that.
func (t *task) userData() string {
	var b strings.Builder
	b.WriteString("#!/bin/bash\necho 'ECS_CLUSTER=${ClusterName}' >> /etc/ecs/ecs.config\n")
	if !t.bridge {
		b.WriteString("echo 'ECS_AWSVPC_BLOCK_IMDS=true' >> /etc/ecs/ecs.config\n") // what one hop does for tasks in bridge mode
	}
	if t.granted.gpus > 0 {
		b.WriteString("echo 'ECS_ENABLE_GPU_SUPPORT=true' >> /etc/ecs/ecs.config\n")
	}
	for _, v := range t.granted.onMachine {
		fmt.Fprintf(&b, "echo '%s = %s' >> /etc/sysctl.d/90-a2c.conf\n", v.Name, v.Value)
	}
	if len(t.granted.onMachine) > 0 {
		b.WriteString("sysctl -p /etc/sysctl.d/90-a2c.conf\n")
	}
	return b.String()
}

// capacity groups the instances and ties them to the cluster.
func (t *task) capacity(c *cfnTemplate) {
	c.Conditions["Managed"] = equal{[2]any{ref{"ManagedScaling"}, "ENABLED"}}
	group := cfnScalingGroup{
		Subnets: ref{"Subnets"}, MinSize: ref{"MinInstances"}, MaxSize: ref{"MaxInstances"}, Protected: ifElse("Managed", true, false), // ECS lifts it from empty ones
		Tags: []cfnGroupTag{{"AmazonECSManaged", "true", true}, {"Name", t.family, true}},
	}
	group.LaunchTemplate.ID, group.LaunchTemplate.Version = ref{"LaunchTemplate"}, get("LaunchTemplate", "LatestVersionNumber")
	c.Resources["Instances"] = cfnResource{Type: "AWS::AutoScaling::AutoScalingGroup", Properties: group}
	provider := cfnCapacityProvider{Tags: t.tags()}
	p := &provider.AutoScalingGroupProvider
	p.Arn, p.ManagedTerminationProtection, p.ManagedDraining = ref{"Instances"}, ref{"ManagedScaling"}, "ENABLED"
	p.ManagedScaling.Status, p.ManagedScaling.TargetCapacity = ref{"ManagedScaling"}, ref{"TargetCapacity"}
	c.Resources["CapacityProvider"] = cfnResource{Type: "AWS::ECS::CapacityProvider", Properties: provider}
	c.Resources["ClusterCapacity"] = cfnResource{Type: "AWS::ECS::ClusterCapacityProviderAssociations", Properties: cfnClusterCapacity{
		Cluster: ref{"Cluster"}, CapacityProviders: []any{ref{"CapacityProvider"}},
		Default: []capacityStrategy{{ref{"CapacityProvider"}, 1}},
	}}
	for name, about := range map[string]string{
		"Cluster": "Cluster of service.yaml", "CapacityProvider": "CapacityProvider of service.yaml", "InstanceSecurityGroup": "InstanceSecurityGroup of service.yaml",
	} {
		c.Outputs[name] = cfnOutput{Description: about, Value: ref{name}}
	}
}
