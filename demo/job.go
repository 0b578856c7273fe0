package main

import (
	"context"
	"errors"

	"a2c/proof/apps"
)

func show(ctx context.Context, site *apps.Site, list []apps.App, bin string) error {
	return errors.New("run: not there yet")
}
