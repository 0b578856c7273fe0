// Package registry is how a2c speaks to image registries.
package registry

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Client speaks to registries.
type Client struct {
	Log *slog.Logger // hears of each wait; nil: nobody
}

func (c Client) log() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return slog.New(slog.DiscardHandler)
}

// Options are those of each request to a registry: with the credentials of the user's Docker configuration, and its helpers, or of AWS for ECR, with the certificates that
// Docker and Podman would trust there, and with patience.
func (c Client) Options(ctx context.Context, at name.Registry, more ...remote.Option) ([]remote.Option, error) {
	inner, err := trusting(at.RegistryStr(), certificateFolders())
	if err != nil {
		return nil, err
	}
	return append([]remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.NewMultiKeychain(authn.DefaultKeychain, ecrKeychain{})), remote.WithUserAgent("a2c"),
		remote.WithTransport(&patient{inner: inner, log: c.log().With("registry", at.RegistryStr()), wait: time.Second}),
		remote.WithRetryStatusCodes(), remote.WithRetryPredicate(anew), remote.WithRetryBackoff(remote.Backoff{Duration: time.Second, Factor: 2, Steps: 3}),
	}, more...), nil
}
