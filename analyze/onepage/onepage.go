// Package onepage says on one page, for people, what an analysis found: what the application is, listens on, talks to, keeps, needs and hides, what could
// not be seen, and what is left to decide.
package onepage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// Section is one part of the page. Each line stands for itself; More counts those that did not fit, See says which command lists them.
type Section struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
	More  int      `json:"more,omitempty"`
	See   string   `json:"see,omitempty"` // arguments of a2c, without the application's ID: "files --doubtful"
}

// most is how many lines a section has, so that the page stays one.
const most = 8

// Of lists the sections, in the order in which somebody reads who knows the application. All have at least one line. Text of the host is as it stands in the
// analysis: whoever prints it escapes it.
func Of(a model.Analysis) []Section {
	i := a.AnalysisInfo
	return []Section{
		section("is", "", is(i)),
		section("listens on", "", listens(i)),
		section("talks to", "graph", talks(i)),
		section("keeps", "", keeps(i)),
		section("needs secret", "secrets list", secrets(i.Secrets)),
		section("needs", "size", needs(i.Usage)),
		section("could not be seen", "analyze -v", unseen(i)),
		section("to decide", "files --doubtful", decide(i)),
	}
}

func section(title, see string, lines []string) Section {
	s := Section{Title: title, Lines: lines}
	if len(lines) == 0 {
		s.Lines = []string{"nothing"}
	}
	if len(lines) > most {
		s.Lines, s.More, s.See = lines[:most], len(lines)-most, see
	}
	return s
}

func is(i model.AnalysisInfo) []string {
	app := i.App
	lines := []string{
		fmt.Sprintf("%s, %s on %s", cmp.Or(app.Name, i.AppID), named(app.Platform.Name, app.Platform.Version, app.ApplicationType), named(app.Runtime.Name, app.Runtime.Version, app.Runtime.Kind)),
		fmt.Sprintf("process %d of %s%s", i.ProcessID, cmp.Or(app.User.Name, fmt.Sprintf("user %d", app.User.UID)), started(app.Start)),
	}
	for _, w := range app.WebApps {
		lines = append(lines, fmt.Sprintf("serves %s from %s", cmp.Or(w.Context, w.Name), w.Path))
	}
	return append(lines, fmt.Sprintf("%d files, %s, belong to it; %d that were come across do not", i.Files.In, term.Size(i.Files.InBytes), i.Files.Out))
}

func named(name, version, otherwise string) string {
	return cmp.Or(strings.TrimSpace(name+" "+version), otherwise)
}

func started(s model.Start) string {
	switch s.Mechanism {
	case "":
		return ""
	case "systemd", "systemd-user":
		return ", started by the unit " + s.Name
	}
	return strings.TrimRight(", started by "+s.Mechanism+" "+s.Name, " ")
}

func listens(i model.AnalysisInfo) []string {
	var lines []string
	for _, l := range i.App.Listeners {
		line := fmt.Sprintf("%s %s", address(l.Address, l.Port), cmp.Or(l.Purpose, l.Protocol+", purpose not known"))
		switch {
		case l.Ephemeral:
			line += ", a port that the kernel chose: another one at the next start"
		case l.Loopback():
			line += ", reached from this machine only"
		}
		lines = append(lines, line+behind(i.App.Proxies, l.Port))
	}
	for _, u := range i.App.UnixListeners {
		lines = append(lines, "unix socket "+u.Path.String())
	}
	return lines
}

// behind names the proxy that hands requests on to a port.
func behind(proxies []model.Proxy, port int) string {
	at := slices.IndexFunc(proxies, func(p model.Proxy) bool { return p.Port == port })
	if at < 0 {
		return ""
	}
	return fmt.Sprintf(", behind %s %s", proxies[at].Product, strings.Join(proxies[at].Listen, " "))
}

func address(host string, port int) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return fmt.Sprintf("%s:%d", host, port)
}

func talks(i model.AnalysisInfo) []string {
	var lines []string
	for _, d := range i.Dependencies {
		line := fmt.Sprintf("%s (%s)", d.Name, d.Kind)
		switch {
		case d.Internal:
			line += ", inside of the application"
		case d.Alive:
			line += ", connected"
		default:
			line += ", configured, no connection seen"
		}
		if d.AppID != "" {
			line += ", which is " + d.AppID + " on this machine"
		} else if d.Process != "" {
			line += ", which is " + d.Process + " on this machine"
		}
		if len(d.Configured) > 0 {
			line += "; " + string(d.Configured[0].Source)
		}
		lines = append(lines, line)
	}
	for _, s := range i.AWSServices {
		lines = append(lines, s.Title+" of AWS")
	}
	return lines
}

func keeps(i model.AnalysisInfo) []string {
	var lines []string
	for _, s := range i.State {
		line := fmt.Sprintf("%s: %s, %s in %s", s.Path, strings.Join(append([]string{s.Kind}, s.Engines...), " "), term.Size(s.Bytes), term.Count(s.Files, "file"))
		if s.GrowthPerHour != 0 {
			line += fmt.Sprintf(", %+.1f MB an hour", float64(s.GrowthPerHour)/1e6)
		}
		lines = append(lines, line+advised(s))
	}
	if len(i.Logs) > 0 {
		var size int64
		for _, l := range i.Logs {
			size += l.Bytes
		}
		lines = append(lines, fmt.Sprintf("%s, %s, which stay behind", term.Count(len(i.Logs), "log file"), term.Size(size)))
	}
	return lines
}

