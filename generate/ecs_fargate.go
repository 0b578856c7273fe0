package generate

import (
	"context"
	"fmt"

	"a2c/model"
)

// ecsFargate makes a task definition, the stack of the service around it, and the stack of its image repository.
type ecsFargate struct{}

var _ Target = ecsFargate{}

// Name is the flag's value and the folder.
func (ecsFargate) Name() string { return "ecs-fargate" }

// Render writes task-definition.json when account and region are known, service.yaml, repository.yaml and README.md.
func (ecsFargate) Render(_ context.Context, d model.Deployment) (Output, error) {
	t, err := newTask(d)
	if err != nil {
		return Output{}, err
	}
	files := map[string][]byte{}
	definition, note, err := t.taskDefinition()
	if err != nil {
		return Output{}, err
	}
	if definition != nil {
		files["task-definition.json"] = definition
	}
	if files["repository.yaml"], err = marshalYAML(generatedLine, t.repositoryStack()); err != nil {
		return Output{}, err
	}
	s := newStack(t)
	if files["service.yaml"], err = marshalYAML(generatedLine, s.template()); err != nil {
		return Output{}, err
	}
	if policy, ok := rolePolicy(d); ok {
		if files[rolePolicyFile], err = policy.encode(); err != nil {
			return Output{}, err
		}
	}
	if note != "" {
		s.notes = append(s.notes, note)
	}
	if files["README.md"], err = readme("ecs-fargate", s.readme(definition != nil)); err != nil {
		return Output{}, err
	}
	return Output{Files: files, Notes: list(s.notes)}, nil
}

func (t *task) repositoryStack() *cfnTemplate {
	stack := newTemplate("Image repository of " + t.family + ". Deploy it before the image is pushed.")
	r := cfnRepository{RepositoryName: t.repository, ImageTagMutability: "IMMUTABLE", Tags: t.tags()}
	r.ImageScanningConfiguration.ScanOnPush = true
	r.EncryptionConfiguration.EncryptionType = "AES256"
	r.LifecyclePolicy.LifecyclePolicyText = model.ECRLifecycle
	stack.Resources["Repository"] = retained(cfnResource{Type: "AWS::ECR::Repository", Properties: r})
	stack.Outputs["RepositoryUri"] = cfnOutput{Description: "Push the image here", Value: get("Repository", "RepositoryUri")}
	return stack
}

func (t *task) tags() []cfnTag {
	var tags []cfnTag
	for _, tag := range t.d.ECSParameters.ResourceTags {
		tags = append(tags, cfnTag{tag.Key, literal(tag.Value)})
	}
	return tags
}

// ecsReadme is what README.md of ecs-fargate shows. Every name in it is one that a2c mapped: letters, digits and - _ . / only.
type ecsReadme struct {
	ID, Stack, Repository, Tag, Digest, Registry, Region, Family, LogGroup string
	Definition                                                             bool
	Secrets                                                                []readmeSecret
	Volumes                                                                []readmeVolume
	Notes                                                                  []string
	Size                                                                   string
}

type readmeSecret struct{ Name, Parameter, Variable string }

type readmeVolume struct{ Path, ID string }

func (s *stack) readme(definition bool) ecsReadme {
	v := ecsReadme{
		ID: shellWord(s.d.ApplicationID), Stack: label(orDefault(s.d.ECSParameters.StackName, s.family), 120, "a2c"), Repository: s.repository,
		Tag: repositoryPart(orDefault(s.d.ECRParameters.ECRRepoTag, "latest")), Digest: s.d.Image.Digest, Registry: registry(s.d.AWS),
		Region: s.d.AWS.Region, Family: s.family, LogGroup: s.logGroup(), Definition: definition, Notes: s.notes,
		Size: fmt.Sprintf("%g vCPU, %d MiB", float64(s.cpu)/1024, s.memory),
	}
	if v.Registry == "" {
		v.Registry = "ACCOUNT.dkr.ecr.REGION.amazonaws.com"
	}
	for _, secret := range s.secrets {
		if secret.parameter != "" {
			v.Secrets = append(v.Secrets, readmeSecret{Name: s.secretName(secret), Parameter: secret.parameter, Variable: model.Path(secret.name).String()})
		}
	}
	for _, volume := range s.volumes {
		v.Volumes = append(v.Volumes, readmeVolume{Path: volume.Path.String(), ID: volume.id})
	}
	return v
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
