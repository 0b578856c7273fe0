package generate

import (
	"fmt"
	"strconv"
	"strings"

	"a2c/model"
)

// stack is service.yaml: everything around the task but network and cluster, which are there already and come as parameters.
type stack struct {
	*task
	t *cfnTemplate
}

func newStack(t *task) *stack { return &stack{task: t} }

func (s *stack) template() *cfnTemplate {
	s.t = newTemplate("Service " + s.family + " on ECS with Fargate.")
	s.parameters()
	s.roles()
	s.t.Resources["LogGroup"] = cfnResource{
		Type:       "AWS::Logs::LogGroup",
		Properties: cfnLogGroup{LogGroupName: s.logGroup(), RetentionInDays: ref{"LogRetentionDays"}, Tags: s.tags()},
	}
	s.t.Resources["TaskDefinition"] = cfnResource{Type: "AWS::ECS::TaskDefinition", Properties: s.definition()}
	targets := s.balancer()
	mounts := s.fileSystem()
	s.securityGroups(targets)
	s.service(targets, mounts)
	if len(s.t.Conditions) == 0 {
		s.t.Conditions = nil
	}
	return s.t
}

func (s *stack) parameters() {
	p := s.t.Parameters
	p["VpcId"] = cfnParameter{Type: "AWS::EC2::VPC::Id", Description: "The network", Default: orNil(s.d.ECSParameters.ReuseResources.VPCID)}
	p["Cluster"] = cfnParameter{Type: "String", Description: "Name or ARN of the ECS cluster", Default: "default"}
	p["TaskSubnets"] = cfnParameter{Type: "List<AWS::EC2::Subnet::Id>", Description: s.subnetsText()}
	p["AssignPublicIp"] = cfnParameter{
		Type: "String", Default: "DISABLED", AllowedValues: []string{"DISABLED", "ENABLED"},
		Description: "ENABLED in public subnets, which have neither NAT nor endpoints",
	}
	p["ImageUri"] = cfnParameter{
		Type: "String", Default: "", AllowedPattern: "^$|^[^@]+@sha256:[0-9a-f]{64}$", Constraint: "an image with its digest",
		Description: "Image with its digest; empty for the one this file was made for, in this account's registry",
	}
	p["DesiredCount"] = cfnParameter{Type: "Number", Default: s.count(), MinValue: new(0), Description: "How many tasks run"}
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

// roles: the execution role is the platform's (image, logs, secrets), the task role the application's. Nothing that the application
// does in AWS was observed, so that its role allows nothing but its own files.
func (s *stack) roles() {
	trust := newPolicy(statement{
		Effect: "Allow", Action: "sts:AssumeRole", Principal: map[string]string{"Service": "ecs-tasks.amazonaws.com"},
		Condition: map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": ref{"AWS::AccountId"}}},
	})
	execution := cfnRole{
		RoleName: substitute{s.role("${AWS::Region}", "execution")}, Description: "Pulls the image, writes logs and reads secrets for " + s.family,
		AssumeRolePolicyDocument: trust, Tags: s.tags(),
		ManagedPolicyArns: []any{substitute{"arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"}},
	}
	var arns []any
	for _, secret := range s.secrets {
		arns = append(arns, s.secretResource(secret))
	}
	if len(arns) > 0 {
		execution.Policies = []inlinePolicy{{"secrets", newPolicy(statement{
			Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue", "ssm:GetParameters"}, Resource: arns,
		})}}
	}
	s.t.Resources["ExecutionRole"] = cfnResource{Type: "AWS::IAM::Role", Properties: execution}

	task := cfnRole{
		RoleName: substitute{s.role("${AWS::Region}", "task")}, Description: "What " + s.family + " itself may do",
		AssumeRolePolicyDocument: trust, Tags: s.tags(),
	}
	if len(s.volumes) > 0 {
		task.Policies = []inlinePolicy{{"files", newPolicy(statement{
			Effect: "Allow", Action: []string{"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}, Resource: get("FileSystem", "Arn"),
		})}}
	}
	allows := "its task role allows nothing" + beside(len(s.volumes) > 0, " but its own files") + "; add what it needs."
	if notes := roleNotes(s.d); len(notes) > 0 {
		s.notes = append(append(s.notes, "Nothing in AWS is allowed unseen: "+allows), notes...)
	} else {
		s.notes = append(s.notes, "What it does in AWS was not observed: "+allows)
	}
	s.localReaches(s.d)
	s.t.Resources["TaskRole"] = cfnResource{Type: "AWS::IAM::Role", Properties: task}
}

func beside(when bool, text string) string {
	if when {
		return text
	}
	return ""
}

// secretResource is the secret itself: an ARN may go on with a JSON key and a version, which IAM does not know.
func (s *stack) secretResource(secret taskSecret) any {
	if secret.parameter != "" {
		return ref{secret.parameter}
	}
	parts := strings.SplitN(secret.valueFrom, ":", 8)
	return strings.Join(parts[:min(len(parts), 7)], ":")
}

func (s *stack) definition() cfnTaskDefinition {
	d := cfnTaskDefinition{
		Family: s.family, NetworkMode: "awsvpc", RequiresCompatibilities: []string{"FARGATE"},
		CPU: strconv.Itoa(s.cpu), Memory: strconv.Itoa(s.memory), RuntimePlatform: cfnPlatform{"LINUX", s.architecture()},
		ExecutionRoleArn: get("ExecutionRole", "Arn"), TaskRoleArn: get("TaskRole", "Arn"),
		ContainerDefinitions: []cfnContainer{s.containerProperties()}, Tags: s.tags(),
	}
	if g := s.d.ECSParameters.EphemeralStorageGiB; g > 0 {
		d.EphemeralStorage = &cfnEphemeral{g}
	}
	for _, v := range s.volumes {
		volume := cfnVolume{Name: v.name, EFS: cfnEFSVolume{FileSystem: ref{"FileSystem"}, TransitEncryption: "ENABLED"}}
		volume.EFS.Authorization.AccessPoint, volume.EFS.Authorization.IAM = ref{"AccessPoint" + v.id}, "ENABLED"
		d.Volumes = append(d.Volumes, volume)
	}
	return d
}

func (s *stack) containerProperties() cfnContainer {
	c := cfnContainer{
		Name: s.container, Essential: true, User: s.user(), ReadonlyRootFilesystem: s.d.ReadOnlyRoot,
		Image: ifElse("OtherImage", ref{"ImageUri"},
			substitute{s.image("${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}")}),
		LogConfiguration: cfnLog{"awslogs", map[string]any{
			"awslogs-group": ref{"LogGroup"}, "awslogs-region": ref{"AWS::Region"}, "awslogs-stream-prefix": s.container, "mode": "non-blocking",
		}},
	}
	for _, p := range s.d.ExposedPorts {
		c.PortMappings = append(c.PortMappings, cfnPortMapping{p.LocalPort, protocol(p)})
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
	if len(s.drop)+len(s.scratch) > 0 {
		c.LinuxParameters = s.linuxProperties()
	}
	if s.lowPorts {
		name, value := lowPortSetting()
		c.SystemControls = []cfnSystemControl{{name, value}}
	}
	c.StopTimeout = s.stopTimeout()
	if h := s.healthCheck(); h != nil {
		c.HealthCheck = &cfnHealth{Interval: h.Interval, Retries: h.Retries, StartPeriod: h.StartPeriod, Timeout: h.Timeout}
		for _, word := range h.Command {
			c.HealthCheck.Command = append(c.HealthCheck.Command, literal(word))
		}
	}
	if n := s.d.ECSParameters.NoFile; n > 0 {
		c.Ulimits = []cfnUlimit{{"nofile", n, n}}
	}
	return c
}

func (s *stack) linuxProperties() *cfnLinux {
	linux := &cfnLinux{}
	if len(s.drop) > 0 {
		linux.Capabilities = &cfnCapabilities{s.drop}
	}
	for _, path := range s.scratch {
		linux.Tmpfs = append(linux.Tmpfs, cfnTmpfs{literal(string(path)), scratchMiB, tmpfsOptions()})
	}
	return linux
}

// fileSystem makes one EFS file system with an access point for each volume, which is created with the owner and mode that the folder
// has on the host. It returns what the service has to wait for.
func (s *stack) fileSystem() []string {
	if len(s.volumes) == 0 {
		return nil
	}
	fs := cfnFileSystem{Encrypted: true, FileSystemTags: s.tags()}
	fs.BackupPolicy.Status = "ENABLED"
	s.t.Resources["FileSystem"] = retained(cfnResource{Type: "AWS::EFS::FileSystem", Properties: fs})
	s.t.Outputs["FileSystemId"] = cfnOutput{Description: "volumes[].fileSystemId of deployment.json", Value: ref{"FileSystem"}}
	for _, v := range s.volumes {
		a := cfnAccessPoint{FileSystemID: ref{"FileSystem"}, PosixUser: posixUser{strconv.Itoa(s.d.User.UID), strconv.Itoa(s.d.User.GID)}, AccessPointTags: s.tags()}
		a.RootDirectory.Path = "/" + v.name
		a.RootDirectory.CreationInfo = creation{strconv.Itoa(v.UID), strconv.Itoa(v.GID), fmt.Sprintf("%04o", orMode(v.Mode))}
		s.t.Resources["AccessPoint"+v.id] = cfnResource{Type: "AWS::EFS::AccessPoint", Properties: a}
		s.t.Outputs["AccessPoint"+v.id] = cfnOutput{Description: "accessPointId of the volume " + v.name, Value: ref{"AccessPoint" + v.id}}
		s.notes = append(s.notes, fmt.Sprintf("The data in %s (%s) starts empty on EFS: copy it there before the first start that matters, or load it from a backup.", v.Path, v.name))
	}
	waits := []string{"MountTargetA", "MountTargetB"}
	for i, id := range waits {
		s.t.Resources[id] = cfnResource{Type: "AWS::EFS::MountTarget", Properties: cfnMountTarget{
			FileSystemID: ref{"FileSystem"}, SubnetID: item{[2]any{i, ref{"TaskSubnets"}}}, SecurityGroups: []any{ref{"FileSystemSecurityGroup"}},
		}}
	}
	s.t.Resources["FileSystemSecurityGroup"] = cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: cfnSecurityGroup{
		GroupDescription: "File system of " + s.family, VpcID: ref{"VpcId"}, Tags: s.tags(),
		SecurityGroupIngress: []ingress{{Description: "NFS from the tasks", IPProtocol: "tcp", FromPort: 2049, ToPort: 2049, SourceSecurityGroupID: ref{"TaskSecurityGroup"}}},
	}}
	return waits
}

func orMode(mode uint32) uint32 {
	if mode == 0 {
		return 0o750
	}
	return mode & 0o777
}
