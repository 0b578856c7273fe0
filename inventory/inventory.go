// Package inventory turns a machine into its Inventory: every running application that a detector knows, under an ID that stays.
package inventory

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"a2c/inventory/around"
	"a2c/inventory/detect"
	"a2c/inventory/host"
	"a2c/model"
)

// Options of Run; the zero value is valid.
type Options struct {
	// Previous is the last inventory of this host. An application keeps the ID that it had there when an equal one has been started or
	// stopped since.
	Previous model.Inventory
	// All lists helpers, too: build tools, IDEs, agents, tools of the JDK and of the .NET SDK. Else they are skips.
	All bool
	// Containers lists what runs in containers, too. Else they are skips, one for each engine.
	Containers bool
	// Version is a2c's, for host.json.
	Version string
	// Now is the clock; default time.Now.
	Now func() time.Time
	// Log is told what is done, for people who look closely; default: nobody.
	Log *slog.Logger
	// Report is told about progress; default: nobody.
	Report func(Event)
}

// HelperRemedy is the remedy of the skips for what only All lists.
const HelperRemedy = detect.HelperRemedy

// ContainerRemedy is the remedy of the skips for what only Containers lists.
const ContainerRemedy = detect.ContainerRemedy

// Event is progress.
type Event struct {
	Step  string `json:"step"`  // "processes", "applications"
	Count int    `json:"count"` // how many were seen
}

// Result is what the workspace keeps: inventory.json and host.json.
type Result struct {
	Inventory model.Inventory
	Host      model.Host
}

// Run looks once at all processes of the tree's machine and returns the applications among them. What could not be seen stands in
// Result.Host.Skips. An error means that nothing could be seen at all, or that ctx ended.
func Run(ctx context.Context, t host.Tree, o Options) (Result, error) {
	o = o.withDefaults()
	began := o.Now()
	h, err := host.Read(ctx, t)
	if err != nil {
		return Result{}, err
	}
	o.Log.Debug("read processes", "count", h.Seen.Processes, "vanished", h.Seen.Vanished, "took", o.Now().Sub(began))
	o.Report(Event{Step: "processes", Count: h.Seen.Processes})
	apps, err := detect.Find(ctx, h, detect.Options{All: o.All, Containers: o.Containers})
	if err != nil {
		return Result{}, err
	}
	if err := around.Fill(ctx, h, apps); err != nil {
		return Result{}, err
	}
	nameInstances(h, apps, o.Previous)
	nameContained(h, apps)
	inv := keyed(apps, o.Previous)
	relate(inv)
	o.Log.Debug("found applications", "count", len(inv), "took", o.Now().Sub(began))
	o.Report(Event{Step: "applications", Count: len(inv)})
	return Result{Inventory: inv, Host: describe(h, o)}, nil
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Report == nil {
		o.Report = func(Event) {}
	}
	return o
}

// describe makes host.json.
func describe(h *host.Host, o Options) model.Host {
	d := model.Host{A2CVersion: o.Version, OSData: map[string]string{}, CreatedAt: o.Now().UTC().Truncate(time.Second)}
	f := facts{h: h, doc: &d}
	f.osRelease()
	f.kernel()
	f.processors()
	f.memory()
	d.Seen = h.Seen
	d.Skips = summed(h.Skips)
	return d
}

// summed sorts skips and counts those that are alike; what each of them names stays listed.
func summed(skips []model.Skip) []model.Skip {
	type key struct {
		what, path, reason, remedy string
		incomplete                 bool
	}
	at := map[key]int{}
	var out []model.Skip
	for _, s := range skips {
		k := key{s.What, string(s.Path), s.Reason, s.Remedy, s.Incomplete}
		i, seen := at[k]
		if !seen {
			at[k] = len(out)
			out = append(out, s)
			continue
		}
		out[i].Count = max(1, out[i].Count) + max(1, s.Count)
		out[i].Each = slices.Concat(out[i].Each, s.Each)
	}
	slices.SortStableFunc(out, func(a, b model.Skip) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}
