// Command a2c turns applications that run on this machine into container images and deployment files.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"a2c/cmd"
	"a2c/internal/child"
	"a2c/internal/jail"
	"a2c/internal/term"
)

func main() {
	jail.Main()
	child.Main(cmd.Children(), cmd.Reapers())
	ctx, stop := signal.NotifyContext(context.Background(), ending()...)
	context.AfterFunc(ctx, stop) // a second signal ends a2c at once
	code := cmd.Main(ctx, os.Args[1:], term.System())
	stop()
	os.Exit(int(code))
}

// ending are the signals that ask a2c to clean up and end. A terminal that hangs up is one, unless a2c was started to outlive it (nohup(1)).
func ending() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
