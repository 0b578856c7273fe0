package inventory

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// ID is <type>-<8 hex>. The digits are the first of the SHA-256 of main artifact, base folder and instance, each followed by a NUL: they stay the
// same whatever the PID, the time, the host and the detector.
func ID(app model.App) string {
	sum := sha256.Sum256([]byte(string(app.Artifact) + "\x00" + string(app.Base) + "\x00" + app.Instance + "\x00"))
	return app.ApplicationType + "-" + hex.EncodeToString(sum[:4])
}

// keyed puts the applications under their IDs. Of two different ones whose 32 bits are equal, the one that had the ID in the previous inventory keeps
// it, else the first by artifact, base and instance: whatever their PIDs and the order of starting. The other's instance gets a mark.
func keyed(apps []model.App, previous model.Inventory) model.Inventory {
	had := func(a model.App) int {
		if old, ok := previous[ID(a)]; ok && identity(old) == identity(a) {
			return 0
		}
		return 1
	}
	ordered := slices.SortedFunc(slices.Values(apps), func(a, b model.App) int {
		return cmp.Or(had(a)-had(b), cmp.Compare(identity(a), identity(b)), cmp.Compare(a.Instance, b.Instance))
	})
	inv := make(model.Inventory, len(apps))
	for _, app := range ordered {
		for _, taken := inv[ID(app)]; taken; _, taken = inv[ID(app)] {
			app.Instance += collided
			app.Evidence.Add("instance", model.Derived("another application has the same 32 bits"))
		}
		inv[ID(app)] = app
	}
	return inv
}

// collided marks the instance of an application whose ID another has already.
const collided = "~"

// nameInstances sets Instance where several applications have the same artifact and base: by what candidates
// lists. An application keeps the instance that it had in the previous inventory, also when it is alone by now, or was.
func nameInstances(h *host.Host, apps []model.App, previous model.Inventory) {
	groups := map[string][]*model.App{}
	var keys []string
	for i := range apps {
		if apps[i].Container != nil {
			continue // the same paths are other files there: see nameContained
		}
		key := identity(apps[i])
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], &apps[i])
	}
	for _, key := range keys {
		before := knownAs(previous, key)
		if len(groups[key]) == 1 && len(before) == 0 {
			continue
		}
		slices.SortFunc(groups[key], byStart)
		nameGroup(h, groups[key], before)
	}
}

// nameContained sets Instance of what runs in containers: the container's name, else its ID, so that nothing in them changes the ID of an application
// of the machine itself. Several of one container are told apart as those of a machine are.
func nameContained(h *host.Host, apps []model.App) {
	groups := map[string][]*model.App{}
	var keys []string
	for i := range apps {
		if apps[i].Container == nil {
			continue
		}
		key := identity(apps[i]) + "\x00" + containerName(apps[i])
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], &apps[i])
	}
	for _, key := range keys {
		group := groups[key]
		slices.SortFunc(group, byStart)
		names := make([][]name, len(group))
		for i, app := range group {
			names[i] = candidates(h, app)
		}
		taken := map[string]bool{}
		for i, app := range group {
			app.Instance = containerName(*app)
			for _, field := range []string{"engine", "id", "name"} {
				app.Evidence.Add("instance", app.Container.Evidence[field]...)
			}
			if len(group) > 1 {
				n := choose(names, i, taken)
				taken[n.text] = true
				app.Instance += " " + n.text
				app.Evidence.Add("instance", n.from...)
			}
		}
	}
}

// containerName is "docker till", "docker 4f1c…", "unknown".
func containerName(app model.App) string {
	return strings.TrimSpace(app.Container.Engine + " " + cmp.Or(app.Container.Name, app.Container.ID))
}

// identity is what an application is before its instance counts.
func identity(app model.App) string { return string(app.Artifact) + "\x00" + string(app.Base) }

func knownAs(previous model.Inventory, key string) []model.App {
	var known []model.App
	for _, app := range previous {
		if identity(app) == key && app.Container == nil {
			known = append(known, app)
		}
	}
	slices.SortFunc(known, func(a, b model.App) int { return strings.Compare(a.Instance, b.Instance) })
	return known
}

// name is a candidate for Instance, with where it comes from.
type name struct {
	text string
	from []model.Source
}

