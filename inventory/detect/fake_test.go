package detect

import (
	"context"

	"a2c/inventory/host"
	"a2c/model"
)

// panics is a detector that a hostile process breaks.
type panics struct{}

func (panics) Name() string               { return "panics" }
func (panics) Match(p *host.Process) bool { return p != nil }
func (panics) Detect(context.Context, *host.Host, host.Group) ([]model.App, error) {
	panic("bad input")
}
