// Package generate turns a Deployment into files: one file per target, each a pure function. internal/workspace writes.
package generate

import (
	"context"

	"a2c/model"
)

// Target renders one kind of deployment.
type Target interface {
	Name() string // "ecs-fargate": the flag's value, the folder, testdata/ecs-fargate/
	// Render is pure; ctx is there for the SDK's serializer, and for targets that may take long.
	Render(ctx context.Context, d model.Deployment) (Output, error)
}

// Output is a target's files by slash-separated name, and what a person should know.
type Output struct {
	Files map[string][]byte
	// Notes are one sentence each: names that had to be mapped, defaults taken and where from, what must be filled in.
	Notes []string
	// Blockers are why the target refuses the application, one sentence each.
	Blockers []string
	// Readme is what README.md is to show, until it is written: the user may have his own template of it.
	Readme *Page
}

// All is every target in the order of the help text.
func All() []Target {
	return []Target{
		ecsFargate{},
		ecsEC2{},
		eksEC2{},
		eksFargate{},
		compose{},
	}
}
