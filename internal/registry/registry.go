// Package registry is how a2c speaks to image registries.
package registry

import (
	"context"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Options are those of each request: with the credentials of the user's Docker configuration, and its helpers, such as ECR's.
func Options(ctx context.Context, more ...remote.Option) []remote.Option {
	return append([]remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithUserAgent("a2c")}, more...)
}
