package generate

import (
	"context"

	"a2c/model"
)

// ecsEC2 is a service of ECS whose tasks run on instances of EC2: what Fargate refuses is granted there.
type ecsEC2 struct{}

var _ Target = ecsEC2{}

// Name is the flag's value and the folder.
func (ecsEC2) Name() string { return "ecs-ec2" }

// Render writes what ecs-fargate does, and instances.yaml for those who have no instances yet.
func (ecsEC2) Render(_ context.Context, d model.Deployment) (Output, error) {
	t, err := newTask(d, true)
	if err != nil {
		return Output{}, err
	}
	return t.render()
}
