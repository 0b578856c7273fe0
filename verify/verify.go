// Package verify runs the image and compares it with the live application.
package verify

import (
	"context"

	"a2c/model"
)

// Runtime starts images: docker, later sandbox.
type Runtime interface {
	Name() string
	// Start runs the image cut off from everything unless n allows it. The caller ends the Twin.
	Start(ctx context.Context, i model.Image, n Needs) (Twin, error)
}

// Needs is what a run is given. Secret values pass through memory only.
type Needs struct {
	Archive      string                // docker-archive or OCI layout of the image
	Env          map[string]string     // secrets and extra variables by name
	State        map[model.Path]string // folder in the image: folder with a copy on the host
	Tmpfs        []model.Path
	ReadOnly     bool
	AllowNetwork bool
	MemoryBytes  int64
	CPUs         float64
}

// Twin is a running image.
type Twin interface {
	// Dial connects to a port from inside the twin's own network namespace.
	Dial(ctx context.Context, port int) (Conn, error)
	// Running is false, with the exit code, when the main process has ended.
	Running(ctx context.Context) (bool, int, error)
	// Log returns the last lines of stdout and stderr.
	Log(ctx context.Context, lines int) ([]string, error)
	// Reached lists what the twin tried to reach outside itself: "tcp/10.0.0.5:5432", "dns/db.internal".
	Reached(ctx context.Context) ([]string, error)
	// Stop ends and removes it with everything that Start made.
	Stop(ctx context.Context) error
}

// Conn is a byte stream to the twin.
type Conn interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	Close() error
}
