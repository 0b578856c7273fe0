package generate

import (
	"strconv"

	"a2c/model"
)

// stack is service.yaml: everything around the task but network and cluster, which are there already and come as parameters.
type stack struct {
	*task
	t       *cfnTemplate
	targets []target // ports behind the load balancer
}

func newStack(t *task) *stack { return &stack{task: t} }

func (s *stack) template() *cfnTemplate {
	s.t = newTemplate("Service " + s.family + " on ECS with " + s.where() + ".")
	s.targets = s.balanced()
	s.parameters()
	s.roles()
	s.t.Resources["LogGroup"] = cfnResource{
		Type:       "AWS::Logs::LogGroup",
		Properties: cfnLogGroup{LogGroupName: s.logGroup(), RetentionInDays: ref{"LogRetentionDays"}, Tags: s.tags()},
	}
	s.t.Resources["TaskDefinition"] = cfnResource{Type: "AWS::ECS::TaskDefinition", Properties: s.definition()}
	s.balancer()
	mounts := s.fileSystem()
	s.securityGroups()
	s.service(mounts)
	if len(s.t.Conditions) == 0 {
		s.t.Conditions = nil
	}
	return s.t
}

func (s *stack) parameters() {
	p := s.t.Parameters
	p["Cluster"] = cfnParameter{
		Type: "String", Default: "default", AllowedPattern: "^[A-Za-z0-9_-]{1,255}$", Constraint: "the name, not the ARN", Description: "Name of the ECS cluster",
	}
	s.networkParameters()
	p["ImageUri"] = cfnParameter{
		Type: "String", Default: "", AllowedPattern: "^$|^[^@]+@sha256:[0-9a-f]{64}$", Constraint: "an image with its digest",
		Description: "Image with its digest; empty for the one this file was made for, in this account's registry",
	}
	p["LogRetentionDays"] = cfnParameter{Type: "Number", Default: 30, Description: "How long logs are kept"}
	s.t.Conditions["OtherImage"] = filled("ImageUri")
	for _, secret := range s.secrets {
		if secret.parameter != "" {
			p[secret.parameter] = cfnParameter{
				Type: "String", Description: "ARN of the secret whose value becomes " + printable(secret.name),
				AllowedPattern: `^arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:\d{12}:secret:|ssm:[a-z0-9-]+:\d{12}:parameter/).+$`,
				Constraint:     "the ARN of a secret in Secrets Manager or of a parameter in Systems Manager",
			}
		}
	}
}

// networkParameters are those of what is there already, as far as it is used.
func (s *stack) networkParameters() {
	p := s.t.Parameters
	if len(s.targets) > 0 || !s.bridge || len(s.volumes) > 0 {
		p["VpcId"] = cfnParameter{Type: "AWS::EC2::VPC::Id", Description: "The network", Default: orNil(s.d.ECSParameters.ReuseResources.VPCID)}
	}
	if !s.bridge || len(s.volumes) > 0 {
		p["TaskSubnets"] = cfnParameter{Type: "List<AWS::EC2::Subnet::Id>", Description: s.subnetsText()}
	}
	if !s.ec2 {
		p["AssignPublicIp"] = cfnParameter{
			Type: "String", Default: "DISABLED", AllowedValues: []string{"DISABLED", "ENABLED"},
			Description: "ENABLED in public subnets, which have neither NAT nor endpoints",
		}
	}
}

// where names what tasks run on.
func (s *stack) where() string {
	if s.ec2 {
		return "instances of EC2"
	}
	return "Fargate"
}

// printable shortens a name for a description.
func printable(s string) string {
	s = model.Path(s).String()
	return s[:min(len(s), 200)]
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *stack) subnetsText() string {
	if s.bridge {
		return "Two subnets of the instances, in two zones, for the file system"
	}
	if len(s.volumes) > 0 {
		return "Two subnets in two zones for the tasks and the file system; private ones need NAT or endpoints"
	}
	return "Subnets for the tasks, in two zones at least; private ones need NAT or endpoints"
}

// count is one for what keeps data of its own: two tasks writing the same files damage them.
func (s *stack) count() int {
	if len(s.volumes) > 0 {
		return 1
	}
	return max(1, s.d.EKSParameters.Replicas)
}

func beside(when bool, text string) string {
	if when {
		return text
	}
	return ""
}

