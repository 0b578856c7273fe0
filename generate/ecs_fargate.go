package generate

import (
	"context"

	"a2c/model"
)

// ecsFargate is a service of ECS whose tasks run on Fargate.
type ecsFargate struct{}

var _ Target = ecsFargate{}

// Name is the flag's value and the folder.
func (ecsFargate) Name() string { return "ecs-fargate" }

// Render writes task-definition.json when account and region are known, service.yaml, repository.yaml, iam/, comments.md and README.md.
func (ecsFargate) Render(_ context.Context, d model.Deployment) (Output, error) {
	t, err := newTask(d, false)
	if err != nil {
		return Output{}, err
	}
	return t.render()
}
