package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory"
	"a2c/model"
	"a2c/proof/apps"
	"a2c/proof/servers"
)

// Servers shows that inventory finds every kind of server on one machine at one time: the right kind, version, ports, purposes and web
// applications, nothing else, and the same IDs after a restart. What it must say stands in testdata/servers/NAME.json, written by hand.
func Servers() Proof {
	var list []servers.Server // Install, which runs first, chooses them
	return Proof{
		Name: "servers", Needs: []Need{Root, AMD64, Packages}, Budget: 10 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			list = b.chosenServers(t)
			b.installServers(t, list)
		},
		Run: func(t *testing.T, b *Bench) {
			needPorts(t, list)
			c := b.Command(b.Scratch(t, "servers"))
			y := &yard{b: b, before: takeInventory(t, c)}
			y.configure(t, list)
			y.start(t, list, nil)
			known := y.compare(t, takeInventory(t, c))
			y.restarts(t, list, c, known, b.Repeat(1, 1, 20))
			y.stop(t)
		},
	}
}

// restarts starts everything anew so many times, with the state that the servers left. The IDs must be the same.
func (y *yard) restarts(t *testing.T, list []servers.Server, c Command, known map[string]model.App, times int) {
	t.Helper()
	ids := idsOf(known)
	looks := &glances{b: y.b, dir: t.TempDir(), known: known}
	for n := range times {
		y.stop(t)
		y.start(t, list, looks)
		if diff := cmp.Diff(ids, idsOf(y.compare(t, takeInventory(t, c)))); diff != "" {
			t.Errorf("IDs after restart %d (-before +after):\n%s", n+1, diff)
			looks.differences++
		}
		fmt.Fprintf(y.b.Log, "restart %d of %d: %d layouts with %d applications, %d more inventories while they start: %d differences in IDs so far\n",
			n+1, times, len(list), len(ids), looks.taken, looks.differences)
	}
}

func idsOf(apps map[string]model.App) map[string]string {
	ids := map[string]string{}
	for name, app := range apps {
		ids[name] = inventory.ID(app)
	}
	return ids
}

// chosenServers are one layout of each kind, chosen by the commit, or all of them; SERVERS is a regular expression that chooses by name.
func (b *Bench) chosenServers(t *testing.T) []servers.Server {
	t.Helper()
	if list, ok := selected(t, servers.All(), serverName); ok {
		return list
	}
	byKind := map[string][]string{}
	var kinds []string
	for _, s := range servers.All() {
		kind := s.Family()
		if byKind[kind] == nil {
			kinds = append(kinds, kind)
		}
		byKind[kind] = append(byKind[kind], s.Name)
	}
	var names []string
	for _, kind := range kinds {
		names = append(names, b.Choose("servers "+kind, byKind[kind], 1)...)
	}
	return slices.DeleteFunc(servers.All(), func(s servers.Server) bool { return !slices.Contains(names, s.Name) })
}

func serverName(s servers.Server) string { return s.Name }

// installServers installs what the layouts run from and need, and the user that they run as.
func (b *Bench) installServers(t *testing.T, list []servers.Server) {
	t.Helper()
	if err := apps.AddServersUser(t.Context(), b.Log); err != nil {
		t.Fatal(err)
	}
	tools := apps.JavaTools()
	for _, s := range list {
		tools = append(tools, s.Tools...)
	}
	if err := apps.Ensure(t.Context(), b.Log, tools); err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if err := s.Program(t.Context(), b.place(t, s)); err != nil {
			t.Fatalf("install %s: %v", s.Name, err)
		}
	}
}

func (b *Bench) place(t *testing.T, s servers.Server) servers.Place {
	t.Helper()
	java, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	who := credential(t, apps.ServersUser)
	root, site := filepath.Join(b.Dir, "servers"), b.Site(t)
	for _, dir := range []string{site.Dir, filepath.Join(root, "programs")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return servers.Place{Site: site, Server: s, Dir: filepath.Join(root, s.Name), Programs: filepath.Join(root, "programs"), Java: java, UID: int(who.Uid), GID: int(who.Gid)}
}

func takeInventory(t *testing.T, c Command) model.Inventory {
	t.Helper()
	c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-q", "-o", "json")
	found := model.Inventory{}
	readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
	return found
}
