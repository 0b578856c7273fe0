package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/internal/term"
	"a2c/model"
	"a2c/proof/apps"
)

// Defects plants one defect at a time in a good image, and demands that verify finds it and names it so that an engineer knows the cause. Each runs with the
// masks of the good image, in the sandbox.
func Defects() Proof {
	return Proof{
		Name: "defects", Needs: []Need{Root, AMD64, Packages}, Budget: 20 * time.Minute,
		Install: func(t *testing.T, b *Bench) { InstallApps(defectApps(b)...)(t, b) },
		Run: func(t *testing.T, b *Bench) {
			list := defectApps(b)
			d := &defects{b: b, site: b.Start(t, list...), c: b.Command(b.Scratch(t, "defects"), noEngine), layers: b.Scratch(t, "defects-layers")}
			d.jobs, _ = b.Inventory(t, d.c, d.site, list)
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) { d.application(t, a) })
			}
			fmt.Fprintf(b.Log, "\n%-36s %-10s %s\n%s", "defect", "verdict", "named as", strings.Join(d.rows, ""))
		},
	}
}

// defectApps are the applications whose images are damaged: the one that shows what it stands on, and where all is run also Tomcat and .NET.
func defectApps(b *Bench) []apps.App {
	if b.Extent == Part {
		return []apps.App{apps.Probe()}
	}
	return []apps.App{apps.Probe(), apps.Shop(), apps.Portal()}
}

// defect is one way to spoil an image.
type defect struct {
	name   string
	spoil  func(t *testing.T, m *mutant)
	args   []string // for verify, beside those of the good image
	says   []string // what an engineer has to read
	unless string   // why it cannot be planted on this machine; "": it can
}

type defects struct {
	b      *Bench
	site   *apps.Site
	c      Command
	layers string // folder
	jobs   map[string]Job
	rows   []string
}

// application verifies the good image, and then each damaged one.
func (d *defects) application(t *testing.T, a apps.App) {
	j := d.jobs[a.Name]
	settle(t, []apps.App{a}, d.site) // what the runtime loads at the first use of a page is loaded when it is analyzed
	j.Analyze(t, d.c)
	j.Containerize(t, d.c)
	args := append([]string{"verify", "--application-id", j.ID, "-o", "table"}, d.site.VerifyArgs(a)...)
	j.verified(t, d.c, args...)
	if !j.Verification.Verified {
		t.Fatalf("the good image is not verified: %s", j.Verification.Why)
	}
	good := filepath.Join(d.c.Workspace, a.Name+"-good.json")
	text, err := os.ReadFile(filepath.Join(d.c.Workspace, j.ID, "verify.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(good, text, 0o600); err != nil {
		t.Fatal(err)
	}
	list := d.of(t, a, j)
	var names []string
	for _, one := range list {
		names = append(names, one.name)
	}
	chosen := d.b.Choose("defects of "+a.Name, names, 8)
	args = append(args, "--masks", good)
	for _, one := range list {
		if slices.Contains(chosen, one.name) {
			t.Run(strings.ReplaceAll(one.name, " ", "_"), func(t *testing.T) { d.found(t, j, one, args) })
		}
	}
}

// of are the defects of one application.
func (d *defects) of(t *testing.T, a apps.App, j Job) []defect {
	switch a.Name {
	case "shop":
		return d.ofTomcat(j)
	case "portal":
		return d.ofDotnet(j)
	}
	return slices.Concat(d.ofFiles(), d.ofProcess(), d.ofRuntime(t))
}

// found plants one and asks verify.
func (d *defects) found(t *testing.T, j Job, one defect, args []string) {
	if one.unless != "" {
		t.Log(one.unless)
		d.rows = append(d.rows, fmt.Sprintf("%-36s %-10s %s\n", one.name, "-", one.unless))
		return
	}
	m := newMutant(t, d.c, j, filepath.Join(d.layers, strings.ReplaceAll(j.App.Name+" "+one.name, " ", "-")))
	if one.spoil != nil {
		one.spoil(t, m)
	}
	m.write(t)
	ran := d.c.Run(t, []int{exitDone, exitAnswerNo, exitNotAllSeen}, append(slices.Clone(args), one.args...)...)
	var v model.Verification
	readJSON(t, filepath.Join(d.c.Workspace, j.ID, "verify.json"), &v)
	said := string(ran.Stdout) + string(ran.Stderr)
	for _, words := range one.says {
		if !strings.Contains(said, words) {
			t.Errorf("verify does not say %q", words)
		}
	}
	if ran.Code != exitAnswerNo {
		t.Errorf("exit code %d, not %d: %s", ran.Code, exitAnswerNo, v.Why)
	}
	if t.Failed() {
		t.Logf("%s\n%s", ran.Stdout, ran.Stderr)
	}
	d.rows = append(d.rows, fmt.Sprintf("%-36s %-10s %s\n", one.name, v.Verdict, term.Safe(namedAs(v))))
}

// namedAs is what the verdict says of the cause, in one line: its reason, and what else differs.
func namedAs(v model.Verification) string {
	text := v.Why
	for _, f := range v.Facts {
		if f.Verdict == model.FactDifferent && !strings.Contains(text, f.Name) {
			text += fmt.Sprintf("; %s: %s / %s (%s)", f.Name, f.Live, f.Image, f.Why)
			break
		}
	}
	const most = 260
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
