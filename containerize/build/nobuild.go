package build

import (
	"context"
	"errors"
)

// Dockerfile is the Builder that builds nothing: Dockerfile and context are what is wanted.
type Dockerfile struct{}

var _ Builder = Dockerfile{}

// ErrNoImage means that no image was to be made.
var ErrNoImage = errors.New("no image was built, as wanted")

// Name is "dockerfile".
func (Dockerfile) Name() string { return "dockerfile" }

// Build is ErrNoImage.
func (Dockerfile) Build(context.Context, Spec) (Made, error) { return Made{}, ErrNoImage }

// Names lists the builders that a user may choose, the default first.
func Names() []string { return []string{Kaniko{}.Name(), Docker{}.Name(), Dockerfile{}.Name()} }
