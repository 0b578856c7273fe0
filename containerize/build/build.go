// Package build turns a Dockerfile and a context of plain folders into raw layers: one file per Builder.
// containerize/layer alone corrects and publishes them, so that all builders give one digest.
package build

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Builder runs a Dockerfile.
type Builder interface {
	Name() string // "kaniko", "docker"
	// Build gives each layer to s.Ready, in order and before it returns.
	Build(ctx context.Context, s Spec) (Made, error)
}

// Spec is one build.
type Spec struct {
	Context    string // folder on the host, absolute
	Dockerfile string // file, absolute
	Output     string // empty folder inside the workspace for what the builder leaves
	Platform   string // "linux/amd64"
	Jobs       int    // threads; at least 1
	// Own says that the Dockerfile is a2c's own and the context as planned: nothing but copies, on Images. Then layers are ready before the build has ended.
	Own    bool
	Images []string // of an own Dockerfile's FROM, without scratch
	Bytes  int64    // that an own Dockerfile copies, whole blocks of 4096; 0: not known
	// Ready takes over a layer: the file is the receiver's, who removes it.
	Ready func(RawLayer) error
	// Pull fetches the base image `name` into the OCI layout `dir`: builders have no network. Nil: only FROM scratch can be built.
	Pull   func(ctx context.Context, name, dir string) error
	Log    *slog.Logger
	Report func(Event)
}

// Event is progress: a step of the build begun or ended.
type Event struct {
	Step  string `json:"step"`            // "context", "build", "layer runtime", "push"
	Text  string `json:"text,omitempty"`  // for people: the instruction, a name
	Bytes int64  `json:"bytes,omitempty"` // done so far
	Total int64  `json:"total,omitempty"` // to do, when known
	Done  bool   `json:"done,omitempty"`
}

// Made is what a builder tells in the end.
type Made struct {
	Config    json.RawMessage // the `config` object of the OCI image configuration (image-spec, config.md)
	Base      string          // OCI layout with the image that the last stage stands on, "" for scratch
	PeakBytes int64           // peak memory of the builder's process
}

// RawLayer is one uncompressed layer.
type RawLayer struct {
	File      string `json:"file"` // tar
	CreatedBy string `json:"createdBy"`
}

// Error is what a builder says about a Dockerfile.
type Error struct {
	Line        int    // 1-based, 0 unknown
	Instruction string // as written there
	Message     string
	Output      []string // last lines that the build step printed
}

func (e *Error) Error() string {
	s := e.Message
	if e.Line > 0 {
		s = fmt.Sprintf("Dockerfile, line %d: %s", e.Line, e.Message)
	}
	if e.Instruction != "" {
		s += fmt.Sprintf(" (in %q)", e.Instruction)
	}
	for _, l := range e.Output {
		s += fmt.Sprintf("\n  | %q", l)
	}
	return s
}
