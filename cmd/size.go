package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// sized is what a2c size says of one application.
type sized struct {
	ApplicationID string      `json:"applicationId"`
	Usage         model.Usage `json:"usage"`
	Sizes         []sizeFor   `json:"sizes"`
}

// sizeFor is what a target would get.
type sizeFor struct {
	Target string  `json:"target"`
	CPU    float64 `json:"cpu"`    // vCPU
	Memory int     `json:"memory"` // MiB
	Note   string  `json:"note,omitempty"`
}

func newSize(a *app) *cobra.Command {
	var id string
	c := &cobra.Command{
		Use:   "size --application-id ID",
		Short: "Say what an application needs of CPU and memory, and how sure that is",
		Long: `size shows what the last analyze found: where the memory goes, what was sampled, what comes of it as need, and the sizes that
follow from it. generate proposes them in deployment.json, with what the image itself needs beside them.

a2c analyze --sample 60s, run while the application is used, makes the numbers worth more; several runs add up.`,
		Example: "  a2c size --application-id java-tomcat-9e8e4799\n  a2c size --application-id java-tomcat-9e8e4799 -o json",
		GroupID: "look",
		Args:    none,
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := checkID(id); err != nil {
				return err
			}
			return a.size(id)
		},
	}
	a.idFlag(c, &id)
	return c
}

func (a *app) size(id string) error {
	analysis, err := document[model.Analysis](a, id, workspace.AnalysisFile)
	if err != nil {
		return err
	}
	s := sized{id, analysis.AnalysisInfo.Usage, sizes(analysis.AnalysisInfo.Usage.Need)}
	if err := a.print(s, func(w io.Writer) error { return a.sizeTables(w, s) }); err != nil {
		return err
	}
	if s.Usage.Sampling == nil {
		a.Note("next: %s --application-id %s --sample 60s, while it is used", a.command("analyze"), id)
	}
	return nil
}

// sizes are those of the targets that a2c knows.
func sizes(n *model.Need) []sizeFor {
	if n == nil {
		return []sizeFor{}
	}
	units, memory := n.Units()
	fargate := sizeFor{Target: "ecs-fargate", Note: "the smallest pair that Fargate has"}
	if cpu, mib, ok := model.FitFargate(units, memory); ok {
		fargate.CPU, fargate.Memory = float64(cpu)/1024, mib
	} else {
		fargate.Note = "Fargate has nothing that large"
	}
	eks := sizeFor{Target: "eks-ec2", Note: "rounded up to 0.05 cores and 64 MiB"}
	eks.CPU, eks.Memory = model.RoundKubernetes(units, memory)
	return []sizeFor{fargate, eks}
}

