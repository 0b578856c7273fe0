package files

import (
	"context"

	"a2c/analyze/config"
	"a2c/inventory/host"
	"a2c/model"
)

// needed takes what the image was seen to look for in vain. It is no wish of the user's: what stands against a path stands against these too. They lie in the
// application's layer, whose files are searched for secrets.
func (c *collector) needed(ctx context.Context) error {
	for _, p := range c.in.Needed {
		real, info, err := c.set.Include(string(p), model.LayerApp, model.NeededAtRunTime)
		if err != nil {
			c.set.skip(string(p), err)
			continue
		}
		if info.Type == host.Regular {
			c.otherNames(real)
		}
		if info.Type != host.Dir || config.Shared(real) {
			continue
		}
		if err := c.set.Tree(ctx, string(p), model.LayerApp, model.NeededAtRunTime, c.plain); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
