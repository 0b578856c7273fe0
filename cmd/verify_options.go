package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"a2c/model"
	"a2c/verify"
)

// verifyFlags are what a user may say about a comparison.
type verifyFlags struct {
	id, dockerHost, state, masks  string
	paths, requests, env, secrets []string
	port, memory, stateLimit      int
	cpus                          float64
	timeout                       time.Duration
	network, force                bool
}

func (f *verifyFlags) register(s *pflag.FlagSet) {
	s.StringArrayVar(&f.paths, "path", nil, "what is asked: `/PATH` of the main port, or PORT/PATH (default / of each HTTP port); may be repeated")
	s.StringArrayVar(&f.requests, "request", nil, "`file` with a whole HTTP request; it is sent to the live application too; may be repeated")
	s.StringVar(&f.masks, "masks", "", "`file` verify.json of another run, such as of an image known to be good: what it masked is masked here too")
	s.IntVar(&f.port, "port", 0, "main `port` (default the one of the analysis)")
	s.StringArrayVar(&f.env, "env", nil, "`NAME=VALUE` for the image; may be repeated")
	s.StringArrayVar(&f.secrets, "secret", nil, "`NAME=@FILE`: a secret's value is read from the file; may be repeated")
	s.StringVar(&f.state, "state", "copy", "state folders of the image: `copy` or empty")
	s.IntVar(&f.stateLimit, "state-limit", 4096, "most that is copied, in `MiB`")
	s.BoolVar(&f.network, "allow-network", false, "let the image reach the network: it may then act on live systems")
	s.IntVar(&f.memory, "memory", 0, "memory of the image in `MiB` (default twice what the live application used, at least 1024)")
	s.Float64Var(&f.cpus, "cpus", 0, "processors of the image, as a `number` (default half of what the engine has, at least 1)")
	s.DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long to wait for the main port")
	s.StringVar(&f.dockerHost, "docker-host", "", "`address` of the Docker Engine (default DOCKER_HOST, else the usual socket)")
	s.BoolVar(&f.force, "force", false, "copy state although little disk space stays free")
}

// options turns flags into what the stage takes.
func (f verifyFlags) options() (verify.Options, error) {
	o := verify.Options{
		DockerHost: f.dockerHost, Port: f.port, Secrets: map[string]string{}, EmptyState: f.state == "empty", StateLimit: int64(f.stateLimit) << 20,
		AllowNetwork: f.network, MemoryBytes: int64(f.memory) << 20, CPUs: f.cpus, Timeout: f.timeout,
	}
	if f.state != "copy" && f.state != "empty" {
		return o, fmt.Errorf("--state %q: say copy or empty", f.state)
	}
	if f.masks != "" {
		known, err := readMasks(f.masks)
		if err != nil {
			return o, fmt.Errorf("--masks: %w", err)
		}
		o.Masks = known
	}
	for _, p := range f.paths {
		r, err := verify.ParseRequest(p)
		if err != nil {
			return o, fmt.Errorf("--path: %w", err)
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
		pair, err := verify.ParseEnv(e)
		if err != nil {
			return o, fmt.Errorf("--env: %w", err)
		}
		o.Env = append(o.Env, pair)
	}
	for _, s := range f.secrets {
		name, file, err := verify.ParseSecret(s)
		if err != nil {
			return o, fmt.Errorf("--secret: %w", err)
		}
		o.Secrets[name] = file
	}
	return o, nil
}

// readMasks reads the comparisons of another verification.
func readMasks(file string) ([]model.Comparison, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var v model.Verification
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("read %s, which should be a verify.json: %w", model.Path(file), err)
	}
	return v.Comparisons, nil
}
