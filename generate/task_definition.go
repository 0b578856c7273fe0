package generate

import (
	"fmt"
	"strconv"

	"a2c/model"
)

// taskDefinition writes what `aws ecs register-task-definition --cli-input-json` takes. The bytes are nil, with a note, while something
// is not known that must not be invented.
func (t *task) taskDefinition() ([]byte, string, error) {
	account, region := t.d.AWS.AccountID, t.d.AWS.Region
	if account == "" || region == "" {
		return nil, "No task-definition.json: aws.accountId and aws.region in deployment.json are not both set; fill them in, or run a2c generate app-deployment with --profile.", nil
	}
	volumes, note := t.definitionVolumes()
	if len(t.volumes) > 0 && volumes == nil {
		return nil, note, nil
	}
	arn := func(role string) string {
		return fmt.Sprintf("arn:%s:iam::%s:role/%s", partition(region), account, t.role(region, role))
	}
	in := registerTask{
		Family:                  t.family,
		NetworkMode:             t.networkMode(),
		PIDMode:                 t.pidMode(),
		RequiresCompatibilities: t.compatibility(),
		RuntimePlatform:         taskPlatform{OperatingSystemFamily: "LINUX", CPUArchitecture: t.architecture()},
		ExecutionRoleARN:        arn("execution"),
		TaskRoleARN:             arn("task"),
		Volumes:                 volumes,
		ContainerDefinitions:    append([]taskContainer{t.containerDefinition(region)}, t.routerDefinition(region)...),
	}
	in.CPU, in.Memory = t.taskSize()
	for _, p := range t.granted.paths {
		in.Volumes = append(in.Volumes, taskMount{Name: p.name, Host: &taskHost{SourcePath: p.path}})
	}
	if g := t.d.ECSParameters.EphemeralStorageGiB; g > 0 && !t.ec2 {
		in.EphemeralStorage = &taskStorage{SizeInGiB: g}
	}
	for _, tag := range t.d.ECSParameters.ResourceTags {
		in.Tags = append(in.Tags, taskTag{Key: tag.Key, Value: tag.Value})
	}
	data, err := in.encode()
	return data, note, err
}

func (t *task) containerDefinition(region string) taskContainer {
	c := taskContainer{
		Name:                   t.container,
		Image:                  t.image(registry(t.d.AWS)),
		Essential:              true,
		User:                   t.user(),
		ReadonlyRootFilesystem: t.d.ReadOnlyRoot,
		LogConfiguration:       t.logDefinition(region),
		DependsOn:              t.routerFirst(),
		Privileged:             t.granted.privileged,
		LinuxParameters:        t.linuxParameters(),
		HealthCheck:            t.healthCheck(),
		StopTimeout:            t.stopTimeout(),
	}
	c.CPU, c.Memory = t.containerSize()
	for _, p := range t.d.ExposedPorts {
		c.PortMappings = append(c.PortMappings, taskPort{ContainerPort: p.LocalPort, HostPort: t.fixedPort(p.LocalPort), Name: t.connectName(p), Protocol: protocol(p)})
	}
	for _, e := range t.d.Environment {
		c.Environment = append(c.Environment, taskVariable{Name: e.Name, Value: e.Value})
	}
	for _, s := range t.secrets {
		c.Secrets = append(c.Secrets, taskSecretValue{Name: s.name, ValueFrom: t.secretARN(s)})
	}
	for _, v := range t.volumes {
		c.MountPoints = append(c.MountPoints, taskMountPoint{SourceVolume: v.name, ContainerPath: string(v.Path)})
	}
	for _, p := range t.granted.paths {
		c.MountPoints = append(c.MountPoints, taskMountPoint{SourceVolume: p.name, ContainerPath: p.path, ReadOnly: p.readOnly})
	}
	for _, v := range t.controls() {
		c.SystemControls = append(c.SystemControls, taskControl{Namespace: v.Name, Value: v.Value})
	}
	for _, l := range t.ulimits() {
		c.Ulimits = append(c.Ulimits, taskLimit{Name: l.name, SoftLimit: l.value, HardLimit: l.value})
	}
	if n := t.granted.gpus; n > 0 {
		c.ResourceRequirements = []taskResource{{Type: "GPU", Value: strconv.Itoa(n)}}
	}
	return c
}

