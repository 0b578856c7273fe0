package cmd

import (
	"context"

	"a2c/internal/child"
	"a2c/inventory"
	"a2c/inventory/host"
	"a2c/model"
)

// Roles of the confined child.
const (
	roleInventory = "inventory"
)

// Children are the roles that a2c plays as its own confined child: they read the host and hand back documents.
func Children() child.Table {
	return child.Table{
		roleInventory: playInventory,
	}
}

// inventoryRequest asks for everything that runs.
type inventoryRequest struct {
	Root     string // of the file system to look at
	Previous model.Inventory
}

func playInventory(ctx context.Context, c *child.Conn) (any, error) {
	var r inventoryRequest
	if err := c.Request(&r); err != nil {
		return nil, err
	}
	t, err := host.Machine(r.Root)
	if err != nil {
		return nil, err
	}
	return inventory.Run(ctx, t, inventory.Options{Previous: r.Previous, Version: version, Log: c.Log()})
}
