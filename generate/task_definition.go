package generate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"

	"a2c/internal/term"
)

// taskDefinition writes what `aws ecs register-task-definition --cli-input-json` takes: the request as the SDK itself would send it,
// so that names are cased and absent fields left out as the service expects. The bytes are nil, with a note, while something is not
// known that must not be invented.
func (t *task) taskDefinition(ctx context.Context) ([]byte, string, error) {
	account, region := t.d.AWS.AccountID, t.d.AWS.Region
	if account == "" || region == "" {
		return nil, "No task-definition.json: aws.accountId and aws.region in deployment.json are not both set; fill them in, or run a2c generate app-deployment with --profile.", nil
	}
	volumes, note := t.definitionVolumes()
	if len(t.volumes) > 0 && volumes == nil {
		return nil, note, nil
	}
	arn := func(role string) *string {
		return new(fmt.Sprintf("arn:%s:iam::%s:role/%s", partition(region), account, t.role(region, role)))
	}
	in := &ecs.RegisterTaskDefinitionInput{
		Family:                  &t.family,
		NetworkMode:             types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu:                     new(strconv.Itoa(t.cpu)),
		Memory:                  new(strconv.Itoa(t.memory)),
		RuntimePlatform: &types.RuntimePlatform{
			OperatingSystemFamily: types.OSFamilyLinux, CpuArchitecture: types.CPUArchitecture(t.architecture()),
		},
		ExecutionRoleArn:     arn("execution"),
		TaskRoleArn:          arn("task"),
		Volumes:              volumes,
		ContainerDefinitions: []types.ContainerDefinition{t.containerDefinition(region)},
	}
	if g := t.d.ECSParameters.EphemeralStorageGiB; g > 0 {
		in.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: int32(g)}
	}
	for _, tag := range t.d.ECSParameters.ResourceTags {
		in.Tags = append(in.Tags, types.Tag{Key: &tag.Key, Value: &tag.Value})
	}
	data, err := wireJSON(ctx, in)
	return data, note, err
}

func (t *task) containerDefinition(region string) types.ContainerDefinition {
	c := types.ContainerDefinition{
		Name:                   &t.container,
		Image:                  new(t.image(registry(t.d.AWS))),
		Essential:              new(true),
		User:                   new(t.user()),
		ReadonlyRootFilesystem: new(t.d.ReadOnlyRoot),
		LogConfiguration:       &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: t.logOptions(region)},
	}
	for _, p := range t.d.ExposedPorts {
		c.PortMappings = append(c.PortMappings, types.PortMapping{
			ContainerPort: new(int32(p.LocalPort)), Protocol: types.TransportProtocol(protocol(p)),
		})
	}
	for _, e := range t.d.Environment {
		c.Environment = append(c.Environment, types.KeyValuePair{Name: &e.Name, Value: &e.Value})
	}
	for _, s := range t.secrets {
		c.Secrets = append(c.Secrets, types.Secret{Name: &s.name, ValueFrom: new(t.secretARN(s))})
	}
	for _, v := range t.volumes {
		c.MountPoints = append(c.MountPoints, types.MountPoint{SourceVolume: &v.name, ContainerPath: new(string(v.Path))})
	}
	if len(t.drop)+len(t.scratch) > 0 {
		c.LinuxParameters = t.linuxParameters()
	}
	if t.lowPorts {
		name, value := lowPortSetting()
		c.SystemControls = []types.SystemControl{{Namespace: &name, Value: &value}}
	}
	if n := t.d.ECSParameters.NoFile; n > 0 {
		c.Ulimits = []types.Ulimit{{Name: types.UlimitNameNofile, SoftLimit: int32(n), HardLimit: int32(n)}}
	}
	return c
}

func (t *task) linuxParameters() *types.LinuxParameters {
	p := &types.LinuxParameters{}
	if len(t.drop) > 0 {
		p.Capabilities = &types.KernelCapabilities{Drop: t.drop}
	}
	for _, path := range t.scratch {
		p.Tmpfs = append(p.Tmpfs, types.Tmpfs{ContainerPath: new(string(path)), Size: scratchMiB, MountOptions: tmpfsOptions()})
	}
	return p
}

func (t *task) logOptions(region string) map[string]string {
	return map[string]string{
		"awslogs-group": t.logGroup(), "awslogs-region": region, "awslogs-stream-prefix": t.container, "mode": "non-blocking",
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
func (t *task) definitionVolumes() ([]types.Volume, string) {
	var volumes []types.Volume
	for i, v := range t.volumes {
		switch {
		case v.FileSystemID != "":
			e := &types.EFSVolumeConfiguration{FileSystemId: &v.FileSystemID, TransitEncryption: types.EFSTransitEncryptionEnabled}
			if v.AccessPointID != "" {
				e.AuthorizationConfig = &types.EFSAuthorizationConfig{AccessPointId: &v.AccessPointID, Iam: types.EFSAuthorizationConfigIAMEnabled}
			}
			volumes = append(volumes, types.Volume{Name: &v.name, EfsVolumeConfiguration: e})
		case len(t.volumes) > 1:
			return nil, fmt.Sprintf("No task-definition.json: volumes[%d].fileSystemId in deployment.json is empty; deploy service.yaml, then fill in fileSystemId and accessPointId from the stack's outputs. The stack itself needs no task-definition.json.", i)
		default:
			volumes = append(volumes, types.Volume{Name: &v.name, ConfiguredAtLaunch: new(true)})
			return volumes, fmt.Sprintf("task-definition.json leaves the volume %s (%s) to be configured at launch, since volumes[%d].fileSystemId in deployment.json is empty; with it and accessPointId from the outputs of service.yaml it is on EFS.", v.name, v.Path, i)
		}
	}
	return volumes, ""
}

// wireJSON serialises the request with the SDK's own protocol and indents it. Maps are written in the order of their keys.
func wireJSON(ctx context.Context, in *ecs.RegisterTaskDefinitionInput) ([]byte, error) {
	request, ok := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	if !ok {
		return nil, fmt.Errorf("write task definition: the SDK made no HTTP request")
	}
	operation := smithy.NewOperationSchema(schemas.RegisterTaskDefinition, schemas.RegisterTaskDefinitionRequest, schemas.RegisterTaskDefinitionResponse)
	protocol := awsjson.New11(schemas.AmazonEC2ContainerServiceV20141113)
	if err := protocol.SerializeRequest(ctx, operation, in, request); err != nil {
		return nil, fmt.Errorf("write task definition: %w", err)
	}
	body, err := io.ReadAll(request.GetStream())
	if err != nil {
		return nil, fmt.Errorf("write task definition: %w", err)
	}
	return indent(body)
}

// indent also sorts keys, since the SDK writes maps in no order.
func indent(body []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("write task definition: %w", err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write task definition: %w", err)
	}
	return term.EscapeJSON(b.Bytes()), nil
}
