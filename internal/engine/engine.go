// Package engine talks to a Docker Engine, or to what speaks its API (Podman), through github.com/moby/moby/client.
// Values of secrets pass only in the body of a create call: names, labels and errors of this package never hold one.
package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// ErrNoEngine is returned when nothing answers at the engine's address.
var ErrNoEngine = errors.New("no Docker Engine")

// ErrStopped is returned when the engine ended while it was used.
var ErrStopped = errors.New("the Docker Engine was stopped")

// Client is a connection to one engine.
type Client struct {
	api  *client.Client
	host string
}

// Connect reaches the engine at host ("unix:///var/run/docker.sock", "tcp://…"); with an empty host at DOCKER_HOST, else at the default
// socket. The API version is negotiated (1.40, Docker 19.03, is the oldest that the library speaks).
func Connect(ctx context.Context, host string) (*Client, error) {
	options := []client.Opt{client.FromEnv}
	if host != "" {
		options = append(options, client.WithHost(host))
	}
	api, err := client.New(options...)
	if err != nil {
		return nil, fmt.Errorf("address of the Docker Engine: %w", err)
	}
	c := &Client{api: api, host: api.DaemonHost()}
	if _, err := api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return nil, errors.Join(c.refused(ctx, err), api.Close())
	}
	return c, nil
}

// refused says why the first question was not answered.
func (c *Client) refused(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("ask the Docker Engine at %s: %w: run as root, or as a member of the socket's group", c.host, os.ErrPermission)
	case client.IsErrConnectionFailed(err):
		return fmt.Errorf("%w at %s: start one, or name another with --docker-host or DOCKER_HOST", ErrNoEngine, c.host)
	}
	return fmt.Errorf("ask the Docker Engine at %s: %w", c.host, err)
}

// leaving is how long an engine that ends its containers, because it was told to end, still answers at most.
const leaving = 2 * time.Second

// Stays returns ErrStopped when the engine does not answer any more, now or in the two seconds after: whoever finds a container ended that nobody in the
// container ended asks it, since an engine that is stopped ends its containers first.
func (c *Client) Stays(ctx context.Context) error {
	for range 10 {
		_, err := c.api.Ping(ctx, client.PingOptions{})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("%w, at %s: start it and run the same again, which removes what this run has left: %w", ErrStopped, c.host, err)
		}
		time.Sleep(leaving / 10)
	}
	return nil
}

// Close ends the connections.
func (c *Client) Close() error { return c.api.Close() }

// Host is the address in use.
func (c *Client) Host() string { return c.host }

// Facts is what matters of an engine.
type Facts struct {
	Version string // "20.10.24"
	Arch    string // GOARCH name: "amd64"
	CPUs    int
	Memory  int64 // bytes
}

// Facts asks the engine about itself.
func (c *Client) Facts(ctx context.Context) (Facts, error) {
	v, err := c.api.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return Facts{}, fmt.Errorf("version of the Docker Engine: %w", err)
	}
	i, err := c.api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return Facts{}, fmt.Errorf("facts of the Docker Engine: %w", err)
	}
	return Facts{Version: v.Version, Arch: v.Arch, CPUs: i.Info.NCPU, Memory: i.Info.MemTotal}, nil
}

// makeLimit is how long a call that makes something may take.
const makeLimit = 2 * time.Minute

// whole is a context for a call that makes something: it is waited for even when ctx is cancelled meanwhile, since a call that breaks off
// leaves at the engine what nobody knows of.
func whole(ctx context.Context) (context.Context, context.CancelFunc, error) {
	unbroken, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeLimit)
	return unbroken, cancel, ctx.Err()
}

// gone hides that what was to be removed is not there.
func gone(err error) error {
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	return err
}
