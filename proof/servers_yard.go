package proof

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/servers"
)

// yard holds the running servers.
type yard struct {
	b       *Bench
	before  model.Inventory // what ran on the machine before
	running []*running
}

type running struct {
	place servers.Place
	cmd   *exec.Cmd
	log   string
	begin time.Time
	tries int   // the how manieth start it is
	last  error // why it was not ready when it was last asked
	// members are the processes that were seen in its session so far.
	members map[int]uint64
}

// atOnce is how many servers start side by side: two cores take no more.
const atOnce = 4

// startLimit is how long one server may take to start while others do, on a machine that has other things to do as well.
const startLimit = 3 * time.Minute

// configure makes the layouts anew.
func (y *yard) configure(t *testing.T, list []servers.Server) {
	t.Helper()
	for _, s := range list {
		p := y.b.place(t, s)
		if err := os.RemoveAll(p.Dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(p.Dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if s.Configure == nil {
			continue
		}
		if err := s.Configure(t.Context(), p); err != nil {
			t.Fatalf("configure %s: %v", s.Name, err)
		}
	}
}

// start starts the servers, a few side by side, and waits until all are up. looks, if not nil, are taken meanwhile.
func (y *yard) start(t *testing.T, list []servers.Server, looks *glances) {
	t.Helper()
	t.Cleanup(func() { y.stop(t) })
	var starting []*running
	for next := 0; next < len(list) || len(starting) > 0; {
		for ; next < len(list) && len(starting) < atOnce; next++ {
			starting = append(starting, y.spawn(t, list[next]))
		}
		time.Sleep(200 * time.Millisecond)
		if looks != nil {
			looks.look(t, y, false)
		}
		starting = slices.DeleteFunc(starting, func(r *running) bool { return y.up(t, r) })
		for i, r := range starting {
			if time.Since(r.begin) > startLimit {
				starting[i] = y.again(t, r)
			}
		}
	}
	if looks != nil {
		looks.look(t, y, true)
	}
}

func (y *yard) spawn(t *testing.T, s servers.Server) *running {
	t.Helper()
	p := y.b.place(t, s)
	var who *syscall.Credential
	if !s.Root {
		who = &syscall.Credential{Uid: uint32(p.UID), Gid: uint32(p.GID)}
	}
	r := &running{place: p, log: p.Dir + ".log", begin: time.Now(), tries: 1, members: map[int]uint64{}}
	r.cmd = session(t, r.log, s.Command(p), who)
	y.running = append(y.running, r)
	return r
}

// up reports whether all ports accept connections, and the page answers.
func (y *yard) up(t *testing.T, r *running) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := r.ready(ctx)
	r.last = err
	if err == nil {
		fmt.Fprintf(y.b.Log, "%s: process %d is up after %.1f s\n", r.place.Server.Name, r.cmd.Process.Pid, time.Since(r.begin).Seconds())
	}
	return err == nil
}

// again starts a server anew that hangs at its start: Karaf does so now and then, when its SSH is refreshed while it comes up. One that hangs twice
// ends the test.
func (y *yard) again(t *testing.T, r *running) *running {
	t.Helper()
	text, _ := os.ReadFile(r.log)
	why := fmt.Sprintf("%s is not ready after %s: %v\n%s", r.place.Server.Name, startLimit, r.last, text[max(0, len(text)-4000):])
	if r.tries > 1 {
		t.Fatal(why)
	}
	fmt.Fprintf(y.b.Log, "%s\n%s is started once more\n", why, r.place.Server.Name)
	end(t, r.place.Server.Name, r.cmd.Process.Pid, r.cmd)
	y.running = slices.DeleteFunc(y.running, func(other *running) bool { return other == r })
	next := y.spawn(t, r.place.Server)
	next.tries = r.tries + 1
	return next
}

func (r *running) ready(ctx context.Context) error {
	s := r.place.Server
	for _, port := range s.Ready {
		if err := accepts(ctx, port); err != nil {
			return err
		}
	}
	if s.Page == "" {
		return nil
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", s.Ready[0], s.Page), http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // only its status counts
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", s.Page, answer.Status)
	}
	return nil
}

// stop ends what runs, each by its session, a few side by side.
func (y *yard) stop(t *testing.T) {
	t.Helper()
	slices.Reverse(y.running) // what others are connected to, such as PostgreSQL, waits for them
	for batch := range slices.Chunk(y.running, 2*atOnce) {
		var ends sync.WaitGroup
		for _, r := range batch {
			ends.Go(func() { end(t, r.place.Server.Name, r.cmd.Process.Pid, r.cmd) })
		}
		ends.Wait()
	}
	y.running = nil
}