func (a *app) sizeTables(w io.Writer, s sized) error {
	u := s.Usage
	if len(u.Memory) > 0 {
		rows := term.Rows{Head: []string{"MEMORY", "SIZE", "FROM", "BECAUSE"}}
		var sum int64
		for _, p := range u.Memory {
			rows.Add(p.Part, term.Size(p.Bytes), p.Source, p.Why)
			sum += p.Bytes
		}
		rows.Add("together", term.Size(sum), "", "seen: "+seenText(u))
		if err := a.Write(w, rows); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	if h := u.Heap; h != nil {
		fmt.Fprintf(w, "collector: %s (%s)%s\n\n", term.Safe(h.Collector), term.Safe(h.Source), heapText(*h))
	}
	if u.Sampling != nil {
		if err := a.samplingTable(w, *u.Sampling); err != nil {
			return err
		}
	}
	n := u.Need
	if n == nil {
		fmt.Fprintln(w, "this analysis is from an a2c that did not say what is needed: analyze again")
		return nil
	}
	fmt.Fprintf(w, "needs %.2f cores (%s) and %s (%s)\nconfidence %s: %s\n\n", n.Cores, term.Safe(n.CoresFrom), term.Size(n.MemoryBytes), term.Safe(n.MemoryFrom),
		term.Safe(n.Confidence), term.Safe(strings.Join(n.Why, "; ")))
	rows := term.Rows{Head: []string{"TARGET", "VCPU", "MEMORY", "BECAUSE"}}
	for _, f := range s.Sizes {
		rows.Add(f.Target, fmt.Sprintf("%g", f.CPU), fmt.Sprintf("%d MiB", f.Memory), fmt.Sprintf("× %g and × %g; %s", n.CPUFactor, n.MemoryFactor, f.Note))
	}
	return a.Write(w, rows)
}

func seenText(u model.Usage) string {
	text := "peak " + term.Size(u.PeakRSSBytes) + " resident, now " + term.Size(u.RSSBytes)
	if u.SwapBytes > 0 {
		text += " and " + term.Size(u.SwapBytes) + " swapped out"
	}
	return text
}

func heapText(h model.Heap) string {
	text := ""
	if h.MaxBytes > 0 {
		text += ", heap at most " + term.Size(h.MaxBytes)
	}
	if h.SharePercent > 0 {
		text += fmt.Sprintf(", %.3g %% of a task's memory", h.SharePercent)
	}
	if h.Collections > 0 {
		text += fmt.Sprintf(", %s taken, %s in use after the last of %d collections (%.2f s)", term.Size(h.CommittedBytes), term.Size(h.UsedBytes), h.Collections, h.PauseSeconds)
	}
	return text
}

func (a *app) samplingTable(w io.Writer, s model.Sampling) error {
	rows := term.Rows{Head: []string{"SAMPLED", "50 %", "90 %", "99 %", "MOST"}}
	cores := func(name string, c model.CoreSpread) {
		rows.Add(name, fmt.Sprintf("%.2f", c.P50), fmt.Sprintf("%.2f", c.P90), fmt.Sprintf("%.2f", c.P99), fmt.Sprintf("%.2f", c.Max))
	}
	bytes := func(name string, b model.ByteSpread) {
		rows.Add(name, term.Size(b.P50), term.Size(b.P90), term.Size(b.P99), term.Size(b.Max))
	}
	cores("cores", s.Cores)
	if s.Steady.Max > 0 {
		cores("  without compiling", s.Steady)
	}
	bytes("resident", s.RSS)
	if s.PSS.Max > 0 {
		bytes("  shared pages in parts", s.PSS)
	}
	for _, one := range []struct {
		name string
		n    int
	}{{"threads", s.Threads}, {"open files", s.OpenFiles}, {"connections to it", s.Connections}} {
		rows.Add(one.name, "", "", "", fmt.Sprint(one.n))
	}
	rows.Add("swapped out", "", "", "", term.Size(s.SwapBytes))
	if s.GroupPeakBytes > 0 {
		rows.Add("control group, with page cache", "", "", "", term.Size(s.GroupPeakBytes))
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	fmt.Fprintf(w, "in %s of together %.0f s; of each figure the highest counts\n", term.Count(len(s.Runs), "run"), s.Seconds)
	for _, r := range slices.Backward(s.Runs) {
		fmt.Fprintf(w, "  %s  %.0f s, %d samples, cores %.2f (99 %%), resident %s%s; %.2f s of CPU time for compiling, cost %.2f s\n", term.Safe(r.Started), r.Seconds, r.Samples, r.Cores.P99,
			term.Size(r.PeakRSSBytes), requestText(r.Requests), r.CompileSeconds, r.CostSeconds)
		for _, note := range r.Notes {
			fmt.Fprintf(w, "    %s\n", term.Safe(note))
		}
	}
	fmt.Fprintln(w)
	return nil
}

func requestText(r *model.RequestRate) string {
	if r == nil {
		return ""
	}
	var files []string
	for _, f := range r.Files {
		files = append(files, f.String())
	}
	return fmt.Sprintf(", %s in %s (%.1f/s)", term.Count(r.Lines, "request"), term.Safe(strings.Join(files, ", ")), r.PerSecond)
}
