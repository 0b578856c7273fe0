// Command demo installs four real applications on this machine, starts them on loopback, runs the whole of a2c on each, and stops them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"a2c/proof/apps"
)

const usage = `usage: demo [flags] COMMAND

  run     install, start, run a2c on each application, stop
  start   install and start the applications
  stop    stop them, by process id
  list    what they are, where they listen, which paths mean something
  clean   stop them, remove the folder and the users

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	o := apps.Options{Log: os.Stderr}
	flags.StringVar(&o.Dir, "dir", "/opt/a2c-bench/demo", "the folder that holds everything")
	flags.StringVar(&o.Cache, "cache", "", "downloads (default: DIR/cache)")
	flags.StringVar(&o.Repo, "repo", ".", "the checkout")
	flags.IntVar(&o.PortBase, "port-base", 0, "first of the ports (default: as before, else 18200)")
	flags.Uint64Var(&o.Seed, "seed", 0, "of the planted secrets (default: as before, else random)")
	only := flags.String("only", "", "comma-separated names of applications (default: all)")
	bin := flags.String("a2c", "bin/a2c", "the program to show")
	flags.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		flags.PrintDefaults()
	}
	command := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if command == "" && flags.NArg() == 1 {
		command = flags.Arg(0)
	}
	list, err := choose(*only)
	if err != nil {
		return err
	}
	if command == "clean" {
		return apps.Clean(ctx, o)
	}
	if command == "run" && o.Seed == 0 {
		o.Seed = rand.Uint64()>>12 | 1 // other secrets in each run
	}
	site, err := apps.Open(o)
	if err != nil {
		return err
	}
	switch command {
	case "run":
		return show(ctx, site, list, *bin)
	case "start":
		if err := site.Install(ctx, list); err != nil {
			return err
		}
		return site.Start(ctx, list)
	case "stop":
		return site.Stop(list)
	case "list":
		describe(site, list)
		return nil
	}
	flags.Usage()
	return errors.New("name one command")
}

func choose(only string) ([]apps.App, error) {
	if only == "" {
		return apps.All(), nil
	}
	var list []apps.App
	for name := range strings.SplitSeq(only, ",") {
		found := false
		for _, a := range apps.All() {
			if a.Name == name {
				list, found = append(list, a), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no application %q; `demo list` names them", name)
		}
	}
	return list, nil
}

func describe(site *apps.Site, list []apps.App) {
	w := os.Stdout
	for _, a := range list {
		fmt.Fprintf(w, "%s: %s, kind %s, user %s, process %d\n", a.Name, a.Title, a.Kind, a.User(), site.PID(a))
		for n, l := range a.Listens {
			fmt.Fprintf(w, "  127.0.0.1:%d  %s\n", site.Port(a, n), l.Purpose)
		}
		for _, k := range a.Asks {
			what := "GET " + k.Path
			if k.File != "" {
				what = k.File
			}
			fmt.Fprintf(w, "  %s: %d, %s\n", what, k.Status, k.Why)
		}
	}
}
