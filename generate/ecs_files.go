package generate

import "a2c/model"

// render writes all files of either target of ECS.
func (t *task) render() (Output, error) {
	files := map[string][]byte{}
	definition, note, err := t.taskDefinition()
	if err != nil {
		return Output{}, err
	}
	if definition != nil {
		files["task-definition.json"] = definition
	}
	prices, err := loadPrices()
	if err != nil {
		return Output{}, err
	}
	s := newStack(t)
	templates := map[string]*cfnTemplate{"repository.yaml": t.repositoryStack(), "service.yaml": s.template()}
	if t.ec2 {
		templates["instances.yaml"] = t.instances(prices)
	}
	if t.d.ECSParameters.WithNetwork {
		templates["network.yaml"] = t.network()
		t.notes = append(t.notes, "network.yaml has no way out to the internet: the tasks reach AWS by endpoints, and what else they need has to be in the network or joined to it.")
	}
	for name, template := range templates {
		if files[name], err = marshalYAML(generatedLine, template); err != nil {
			return Output{}, err
		}
	}
	if err := t.iam(files); err != nil {
		return Output{}, err
	}
	if note != "" {
		s.notes = append(s.notes, note)
	}
	files["comments.md"] = t.comments()
	view := s.readme(definition != nil)
	view.Cost = s.cost(prices)
	return Output{Files: files, Notes: list(s.notes), Readme: &Page{"ecs", view}}, nil
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