func (s *stack) definition() cfnTaskDefinition {
	d := cfnTaskDefinition{
		Family: s.family, NetworkMode: s.networkMode(), PidMode: s.pidMode(), RequiresCompatibilities: s.compatibility(),
		RuntimePlatform:  cfnPlatform{"LINUX", s.architecture()},
		ExecutionRoleArn: get("ExecutionRole", "Arn"), TaskRoleArn: get("TaskRole", "Arn"),
		ContainerDefinitions: append([]cfnContainer{s.containerProperties()}, s.routerProperties()...), Tags: s.tags(),
	}
	d.CPU, d.Memory = s.taskSize()
	if g := s.d.ECSParameters.EphemeralStorageGiB; g > 0 && !s.ec2 {
		d.EphemeralStorage = &cfnEphemeral{g}
	}
	for _, v := range s.volumes {
		volume := cfnVolume{Name: v.name, EFS: &cfnEFSVolume{FileSystem: ref{"FileSystem"}, TransitEncryption: "ENABLED"}}
		volume.EFS.Authorization.AccessPoint, volume.EFS.Authorization.IAM = ref{"AccessPoint" + v.id}, "ENABLED"
		d.Volumes = append(d.Volumes, volume)
	}
	for _, p := range s.granted.paths {
		d.Volumes = append(d.Volumes, cfnVolume{Name: p.name, Host: &cfnHostVolume{literal(p.path)}})
	}
	return d
}

func (s *stack) containerProperties() cfnContainer {
	c := cfnContainer{
		Name: s.container, Essential: true, User: s.user(), ReadonlyRootFilesystem: s.d.ReadOnlyRoot, Privileged: s.granted.privileged,
		Image: ifElse("OtherImage", ref{"ImageUri"},
			substitute{s.image("${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}")}),
		LinuxParameters: s.linuxProperties(), StopTimeout: s.stopTimeout(),
		LogConfiguration: s.logProperties(),
	}
	for _, d := range s.routerFirst() {
		c.DependsOn = append(c.DependsOn, cfnDependency{d.ContainerName, d.Condition})
	}
	c.CPU, c.Memory = s.containerSize()
	if s.d.ReadOnlyRoot {
		c.ReadonlyRootFilesystem = ifElse("Exec", false, true)
	}
	for _, p := range s.d.ExposedPorts {
		mapping := cfnPortMapping{ContainerPort: p.LocalPort, Protocol: protocol(p), Name: s.connectName(p)}
		if s.bridge {
			mapping.HostPort = new(s.fixedPort(p.LocalPort))
		}
		c.PortMappings = append(c.PortMappings, mapping)
	}
	for _, e := range s.d.Environment {
		c.Environment = append(c.Environment, cfnVariable{e.Name, literal(e.Value)})
	}
	for _, secret := range s.secrets {
		from := any(secret.valueFrom)
		if secret.parameter != "" {
			from = ref{secret.parameter}
		}
		c.Secrets = append(c.Secrets, cfnSecret{secret.name, from})
	}
	for _, v := range s.volumes {
		c.MountPoints = append(c.MountPoints, cfnMountPoint{v.name, literal(string(v.Path)), false})
	}
	for _, p := range s.granted.paths {
		c.MountPoints = append(c.MountPoints, cfnMountPoint{p.name, literal(p.path), p.readOnly})
	}
	for _, v := range s.controls() {
		c.SystemControls = append(c.SystemControls, cfnSystemControl{v.Name, v.Value})
	}
	if h := s.healthCheck(); h != nil {
		c.HealthCheck = &cfnHealth{Interval: h.Interval, Retries: h.Retries, StartPeriod: h.StartPeriod, Timeout: h.Timeout}
		for _, word := range h.Command {
			c.HealthCheck.Command = append(c.HealthCheck.Command, literal(word))
		}
	}
	for _, l := range s.ulimits() {
		c.Ulimits = append(c.Ulimits, cfnUlimit{l.name, l.value, l.value})
	}
	if n := s.granted.gpus; n > 0 {
		c.ResourceRequirements = []cfnResourceNeed{{"GPU", strconv.Itoa(n)}}
	}
	return c
}

// linuxProperties say the same as the task definition's.
func (s *stack) linuxProperties() *cfnLinux {
	p := s.linuxParameters()
	if p == nil {
		return nil
	}
	linux := &cfnLinux{SharedMemorySize: p.SharedMemorySize}
	if p.Capabilities != nil {
		linux.Capabilities = &cfnCapabilities{p.Capabilities.Add, p.Capabilities.Drop}
	}
	for _, d := range p.Devices {
		linux.Devices = append(linux.Devices, cfnDevice{literal(d.ContainerPath), literal(d.HostPath), d.Permissions})
	}
	for _, t := range p.Tmpfs {
		linux.Tmpfs = append(linux.Tmpfs, cfnTmpfs{literal(t.ContainerPath), t.Size, t.MountOptions})
	}
	return linux
}
