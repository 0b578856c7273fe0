// Command a2c turns applications that run on this machine into container images and deployment files.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"a2c/cmd"
	"a2c/internal/child"
	"a2c/internal/term"
)

func main() {
	child.Main(cmd.Children())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends a2c at once
	code := cmd.Main(ctx, os.Args[1:], term.System())
	stop()
	os.Exit(int(code))
}