func nameGroup(h *host.Host, apps []*model.App, before []model.App) {
	names := make([][]name, len(apps))
	for i, app := range apps {
		names[i] = candidates(h, app)
	}
	taken := map[string]bool{}
	done := make([]bool, len(apps))
	for _, same := range []sameness{sameProcess, sameName, sameAddresses} { // the surest first, for all of them
		for i, app := range apps {
			j := slices.IndexFunc(before, func(old model.App) bool { return !taken[old.Instance] && same(*app, names[i], old) })
			if done[i] || j < 0 {
				continue
			}
			app.Instance = before[j].Instance
			taken[app.Instance], done[i] = true, true
			app.Evidence.Add("instance", source(names[i], app.Instance)...)
		}
	}
	if len(apps) == 1 {
		return // new, and alone: no instance
	}
	for i, app := range apps {
		if done[i] {
			continue
		}
		n := choose(names, i, taken)
		taken[n.text] = true
		app.Instance = n.text
		app.Evidence.Add("instance", n.from...)
	}
}

// sameness tells whether an application is the one that was known before.
type sameness func(app model.App, names []name, old model.App) bool

func sameProcess(app model.App, _ []name, old model.App) bool {
	began := old.StartedAt.Equal(app.StartedAt)
	if old.StartMark != "" && app.StartMark != "" {
		began = old.StartMark == app.StartMark // the clock may have been set meanwhile
	}
	return old.ProcessID == app.ProcessID && began
}

// sameName also knows one whose ID another application had: it keeps the mark, though that one may have ended.
func sameName(_ model.App, names []name, old model.App) bool {
	plain := strings.TrimRight(old.Instance, collided)
	return old.Instance != "" && (plain == "" || slices.ContainsFunc(names, func(n name) bool { return n.text == plain }))
}

// sameAddresses finds one that had no instance, and was restarted on the same addresses.
func sameAddresses(app model.App, _ []name, old model.App) bool {
	return old.Instance == "" && len(app.Listeners) > 0 && slices.Equal(ports(app), ports(old))
}

func source(names []name, text string) []model.Source {
	if text == "" {
		return nil
	}
	for _, n := range names {
		if n.text == text {
			return n.from
		}
	}
	return []model.Source{model.Derived("the same process as in the previous inventory")}
}

// choose takes the first kind of name that no other application of the group shares; when all are shared, the order of starting decides.
func choose(names [][]name, i int, taken map[string]bool) name {
	for k, n := range names[i] {
		unique := n.text != "" && !taken[n.text]
		for j, other := range names {
			unique = unique && (j == i || other[k].text != n.text)
		}
		if unique {
			return n
		}
	}
	for number := 1; ; number++ {
		if text := "#" + strconv.Itoa(number); !taken[text] {
			return name{text, []model.Source{model.Derived("order of starting: unit, working directory, ports, arguments and user are equal")}}
		}
	}
}

// candidates are the names of an application, best first; always the same kinds in the same places, "" where there is none: its systemd unit, working
// directory, first configured port (which is known before it listens), first listener, arguments, user. The scope of a container comes last: it is
// another one after each start.
func candidates(h *host.Host, app *model.App) []name {
	p := h.Process(app.ProcessID)
	if p == nil {
		return make([]name, 7)
	}
	var service, scope, cwd, connector, listener name
	if unit, from, err := p.Unit(); err == nil && strings.HasSuffix(unit, ".service") {
		service = name{unit, []model.Source{from}}
	} else if err == nil {
		scope = name{unit, []model.Source{from}}
	}
	if dir, _, err := p.Cwd(); err == nil {
		cwd = name{model.Path(dir).String(), []model.Source{model.FromProc(p.PID, "cwd")}}
	}
	if i := slices.IndexFunc(app.Connectors, func(c model.Connector) bool { return c.Port > 0 }); i >= 0 {
		c := app.Connectors[i]
		connector = name{net.JoinHostPort(c.Address, strconv.Itoa(c.Port)), c.Evidence["port"]}
	}
	if len(app.Listeners) > 0 {
		l := app.Listeners[0]
		listener = name{net.JoinHostPort(l.Address, strconv.Itoa(l.Port)), []model.Source{model.FromSocket(l.Inode)}}
	}
	return []name{service, cwd, connector, listener, arguments(app), {"user " + strconv.Itoa(app.User.UID), []model.Source{model.FromProc(p.PID, "status")}}, scope}
}

// arguments tells command lines apart, without the secrets in them: those may change, and a digest of a short one tells it.
func arguments(app *model.App) name {
	sum := sha256.Sum256([]byte(app.Cmdline))
	return name{"arguments " + hex.EncodeToString(sum[:4]), []model.Source{model.FromProc(app.ProcessID, "cmdline")}}
}

// byStart orders the applications of a group by when they were started: PIDs come round.
func byStart(a, b *model.App) int {
	return cmp.Or(a.StartedAt.Compare(b.StartedAt), a.ProcessID-b.ProcessID)
}

func ports(app model.App) []string {
	var list []string
	for _, l := range app.Listeners {
		list = append(list, fmt.Sprintf("%s %s %d", l.Protocol, l.Address, l.Port))
	}
	slices.Sort(list)
	return list
}
