package inventory

import (
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

// nameInstances sets Instance where several applications have the same artifact and base: by systemd unit, else working directory, else
// first listener. An application keeps the instance that it had in the previous inventory, also when it is alone by now, or was.
func nameInstances(h *host.Host, apps []model.App, previous model.Inventory) {
	groups := map[string][]*model.App{}
	var keys []string
	for i := range apps {
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
		nameGroup(h, groups[key], before)
	}
}

// identity is what an application is before its instance counts.
func identity(app model.App) string { return string(app.Artifact) + "\x00" + string(app.Base) }

func knownAs(previous model.Inventory, key string) []model.App {
	var known []model.App
	for _, app := range previous {
		if identity(app) == key {
			known = append(known, app)
		}
	}
	slices.SortFunc(known, func(a, b model.App) int { return strings.Compare(a.Instance, b.Instance) })
	return known
}

// name is a candidate for Instance, with where it comes from.
type name struct {
	text string
	from model.Source
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
		app.Evidence.Add("instance", n.from)
	}
}

// sameness tells whether an application is the one that was known before.
type sameness func(app model.App, names []name, old model.App) bool

func sameProcess(app model.App, _ []name, old model.App) bool {
	return old.ProcessID == app.ProcessID && old.StartedAt.Equal(app.StartedAt)
}

func sameName(_ model.App, names []name, old model.App) bool {
	return old.Instance != "" && slices.ContainsFunc(names, func(n name) bool { return n.text == old.Instance })
}

// sameAddresses finds one that had no instance, and was restarted on the same addresses.
func sameAddresses(app model.App, _ []name, old model.App) bool {
	return old.Instance == "" && len(app.Listeners) > 0 && slices.Equal(ports(app), ports(old))
}

func source(names []name, text string) []model.Source {
	for _, n := range names {
		if n.text == text {
			return []model.Source{n.from}
		}
	}
	if text == "" {
		return nil
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
			return name{text, model.Derived("order of starting: unit, working directory and listeners are equal")}
		}
	}
}

// candidates are the names of an application, best first; always the same kinds in the same places, "" where there is none. The scope of a
// container comes last: it is another one after each start.
func candidates(h *host.Host, app *model.App) []name {
	p := h.Process(app.ProcessID)
	if p == nil {
		return make([]name, 4)
	}
	var service, scope, cwd, listener name
	if unit, from, err := p.Unit(); err == nil && strings.HasSuffix(unit, ".service") {
		service = name{unit, from}
	} else if err == nil {
		scope = name{unit, from}
	}
	if dir, err := p.Cwd(); err == nil {
		cwd = name{model.Path(dir).String(), model.FromProc(p.PID, "cwd")}
	}
	if len(app.Listeners) > 0 {
		l := app.Listeners[0]
		listener = name{net.JoinHostPort(l.Address, strconv.Itoa(l.Port)), model.FromSocket(l.Inode)}
	}
	return []name{service, cwd, listener, scope}
}

func ports(app model.App) []string {
	var list []string
	for _, l := range app.Listeners {
		list = append(list, fmt.Sprintf("%s %s %d", l.Protocol, l.Address, l.Port))
	}
	slices.Sort(list)
	return list
}
