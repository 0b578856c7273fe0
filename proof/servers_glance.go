package proof

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"a2c/inventory"
	"a2c/model"
)

// glances are inventories without memory that are taken one after the other while servers start: what is seen of a server then must have the ID that it
// has once it is up. Which of several instances of one artifact it is takes memory, or the others: these are left out.
type glances struct {
	b     *Bench
	dir   string
	known map[string]model.App // by their names in testdata
	run   chan glanced         // nil while none is on its way

	taken, differences int
}

type glanced struct {
	command Command
	ran     Ran
	err     error
}

// look takes the next inventory when the last has come, and judges that. It does not wait, unless last is set: then it waits for the one on its way.
func (g *glances) look(t *testing.T, y *yard, last bool) {
	t.Helper()
	for _, r := range y.running {
		maps.Copy(r.members, family(t, r.cmd.Process.Pid))
	}
	if g.run != nil {
		select {
		case seen := <-g.run:
			g.judge(t, y, seen)
		default:
			if !last {
				return
			}
			g.judge(t, y, <-g.run)
		}
	}
	if last {
		return
	}
	g.run = make(chan glanced, 1)
	c := g.b.Command(filepath.Join(g.dir, strconv.Itoa(g.taken)))
	go func(run chan<- glanced) {
		ran, err := c.Try(t.Context(), "inventory", "-q", "-o", "json")
		run <- glanced{c, ran, err}
	}(g.run)
}

func (g *glances) judge(t *testing.T, y *yard, seen glanced) {
	t.Helper()
	g.run = nil
	g.taken++
	if seen.err != nil || !slices.Contains([]int{exitDone, exitNotAllSeen}, seen.ran.Code) {
		t.Errorf("inventory while servers start: %v, exit code %d\n%s", seen.err, seen.ran.Code, seen.ran.Stderr)
		return
	}
	found := model.Inventory{}
	readJSON(t, filepath.Join(seen.command.Workspace, "inventory.json"), &found)
	for _, r := range y.running {
		for id, app := range found {
			name := r.nameOf(app)
			later := g.known[name]
			if _, ours := r.members[app.ProcessID]; !ours || later.Instance != "" || id == inventory.ID(later) {
				continue
			}
			g.differences++
			t.Errorf("%s is %s soon after its start, and %s later: artifact %q, base %q, instance %q, name %q, process %d, started at %s: %q",
				name, id, inventory.ID(later), app.Artifact, app.Base, app.Instance, app.Name, app.ProcessID, app.StartedAt.Format(time.TimeOnly), app.Cmdline)
		}
	}
}
