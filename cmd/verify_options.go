package cmd

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"a2c/verify"
)

// verifyFlags are what a user may say about a comparison.
type verifyFlags struct {
	id, dockerHost             string
	paths, requests, env       []string
	secrets                    []string
	port                       int
	memory                     int
	timeout                    time.Duration
	emptyState, network, force bool
}

func (f *verifyFlags) register(s *pflag.FlagSet) {
	s.StringSliceVar(&f.paths, "path", nil, "what is asked: `/PATH` of the main port, or PORT/PATH (default / of each HTTP port); may be repeated")
	s.StringSliceVar(&f.requests, "request", nil, "`file` with a whole HTTP request; it is sent to the live application too; may be repeated")
	s.IntVar(&f.port, "port", 0, "main `port` (default the one of the analysis)")
	s.StringArrayVar(&f.env, "env", nil, "`NAME=VALUE` for the image; may be repeated")
	s.StringArrayVar(&f.secrets, "secret", nil, "`NAME=@FILE`: a secret's value is read from the file; may be repeated")
	s.BoolVar(&f.emptyState, "empty-state", false, "give the image empty state folders instead of copies")
	s.BoolVar(&f.network, "allow-network", false, "let the image reach the network: it may then act on live systems")
	s.IntVar(&f.memory, "memory", 0, "memory of the image in `MiB` (default twice what the live application used, at least 1024)")
	s.DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long to wait for the main port")
	s.StringVar(&f.dockerHost, "docker-host", "", "`address` of the Docker Engine (default DOCKER_HOST, else the usual socket)")
	s.BoolVar(&f.force, "force", false, "copy state although little disk space stays free")
}

// options turns flags into what the stage takes.
func (f verifyFlags) options() (verify.Options, error) {
	o := verify.Options{
		DockerHost: f.dockerHost, Port: f.port, Env: f.env, Secrets: map[string]string{}, EmptyState: f.emptyState, AllowNetwork: f.network,
		MemoryBytes: int64(f.memory) << 20, Timeout: f.timeout,
	}
	for _, p := range f.paths {
		r, err := verify.ParseRequest(p)
		if err != nil {
			return o, err
		}
		o.Requests = append(o.Requests, r)
	}
	for _, file := range f.requests {
		r, err := verify.ReadRequest(file)
		if err != nil {
			return o, fmt.Errorf("--request %s: %w", file, err)
		}
		o.Requests = append(o.Requests, r)
	}
	for _, e := range f.env {
		if name, _, ok := strings.Cut(e, "="); !ok || name == "" {
			return o, fmt.Errorf("--env %q: say NAME=VALUE", e)
		}
	}
	for _, s := range f.secrets {
		name, file, ok := strings.Cut(s, "=@")
		if !ok || name == "" || file == "" {
			return o, errors.New("--secret: say NAME=@FILE; a value on the command line would show in the process list")
		}
		o.Secrets[name] = file
	}
	return o, nil
}
