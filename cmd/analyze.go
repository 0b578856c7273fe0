package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"a2c/internal/child"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

func newAnalyze(a *app) *cobra.Command {
	var id string
	var all bool
	var watch, sample time.Duration
	var jobs int
	c := &cobra.Command{
		Use:   "analyze --application-id ID | --all",
		Short: "Look at one application in depth: files, configuration, state, secrets",
		Long: `analyze finds out what belongs to a running application and writes analysis.json and files.jsonl into its folder of the workspace.
containerParameters in analysis.json is yours to edit: what you change there survives the next analyze.

With --observe it first watches for that long which files the application opens (fanotify, nothing is attached to it): use the application
meanwhile, so that what it opens only now and then is seen, too.

With --sample it looks about once a second, for that long, what the application's processes use: CPU time, memory, threads, descriptors, connections, and
requests where they write an access log. It takes less than half a percent of one core. Several runs add up: of each figure the highest counts, so sample
when there is work to do. Both watch at the same time when both are asked for.

With --resolve it asks the resolver of this host for the names in the application's configuration that /etc/hosts does not know, so that what is configured is
joined to the connections that are seen by its address. Each name gets 2 seconds, all of them 10; what is not answered is listed. Without it no name server is asked.

A file that was deleted while the application has it open is listed and left out. With --recover-deleted its content is copied from the descriptor
(/proc/PID/fd) into the workspace, searched for secrets like every file, and goes into the image under its former name. This is not done unasked: what
was deleted was meant to be gone, and the application would not find it when it is started again.`,
		Example: "  sudo a2c analyze --application-id java-tomcat-9e8e4799\n  sudo a2c analyze --application-id java-tomcat-9e8e4799 --observe 60s\n  sudo a2c analyze --application-id java-tomcat-9e8e4799 --sample 60s\n  sudo a2c analyze --all --jobs 4",
		GroupID: "look",
		Args:    none,
		RunE: func(c *cobra.Command, _ []string) error {
			if all == (id != "") {
				return usage(errors.New("say --application-id ID or --all; a2c inventory lists the applications"))
			}
			if id != "" {
				if err := checkID(id); err != nil {
					return err
				}
			}
			if watch < 0 || watch > maxObserve {
				return usage(fmt.Errorf("--observe %s: between 0 (not at all) and %s", watch, maxObserve))
			}
			if sample < 0 || sample > maxObserve {
				return usage(fmt.Errorf("--sample %s: between 0 (not at all) and %s", sample, maxObserve))
			}
			if jobs < 0 || jobs > maxJobs {
				return usage(fmt.Errorf("--jobs %d: between 1 and %d, or 0 for half the cores", jobs, maxJobs))
			}
			a.observe, a.sample = watch, sample
			return a.locked(false, func(w *workspace.Workspace) error { return a.analyze(c.Context(), w, id, jobs) })
		},
	}
	a.idFlag(c, &id)
	a.unconfinedFlag(c)
	a.eolFlag(c)
	c.Flags().BoolVar(&all, "all", false, "analyze every application that runs")
	c.Flags().BoolVar(&a.recoverDeleted, "recover-deleted", false, "take the content of deleted files that are still open")
	c.Flags().BoolVar(&a.resolve, "resolve", false, "ask this host's resolver for the names that are configured")
	c.Flags().IntVar(&jobs, "jobs", 0, "with --all: analyze `N` applications at a time (default half the cores, which is also what all of them use together)")
	c.Flags().DurationVar(&watch, "observe", 0, "watch for this long which files it opens, before it is analyzed: `60s`, 10m (as root)")
	c.Flags().DurationVar(&sample, "sample", 0, "look for this long what it uses of CPU and memory, before it is analyzed: `60s`, 10m")
	return c
}

// maxJobs bounds the children at a time; each takes some ten megabytes.
const maxJobs = 64

// maxObserve bounds the list of what was opened.
const maxObserve = 24 * time.Hour

// analyze looks anew at what runs, so that an application that was started again is found under its ID.
func (a *app) analyze(ctx context.Context, w *workspace.Workspace, id string, jobs int) error {
	live, err := a.takeInventory(ctx, w, id != "", id != "") // who names a helper or a container's application means it
	if err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(live.Inventory))
	if id != "" {
		if _, runs := live.Inventory[id]; !runs {
			return a.notRunning(w, id, ids)
		}
		ids = []string{id}
	}
	if len(ids) == 0 {
		a.Note("no Java or .NET application runs here; nothing was analyzed")
	}
	if jobs == 0 {
		jobs = child.Cores()
	}
	done := a.analyzeEach(ctx, w, ids, live.Inventory, max(1, min(jobs, len(ids))), func(one analyzed, n int) {
		switch {
		case id != "": // an error is the command's
		case one.err != nil:
			fmt.Fprintf(a.Err, "a2c: %s\n", term.Lines(one.err.Error()))
		default: // others are told of at the same time
			a.Note("%s: analyzed, %d of %d", one.id, n, len(ids))
		}
		if one.err == nil {
			a.noteAnalyzed(one)
		}
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	analyses := map[string]model.Analysis{}
	var ends []Code
	for _, one := range done {
		switch {
		case one.err == nil:
			analyses[one.id] = one.analysis
		case id != "":
			return one.err
		}
		ends = append(ends, one.code)
	}
	var data any = analyses
	if id != "" {
		data = analyses[id]
	}
	if err := a.print(data, func(w io.Writer) error { return a.analysisTable(w, analyses) }); err != nil {
		return err
	}
	if id != "" {
		a.Note("next: %s --application-id %s, then %s --application-id %s", a.command("check"), id, a.command("containerize"), id)
	} else {
		a.noteLeftOut(ids, analyses)
	}
	return answer(worst(ends...))
}

// noteLeftOut ends --all with the applications that failed: what was said of each is far up by now.
func (a *app) noteLeftOut(ids []string, analyses map[string]model.Analysis) {
	var failed []string
	for _, id := range ids {
		if _, done := analyses[id]; !done {
			failed = append(failed, id)
		}
	}
	if len(failed) > 0 {
		a.Note("analyzed %d of %d applications; not analyzed: %s (the reasons stand above)", len(analyses), len(ids), strings.Join(failed, ", "))
	}
}

// notRunning tells an application that ended from one that never was.
func (a *app) notRunning(w *workspace.Workspace, id string, live []string) error {
	known := knownIDs(w)
	if slices.Contains(known, id) {
		return fmt.Errorf("the application %s has ended, or cannot be seen any more; start it and run this command again (%s lists what runs)%s",
			id, a.command("inventory"), a.rootHint())
	}
	return a.unknownID(id, append(live, known...))
}
