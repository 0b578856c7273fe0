package apps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"
)

// DefaultPort is the first port of a site.
const DefaultPort = 18200

// Site is one folder that holds installed applications. It is used by one program at a time.
type Site struct {
	Dir   string    // absolute; other users must be able to enter it
	Cache string    // downloads; kept from site to site
	Repo  string    // the checkout, for testdata/apps
	Log   io.Writer // what is being done, for people

	state state
}

// state is site.json: what a later run has to know.
type state struct {
	Seed     uint64              `json:"seed"`
	PortBase int                 `json:"portBase"`
	Programs map[string]string   `json:"programs"` // application to the digest of what its program was made from
	Running  map[string]*Process `json:"running"`
}

// Options of a new site.
type Options struct {
	Dir, Cache, Repo string
	PortBase         int    // 0: what the site had before, else DefaultPort
	Seed             uint64 // of the planted secrets; 0: what the site had before, else random
	Log              io.Writer
}

// Open reads the site's state, or begins a new one. Cache defaults to a folder of the site.
func Open(o Options) (*Site, error) {
	if o.Cache == "" {
		o.Cache = filepath.Join(o.Dir, "cache")
	}
	for _, p := range []*string{&o.Dir, &o.Cache, &o.Repo} {
		var err error
		if *p, err = filepath.Abs(*p); err != nil {
			return nil, err
		}
	}
	s := &Site{Dir: o.Dir, Cache: o.Cache, Repo: o.Repo, Log: o.Log}
	b, err := os.ReadFile(s.path("site.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		if err := json.Unmarshal(b, &s.state); err != nil {
			return nil, fmt.Errorf("read %s: %w", s.path("site.json"), err)
		}
	}
	if s.state.Programs == nil {
		s.state.Programs = map[string]string{}
	}
	if s.state.Running == nil {
		s.state.Running = map[string]*Process{}
	}
	if o.PortBase != 0 {
		s.state.PortBase = o.PortBase
	}
	if s.state.PortBase == 0 {
		s.state.PortBase = DefaultPort
	}
	if o.Seed != 0 {
		s.state.Seed = o.Seed
	}
	if s.state.Seed == 0 {
		s.state.Seed = rand.Uint64()>>12 | 1 // 52 bits: survives JSON readers that hold numbers as float64
	}
	return s, nil
}

// Seed is what the planted secrets were drawn from.
func (s *Site) Seed() uint64 { return s.state.Seed }

// Port returns the number of the application's n-th listener.
func (s *Site) Port(a App, n int) int { return s.state.PortBase + a.Listens[n].Offset }

// path joins names below the site.
func (s *Site) path(elem ...string) string {
	return filepath.Join(append([]string{s.Dir}, elem...)...)
}

// source joins names below the sources of the sample applications.
func (s *Site) source(elem ...string) string {
	return filepath.Join(append([]string{s.Repo, "testdata", "apps"}, elem...)...)
}

// Install makes users, tools and programs ready. What stands already is left alone.
func (s *Site) Install(ctx context.Context, list []App) error {
	if os.Geteuid() != 0 {
		return errors.New("installing the sample applications needs root: they run under users of their own")
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return err
	}
	if err := reachable(s.Dir); err != nil {
		return err
	}
	if err := installTools(ctx, s.Log, list); err != nil {
		return err
	}
	for _, a := range list {
		if err := addUser(ctx, s.Log, a.User()); err != nil {
			return err
		}
		want, err := s.programDigest(a)
		if err != nil {
			return err
		}
		if s.state.Programs[a.Name] == want {
			continue
		}
		begin := time.Now()
		fmt.Fprintf(s.Log, "install %s (%s)\n", a.Name, a.Title)
		if err := a.Program(ctx, s); err != nil {
			return fmt.Errorf("install %s: %w", a.Name, err)
		}
		fmt.Fprintf(s.Log, "install %s: done in %.1f s\n", a.Name, time.Since(begin).Seconds())
		s.state.Programs[a.Name] = want
		if err := s.save(); err != nil {
			return err
		}
	}
	return s.save()
}

// Clean stops everything and removes the site and the users of all applications.
func Clean(ctx context.Context, o Options) error {
	s, err := Open(o)
	if err != nil {
		return err
	}
	list := append(All(), Probe(), Hello(), hello(FromItself, 9, ""))
	if err := s.Stop(list); err != nil {
		return err
	}
	for _, a := range list {
		if err := removeResidue(a); err != nil {
			return err
		}
		if err := removeUser(ctx, s.Log, a.User()); err != nil {
			return err
		}
	}
	if err := removeUser(ctx, s.Log, ServersUser); err != nil {
		return err
	}
	return os.RemoveAll(s.Dir)
}

func (s *Site) save() error {
	b, err := json.MarshalIndent(s.state, "", "  ")
	if err != nil {
		return err
	}
	aside := s.path(".site.json")
	if err := os.WriteFile(aside, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(aside, s.path("site.json"))
}

// reachable says which folder keeps other users out.
func reachable(dir string) error {
	for d := dir; ; d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 == 0 {
			return fmt.Errorf("%s (mode %v) keeps other users out, the sample applications run as such; name another folder", d, info.Mode().Perm())
		}
		if d == filepath.Dir(d) {
			return nil
		}
	}
}

// ids returns the numbers of the application's user.
func ids(a App) (uid, gid int, err error) {
	u, err := user.Lookup(a.User())
	if err != nil {
		return 0, 0, err
	}
	uid, err = strconv.Atoi(u.Uid)
	if err != nil {
		return 0, 0, err
	}
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, err
}
