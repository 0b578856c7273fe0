package generate

import (
	"context"

	"a2c/model"
)

// eksEC2 makes Kubernetes manifests for nodes on EC2, tied together by kustomizations.
type eksEC2 struct{}

var _ Target = eksEC2{}

// Name is the flag's value and the folder.
func (eksEC2) Name() string { return "eks-ec2" }

// Render writes base/ and overlays/, which `kubectl apply -k` takes, and beside them what it does not.
func (t eksEC2) Render(_ context.Context, d model.Deployment) (Output, error) {
	w, err := newWorkload(d, false)
	if err != nil {
		return Output{}, err
	}
	return w.render(t.Name())
}
