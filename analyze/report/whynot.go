package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"a2c/model"
)

// WhyNot says what stands between a path and the image: what was decided on it or on the nearest folder above it, what each source of knowledge
// looked at without coming to it, and how to have it all the same.
type WhyNot struct {
	Path     model.Path  `json:"path"`
	Known    bool        `json:"known"`             // analyze came across the path
	Decision string      `json:"decision"`          // on the path, "" when it is not known
	Reasons  []string    `json:"reasons,omitempty"` // of that decision
	Nearest  *model.File `json:"nearest,omitempty"` // the nearest path above it that is known
	// Against is what would stand against its name if it were come across; "" for nothing.
	Against string  `json:"against,omitempty"`
	Sources []Asked `json:"sources"`
	Remedy  string  `json:"remedy,omitempty"`
}

// Asked is a source of knowledge that did not lead to the path.
type Asked struct {
	Source string `json:"source"` // as reasons begin: "layout", "config", "open", …
	Files  int    `json:"files"`  // paths that it led to
	Looked string `json:"looked"` // what it goes by, and with what
}

// NewWhyNot reads a list once. against is what the rules on names say; the error is the list's.
func NewWhyNot(a model.AnalysisInfo, files iter.Seq2[model.File, error], target model.Path, against string) (WhyNot, error) {
	w := WhyNot{Path: target, Against: against}
	found := map[string]int{}
	for f, err := range files {
		if err != nil {
			return w, err
		}
		if f.Path == target {
			w.Known, w.Decision, w.Reasons = true, f.Decision, f.Reasons
		}
		if above(f.Path, target) {
			w.Nearest = &f // they ascend: the last one is the nearest
		}
		if f.Decision == model.In {
			countSources(found, f.Reasons)
		}
	}
	for _, s := range sources(a, target) {
		s.Files = found[s.Source]
		w.Sources = append(w.Sources, s)
	}
	w.Sources = slices.DeleteFunc(w.Sources, func(s Asked) bool { return led(w.Reasons, s.Source) })
	w.Remedy = w.remedy()
	return w, nil
}

func above(p, target model.Path) bool {
	return p != target && strings.HasPrefix(string(target), strings.TrimSuffix(string(p), "/")+"/")
}

// countSources counts a file once for each source that names it.
func countSources(found map[string]int, reasons []string) {
	seen := map[string]bool{}
	for _, r := range reasons {
		word, _, _ := strings.Cut(r, ":")
		if !seen[word] {
			seen[word] = true
			found[word]++
		}
	}
}

func led(reasons []string, source string) bool {
	return slices.ContainsFunc(reasons, func(r string) bool { return strings.HasPrefix(r, source+":") })
}

// sources are those that analyze asks, with what each goes by for this application.
func sources(a model.AnalysisInfo, target model.Path) []Asked {
	watched := "nobody watched: a2c analyze --observe 60s adds what is only opened while the application is used"
	if o := a.Observation; o != nil {
		watched = fmt.Sprintf("it was not opened while the application was watched for %.0f s", o.Seconds)
	}
	return []Asked{
		{Source: "layout", Looked: folders(a, target)},
		{Source: "config", Looked: "no configuration, argument or variable that was read names it"},
		{Source: "open", Looked: fmt.Sprintf("no process of the application (%d) had it open, mapped or as its program", max(1, len(a.App.Processes)))},
		{Source: "observe", Looked: watched},
		{Source: "runtime", Looked: "it is no part of " + place(a.App.Runtime.Home, "the language runtime") + " that is taken"},
		{Source: "elf", Looked: fmt.Sprintf("no native library or program that is in (%d) needs it", len(a.Libraries))},
		{Source: "dlopen", Looked: "it is no library that one of these is known to load by name"},
		{Source: "system", Looked: "it is none of the files of the system that a program like this needs"},
	}
}

// folders says which folders the layout of the kind takes, and whether the path lies below one.
func folders(a model.AnalysisInfo, target model.Path) string {
	list := []model.Path{a.App.Base, a.App.Platform.Home, a.Cwd}
	for _, w := range a.App.WebApps {
		list = append(list, w.Path)
	}
	for _, p := range a.AdvancedAppInfo.Directories {
		list = append(list, p)
	}
	slices.Sort(list)
	list = slices.DeleteFunc(slices.Compact(list), func(p model.Path) bool { return p == "" || p == "/" })
	at := slices.IndexFunc(list, func(p model.Path) bool { return above(p, target) })
	if at >= 0 {
		return fmt.Sprintf("it lies below %s, a folder of the application: was it there when analyze looked?", list[at])
	}
	var names []string
	for _, p := range list {
		if !slices.ContainsFunc(list, func(q model.Path) bool { return above(q, p) }) {
			names = append(names, p.String())
		}
	}
	if len(names) == 0 {
		return "the application has no folder of its own"
	}
	return "it lies below none of " + strings.Join(names, ", ")
}

func place(p model.Path, otherwise string) string {
	if p == "" {
		return otherwise
	}
	return p.String()
}

// remedy is the next step.
func (w WhyNot) remedy() string {
	add := fmt.Sprintf("add %s to containerParameters.appSpecificFiles in analysis.json and analyze again", w.Path)
	switch {
	case w.Decision == model.In:
		return "add it to containerParameters.appExcludedFiles in analysis.json to leave it out, with all below it"
	case led(w.Reasons, "user"):
		return "take it off containerParameters.appExcludedFiles in analysis.json and analyze again"
	case w.Decision == model.State:
		return "it is data: a volume goes there; " + add + " to put today's data into the image"
	}
	return add + " to have it in the image"
}