// healthCheck has the platform run the image's own check: ECS does not read the image's
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html). The period in which failures do not count has a limit there.
func (t *task) healthCheck() *taskHealth {
	h := t.d.HealthCheck
	if len(h.Command) == 0 {
		return nil
	}
	const longest = 300
	return &taskHealth{
		Command: h.Command, Interval: model.HealthIntervalSeconds, Retries: model.HealthRetries, StartPeriod: min(h.StartSeconds, longest), Timeout: model.HealthTimeoutSeconds,
	}
}

// linuxParameters is nil when there are none.
func (t *task) linuxParameters() *taskLinux {
	g := t.granted
	if len(t.drop)+len(t.scratch)+len(g.add)+len(g.devices)+g.sharedMiB == 0 {
		return nil
	}
	p := &taskLinux{SharedMemorySize: g.sharedMiB}
	if len(t.drop)+len(g.add) > 0 {
		p.Capabilities = &taskCapabilities{Add: g.add, Drop: t.drop}
	}
	for _, path := range g.devices {
		p.Devices = append(p.Devices, taskDevice{ContainerPath: path, HostPath: path, Permissions: devicePermissions()})
	}
	for _, path := range t.scratch {
		p.Tmpfs = append(p.Tmpfs, taskTmpfs{ContainerPath: string(path), Size: scratchMiB, MountOptions: tmpfsOptions()})
	}
	return p
}

// devicePermissions leave out mknod: the device is there.
func devicePermissions() []string { return []string{"read", "write"} }

func (t *task) logOptions(region, prefix string) map[string]string {
	return map[string]string{
		"awslogs-group": t.logGroup(), "awslogs-region": region, "awslogs-stream-prefix": prefix, "mode": "non-blocking",
	}
}

// secretARN names a secret by its name alone when no ARN is given: Secrets Manager completes it
// (https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen).
func (t *task) secretARN(s taskSecret) string {
	if s.valueFrom != "" {
		return s.valueFrom
	}
	return fmt.Sprintf("arn:%s:secretsmanager:%s:%s:secret:%s", partition(t.d.AWS.Region), t.d.AWS.Region, t.d.AWS.AccountID, t.secretName(s))
}

func (t *task) secretName(s taskSecret) string { return t.family + "/" + ecsName(s.name, 120) }

// definitionVolumes puts each volume on the file system that deployment.json names. A single one without is left to whoever starts the
// task (configuredAtLaunch, an EBS volume): an empty folder in its place would lose data without a word. ECS allows one such volume.
func (t *task) definitionVolumes() ([]taskMount, string) {
	var volumes []taskMount
	for i, v := range t.volumes {
		switch {
		case v.FileSystemID != "":
			e := &taskEFS{FileSystemID: v.FileSystemID, TransitEncryption: "ENABLED"}
			if v.AccessPointID != "" {
				e.AuthorizationConfig = &taskEFSAuthorization{AccessPointID: v.AccessPointID, IAM: "ENABLED"}
			}
			volumes = append(volumes, taskMount{Name: v.name, EFSVolumeConfiguration: e})
		case len(t.volumes) > 1:
			return nil, fmt.Sprintf("No task-definition.json: volumes[%d].fileSystemId in deployment.json is empty; deploy service.yaml, then fill in fileSystemId and accessPointId from the stack's outputs. The stack itself needs no task-definition.json.", i)
		default:
			volumes = append(volumes, taskMount{Name: v.name, ConfiguredAtLaunch: true})
			return volumes, fmt.Sprintf("task-definition.json leaves the volume %s (%s) to be configured at launch, since volumes[%d].fileSystemId in deployment.json is empty; with it and accessPointId from the outputs of service.yaml it is on EFS.", v.name, v.Path, i)
		}
	}
	return volumes, ""
}
