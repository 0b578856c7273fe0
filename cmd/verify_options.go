package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"a2c/model"
	"a2c/verify"
	"a2c/verify/outside"
)

// verifyFlags are what a user may say about a comparison.
type verifyFlags struct {
	runsFlags
	id, state, masks              string
	paths, requests, env, secrets []string
	allow, fake                   []string
	hars, urls                    []string
	ask, list, values, noLive     bool
	rate, most                    int
	port, memory, stateLimit      int
	cpus                          float64
	timeout                       time.Duration
	network, force                bool
	repair, missing               bool
}

func (f *verifyFlags) register(s *pflag.FlagSet) {
	f.registerAsked(s)
	s.StringVar(&f.masks, "masks", "", "`file` verify.json of another run, such as of an image known to be good: what it masked is masked here too")
	s.BoolVar(&f.noLive, "no-live", false, "ask the live application nothing: the image is compared with what a2c record kept, else only its ports and its start are looked at")
	s.StringArrayVar(&f.env, "env", nil, "`NAME=VALUE` for the image; may be repeated")
	s.StringArrayVar(&f.secrets, "secret", nil, "`NAME=@FILE`: a secret's value is read from the file; may be repeated")
	s.StringVar(&f.state, "state", "copy", "state folders of the image: `copy` or empty")
	s.IntVar(&f.stateLimit, "state-limit", 4096, "most that is copied, in `MiB`")
	s.BoolVar(&f.network, "allow-network", false, "let the image reach the network: it may then act on live systems")
	s.StringArrayVar(&f.allow, "allow-dependency", nil, "let the image through to `tcp/HOST:PORT`, as verify reports it: a second instance then works on live data; may be repeated")
	s.StringArrayVar(&f.fake, "fake-dependency", nil, "let the image believe that it reaches `tcp/HOST:PORT`: connections are accepted, and nothing is said; may be repeated")
	s.IntVar(&f.memory, "memory", 0, "memory of the image in `MiB` (default twice what the live application used, at least 1024)")
	s.Float64Var(&f.cpus, "cpus", 0, "processors of the image, as a `number` (default half of what the engine has, at least 1)")
	s.DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long to wait for the main port")
	f.registerRuns(s)
	f.registerMissing(s)
	s.BoolVar(&f.force, "force", false, "copy state although little disk space stays free")
}

// registerAsked has what decides what the live application is asked.
func (f *verifyFlags) registerAsked(s *pflag.FlagSet) {
	s.StringArrayVar(&f.paths, "path", nil, "what is asked: `/PATH` of the main port, or PORT/PATH (default / of each HTTP port); ws:/PATH asks for a WebSocket; may be repeated")
	s.StringArrayVar(&f.requests, "request", nil, "`file` with a whole HTTP request; it is sent to the live application too; may be repeated")
	s.BoolVar(&f.ask, "ask-live", false, "also ask the live application for what access logs, OpenAPI documents, servlet mappings, static files and links name; the list is printed first")
	s.BoolVar(&f.list, "list", false, "print what --ask-live would ask, and end; only start pages are asked for")
	s.StringArrayVar(&f.hars, "har", nil, "`file` that a browser recorded (HTTP Archive): its safe requests, with their session, which is never stored; with --ask-live; may be repeated")
	s.StringArrayVar(&f.urls, "urls", nil, "`file` with a URL or path in each line; with --ask-live; may be repeated")
	s.BoolVar(&f.values, "query-values", false, "keep the values of queries that logs and documents name (default: the names alone)")
	s.IntVar(&f.rate, "rate", 40, "most requests a second to the live application, as a `number`")
	s.IntVar(&f.most, "most", 50, "most different requests, as a `number`")
	s.IntVar(&f.port, "port", 0, "main `port` (default the one of the analysis)")
}

// options turns flags into what the stage takes.
func (f verifyFlags) options() (verify.Options, error) {
	o := verify.Options{
		Port: f.port, Secrets: map[string]string{}, EmptyState: f.state == "empty", StateLimit: int64(f.stateLimit) << 20,
		AllowNetwork: f.network, MemoryBytes: int64(f.memory) << 20, CPUs: f.cpus, Timeout: f.timeout,
		AskLive: f.ask, List: f.list, QueryValues: f.values, NoLive: f.noLive, Rate: float64(f.rate), Most: f.most,
	}
	if err := errors.Join(f.collected(&o), f.dependencies(&o)); err != nil {
		return o, err
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
	if err := errors.Join(f.runs(&o), f.finding(&o)); err != nil {
		return o, err
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

// collected reads the files with requests.
func (f verifyFlags) collected(o *verify.Options) error {
	files := len(f.hars) + len(f.urls)
	switch {
	case f.rate < 1 || f.most < 1:
		return fmt.Errorf("--rate %d, --most %d: say 1 or more", f.rate, f.most)
	case f.noLive && (f.ask || f.list || files+len(f.paths)+len(f.requests) > 0):
		return errors.New("--no-live asks the live application nothing: leave out --ask-live, --list, --path, --request, --har and --urls")
	case files > 0 && !f.ask && !f.list:
		return errors.New("the requests of --har and --urls go to the live application: say --ask-live too, or --list to see them first")
	}
	for _, name := range f.hars {
		list, left, err := verify.ReadHAR(name)
		if err != nil {
			return fmt.Errorf("--har %s: %w", name, err)
		}
		o.Collected = append(o.Collected, list...)
		o.Left += left
	}
	for _, name := range f.urls {
		list, err := verify.ReadURLs(name)
		if err != nil {
			return fmt.Errorf("--urls %s: %w", name, err)
		}
		o.Collected = append(o.Collected, list...)
	}
	return nil
}

// dependencies reads whom the image is let through to.
func (f verifyFlags) dependencies(o *verify.Options) error {
	if f.network && len(f.allow)+len(f.fake) > 0 {
		return errors.New("--allow-network lets the image reach everything: leave it out beside --allow-dependency and --fake-dependency")
	}
	var err error
	if o.Allow, err = ways(f.allow); err != nil {
		return fmt.Errorf("--allow-dependency: %w", err)
	}
	if o.Fake, err = ways(f.fake); err != nil {
		return fmt.Errorf("--fake-dependency: %w", err)
	}
	return nil
}

func ways(texts []string) (list []outside.Way, err error) {
	for _, text := range texts {
		w, err := outside.ParseWay(text)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}
