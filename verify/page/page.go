// Package page shows a verification to people, on one page of HTML that needs nothing else: no script, no style sheet, no network.
package page

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"strings"

	"a2c/internal/term"
	"a2c/model"
	"a2c/templates"
	"a2c/verify/compare"
)

// view is what the template shows.
type view struct {
	Title       string
	Verdict     verdict
	Sum, Why    string
	Missing     []string
	Facts       []fact
	Comparisons []comparison
	Differ      bool
	Process     []processFact
	Start       []model.StartProblem
	NotCompared []string
	Never       string
	Masks       []mask
	Lookups     []lookup
	Repairs     []repair
	Reached     []string
	Log         []string
}

// lookup is a file that the image looked for in vain.
type lookup struct {
	Path, Call, Program, Why string
	Count                    int
	Belongs                  bool
}

// repair is one round of it.
type repair struct {
	Round          int
	Added, Refused []string
	Image          string
	Verdict        verdict
}

type verdict struct{ Class, Text string }

type fact struct{ Name, Value string }

type comparison struct {
	Port                    int
	Asked, Live, Image, Why string
	Verdict                 verdict
	Differences             []difference
}

// processFact is a property of the main process, in both.
type processFact struct {
	model.Fact
	Word verdict
}

type mask struct {
	Port  int
	Asked string
	model.Mask
}

// Write writes the page of a verification of an image. All text is as verify.json has it, redacted, and escaped for HTML in the template.
func Write(w io.Writer, v model.Verification, i model.Image) error {
	text, err := templates.Render("verify/verify.html.tmpl", see(v, i), templates.Funcs{"html": html.EscapeString})
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func see(v model.Verification, i model.Image) view {
	x := view{
		Title: v.ApplicationID, Verdict: word(v.Verdict), Why: v.Why, Missing: v.Missing, Facts: facts(v, i), Never: strings.Join(compare.Never(), ", "),
		Reached: v.Reached, Log: v.Log, Start: v.StartProblems,
	}
	if len(x.Missing) == 1 && x.Missing[0] == x.Why {
		x.Missing = nil
	}
	count := map[string]int{}
	for _, c := range v.Comparisons {
		count[c.Verdict]++
		asked := strings.TrimSpace(c.Method + " " + model.Path(c.Path).String())
		one := comparison{Port: c.Port, Asked: asked, Live: said(c.Live), Image: said(c.Twin), Why: c.ProofWhy, Verdict: word(c.Verdict)}
		for _, d := range c.Differences {
			one.Differences, x.Differ = append(one.Differences, sides(d)), true
		}
		x.Comparisons = append(x.Comparisons, one)
		for _, m := range c.Masks {
			x.Masks = append(x.Masks, mask{c.Port, asked, m})
		}
	}
	x.Sum = fmt.Sprintf("%s: %d equal, %d different, %d with the same error, %d not comparable.", term.Count(len(v.Comparisons), "comparison"),
		count[model.VerifyEqual], count[model.VerifyDifferent], count[model.VerifySameError], count[model.VerifyNotComparable])
	for _, f := range v.Facts {
		x.Process = append(x.Process, processFact{f, word(f.Verdict)})
	}
	for _, m := range v.MissingFiles {
		x.Lookups = append(x.Lookups, lookup{m.Path.String(), m.Call, m.Program.String(), m.Why, m.Count, m.Belongs})
	}
	for i, r := range v.Repairs {
		one := repair{Round: i + 1, Refused: r.Refused, Image: r.ImageDigest, Verdict: word(r.Verdict)}
		for _, p := range r.Added {
			one.Added = append(one.Added, p.String())
		}
		x.Repairs = append(x.Repairs, one)
	}
	x.NotCompared = append(notCompared(v.Skips), v.Notes...)
	return x
}

// word is a verdict for people.
func word(s string) verdict {
	text := map[string]string{model.VerifyNotComparable: "not comparable", model.VerifySameError: "same error"}[s]
	return verdict{s, cmp.Or(text, s)}
}

func facts(v model.Verification, i model.Image) []fact {
	list := []fact{{"image", v.ImageDigest}}
	if i.Size > 0 {
		list = append(list, fact{"to pull", fmt.Sprintf("%s in %s; %s unpacked", term.Size(i.Size), term.Count(len(i.Layers), "layer"), term.Size(i.Uncompressed))})
	}
	root := "writable"
	if v.ReadOnlyRoot {
		root = "read-only"
	}
	list = append(list, fact{"run by", v.Runtime + ", with a " + root + " root"})
	if v.ReadySeconds > 0 {
		list = append(list, fact{"ready after", fmt.Sprintf("%.1f s", v.ReadySeconds)})
	}
	if v.PeakBytes > 0 {
		list = append(list, fact{"memory at its peak", term.Size(v.PeakBytes)})
	}
	if l := v.Live; l != nil && l.BeforeMillis > 0 {
		list = append(list, fact{"the live application answered in", fmt.Sprintf("%.1f ms before, %.1f ms while the image started, %.1f ms while it was asked", l.BeforeMillis, l.StartingMillis, l.AskedMillis)})
	}
	return append(list, trials(v)...)
}

func said(a model.Answer) string {
	switch {
	case a.Error != "":
		return a.Error
	case len(a.Said) > 0:
		return strings.Join(a.Said, "; ")
	case a.Status == 0:
		return "accepted"
	}
	text := fmt.Sprintf("%d %s %s", a.Status, a.ContentType, term.Size(a.Bytes))
	if a.PackedBytes > 0 {
		text += fmt.Sprintf(", %s compressed", term.Size(a.PackedBytes))
	}
	return text
}

func notCompared(skips []model.Skip) []string {
	var list []string
	for _, s := range skips {
		line := s.What
		if s.Path != "" {
			line += " " + s.Path.String()
		}
		list = append(list, line+": "+s.Reason)
	}
	return list
}