// advised is where state should live.
func advised(s model.StateDir) string {
	if s.Advice == "" {
		return ""
	}
	return fmt.Sprintf("; advice: %s, %s", s.Advice, s.AdviceReason)
}

// secrets joins those of one kind in one place: a line tells what, never how it reads.
func secrets(list []model.Secret) []string {
	var lines []string
	seen := map[string]bool{}
	for _, s := range list {
		where := s.Place.Kind
		switch s.Place.Kind {
		case "env":
			where = "environment"
		case "argv":
			where = "arguments"
		case "file":
			where = s.Place.Path.String()
		}
		line := fmt.Sprintf("%s (%s) in %s", s.Name, s.Kind, where)
		if s.Comment {
			line += ", in a comment"
		}
		if !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	return lines
}

func needs(u model.Usage) []string {
	var lines []string
	if n := u.Need; n != nil {
		cpu, memory := n.Units()
		fits := "more than Fargate has"
		if c, m, ok := model.FitFargate(cpu, memory); ok {
			fits = fmt.Sprintf("on Fargate %g vCPU and %d MiB", float64(c)/1024, m)
		}
		lines = append(lines, fmt.Sprintf("%s: %d CPU units and %d MiB with headroom; how sure: %s", fits, cpu, memory, n.Confidence))
		for _, why := range n.Why {
			lines = append(lines, "  "+why)
		}
	}
	lines = append(lines, fmt.Sprintf("memory: %s resident now, %s at most since it was started", term.Size(u.RSSBytes), term.Size(max(u.PeakRSSBytes, u.RSSBytes))))
	if u.UptimeSeconds > 0 {
		lines = append(lines, fmt.Sprintf("CPU: %.2f cores on average since it was started %s ago%s", u.Cores, ago(u.UptimeSeconds), sampled(u.Sampling)))
	}
	if u.MaxHeapBytes > 0 {
		lines = append(lines, fmt.Sprintf("heap of at most %s", term.Size(u.MaxHeapBytes)))
	}
	return append(lines, fmt.Sprintf("%s, %s", term.Count(u.Threads, "thread"), term.Count(u.OpenFiles, "open file")))
}

// sampled sums up --sample.
func sampled(s *model.Sampling) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("; %.2f in the busiest hundredth of %.0f s that it was sampled for", s.Cores.P99, s.Seconds)
}

func unseen(i model.AnalysisInfo) []string {
	var lines []string
	for _, s := range i.Skips {
		if !s.Incomplete {
			continue
		}
		line := s.What
		if s.Path != "" {
			line += " " + s.Path.String()
		}
		line += ": " + s.Reason
		if s.Remedy != "" {
			line += "; " + s.Remedy
		}
		lines = append(lines, line)
	}
	for _, u := range i.Kernel.Unseen {
		lines = append(lines, fmt.Sprintf("%s: %s; %s", u.Field, u.Why, u.Needs))
	}
	return lines
}

// decide lists what a2c cannot decide for the user.
func decide(i model.AnalysisInfo) []string {
	var lines []string
	if i.App.Untried != "" {
		lines = append(lines, i.App.Untried+": compare what is said of it")
	}
	for _, d := range i.Dependencies {
		if !d.Internal && slices.ContainsFunc(append(slices.Clone(d.Addresses), d.Host), loopback) {
			lines = append(lines, d.Name+" runs on this machine: where does the task reach it?")
		}
	}
	for _, s := range i.State {
		switch {
		case s.SingleFile:
			lines = append(lines, fmt.Sprintf("%s is a file beside the program, which no volume can hold: have it moved to a folder, or is it lost with each task?", s.Path))
		case s.Kind != "lock" && s.Advice == "": // else the advice stands beside it
			lines = append(lines, fmt.Sprintf("%s: is it needed when the task starts anew, and by all copies of it?", s.Path))
		}
	}
	for _, r := range i.Replicas.Reasons {
		if r.Answer != model.ReplicasYes {
			lines = append(lines, fmt.Sprintf("two copies at once: %s: %s", r.Answer, r.What))
		}
	}
	for _, j := range i.Jobs {
		lines = append(lines, fmt.Sprintf("%s, %s, starts %s: what does that in a container?", j.File, j.When, j.Command))
	}
	if n := inFiles(i.Secrets); n > 0 {
		lines = append(lines, fmt.Sprintf("%s in files of the image: move them to variables, or leave the files out", term.Count(n, "secret")))
	}
	for _, d := range i.Doubts {
		lines = append(lines, fmt.Sprintf("%s (%s) is %s by default: %s", d.Path, term.Size(d.Bytes), d.Decision, d.Why))
	}
	return lines
}

func loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

func inFiles(list []model.Secret) int {
	n := 0
	for _, s := range list {
		if s.Place.Kind == "file" && !s.Comment {
			n++
		}
	}
	return n
}
