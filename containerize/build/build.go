// Package build turns a Dockerfile and a context of plain folders into raw layers: one file per Builder.
// containerize/layer alone corrects and publishes them, so that all builders give one digest.
package build

import (
	"context"
	"log/slog"

	"a2c/model"
)

// Builder runs a Dockerfile.
type Builder interface {
	Name() string // "kaniko", "docker"
	Build(ctx context.Context, s Spec) (RawLayers, error)
}

// Spec is one build.
type Spec struct {
	Context    string // folder on the host, absolute
	Dockerfile string // file, absolute
	Output     string // empty folder inside the workspace for what the builder leaves
	Platform   string // "linux/amd64"
	// BaseLayout is an OCI layout that holds the base image of a Dockerfile that is not FROM scratch: builders have no network.
	BaseLayout string
	BaseRef    string
	Log        *slog.Logger
	Report     func(Event)
}

// Event is progress: a step of the build begun or ended.
type Event struct {
	Step  string `json:"step"`
	Bytes int64  `json:"bytes,omitempty"`
	Done  bool   `json:"done,omitempty"`
}

// RawLayers is what a builder made, base layers first.
type RawLayers struct {
	// Layout is an OCI layout (image-spec) in Spec.Output with one image.
	Layout string
	Config model.ImageConfig
}
