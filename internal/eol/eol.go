// Package eol says whether a system, a runtime or a server still gets updates, from a dated table.
package eol

import (
	"bytes"
	_ "embed" // the table
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"a2c/model"
)

//go:embed eol.json
var embedded []byte

// Kind of a product.
type Kind string

// Kinds, with what of an analysis is compared: ID or name of os-release(5), the runtime's name, the platform's name.
const (
	System   Kind = "os"
	Runtime  Kind = "runtime"
	Platform Kind = "platform"
)

// Table says until when release lines get updates.
type Table struct {
	Taken    string    `json:"taken"`   // the day on which somebody looked, "2026-08-22"
	From     string    `json:"from"`    // where, for people
	Missing  []string  `json:"missing"` // products that could not be looked up
	Products []Product `json:"products"`
}

// Product has release lines.
type Product struct {
	Name   string   `json:"name"`
	Kind   Kind     `json:"kind"`
	Match  []string `json:"match"`  // of a system its ID; of the others what their names begin with or hold; the first product that fits counts
	Source string   `json:"source"` // the page that says so
	Note   string   `json:"note,omitempty"`
	// OfSystem says that the distribution keeps it: it ends with the system.
	OfSystem bool `json:"ofSystem,omitempty"`
	// Ends gives each release line its last day with updates; "" when none was named. Extended are later ones, by contract.
	Ends     map[string]string `json:"ends"`
	Extended map[string]string `json:"extended,omitempty"`
}

// Read reads a table; of nothing the one that a2c brings.
func Read(data []byte) (Table, error) {
	if len(data) == 0 {
		data = embedded
	}
	var t Table
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return t, fmt.Errorf("table of ends of life: %w", err)
	}
	if _, err := time.Parse(time.DateOnly, t.Taken); err != nil {
		return t, fmt.Errorf("table of ends of life: taken: %w", err)
	}
	for i, p := range t.Products {
		if p.Name == "" || len(p.Match) == 0 || p.Kind != System && p.Kind != Runtime && p.Kind != Platform {
			return t, fmt.Errorf("table of ends of life: products[%d] needs a name, match, and kind os, runtime or platform", i)
		}
		for _, ends := range []map[string]string{p.Ends, p.Extended} {
			for line, day := range ends {
				if _, err := time.Parse(time.DateOnly, day); err != nil && day != "" {
					return t, fmt.Errorf("table of ends of life: products[%d], line %s: %w", i, line, err)
				}
			}
		}
	}
	return t, nil
}

// Part is something that an application stands on.
type Part struct {
	Kind          Kind
	Name, Version string
	Title         string // for people
	At            []model.Source
}

// Parts are those of an analysis that have a name: the system, the runtime, the server or framework.
func Parts(i model.AnalysisInfo) []Part {
	var parts []Part
	if id := i.OSData["ID"]; id != "" {
		if strings.Contains(i.OSData["NAME"], "Stream") { // CentOS has one ID for two products
			id += " stream"
		}
		title := i.OSData["PRETTY_NAME"]
		if title == "" {
			title = id + " " + i.OSData["VERSION_ID"]
		}
		parts = append(parts, Part{System, id, i.OSData["VERSION_ID"], title, i.Evidence["osData"]})
	}
	add := func(k Kind, name, version string, e model.Evidence) {
		if name != "" {
			parts = append(parts, Part{k, name, version, strings.TrimSpace(name + " " + version), slices.Concat(e["name"], e["version"])})
		}
	}
	r, p := i.App.Runtime, i.App.Platform
	add(Runtime, r.Name, r.Version, r.Evidence)
	if p.Name != "ASP.NET Core" { // which is as old as the .NET that it is part of
		add(Platform, p.Name, p.Version, p.Evidence)
	}
	return parts
}

// State of a part.
type State string

// States.
const (
	Ended     State = "ended"
	Ending    State = "ending" // within the days of soon
	Supported State = "supported"
	Unknown   State = "unknown" // not in the table
)

const soon = 180 * 24 * time.Hour

// Statement is what the table says of a part.
type Statement struct {
	Part
	State   State
	Message string
}

// Look says of each part what the table holds on a day. What a distribution keeps itself is told by the system alone.
func (t Table) Look(parts []Part, today time.Time) []Statement {
	var out []Statement
	for _, p := range parts {
		s := Statement{p, Unknown, fmt.Sprintf("%s: whether it still gets updates is not known, the table of %s does not have it", model.Path(p.Title), t.Taken)}
		if product, line, ok := t.find(p); ok {
			if product.OfSystem {
				continue
			}
			s.State, s.Message = product.judge(p, line, today, t.Taken)
		}
		out = append(out, s)
	}
	return out
}

// judge compares days; the last one with updates belongs to the time before.
func (p Product) judge(of Part, line string, today time.Time, taken string) (State, string) {
	end, err := time.Parse(time.DateOnly, p.Ends[line])
	if err != nil { // "": none was named
		return Supported, ""
	}
	var state State
	var text string
	switch {
	case !today.Before(end.AddDate(0, 0, 1)):
		state, text = Ended, fmt.Sprintf("%s gets no updates since %s", model.Path(of.Title), p.Ends[line])
	case end.Sub(today) < soon:
		state, text = Ending, fmt.Sprintf("%s gets updates until %s only", model.Path(of.Title), p.Ends[line])
	default:
		return Supported, ""
	}
	text += fmt.Sprintf(" (%s %s", p.Name, line)
	if p.Note != "" {
		text += ", " + p.Note
	}
	if later := p.Extended[line]; later != "" {
		text += ", by contract until " + later
	}
	return state, text + fmt.Sprintf("; table of %s, %s)", taken, p.Source)
}

// find gives the product of a part and the longest of its release lines that the version begins with.
func (t Table) find(part Part) (Product, string, bool) {
	for _, p := range t.Products {
		if p.Kind != part.Kind || !p.fits(part.Name) {
			continue
		}
		if p.OfSystem {
			return p, "", true
		}
		for _, version := range []string{part.Version, strings.TrimPrefix(part.Version, "1.")} { // Java 8 calls itself 1.8
			for line := version; line != ""; line = shorter(line) {
				if _, there := p.Ends[line]; there {
					return p, line, true
				}
			}
		}
		return Product{}, "", false
	}
	return Product{}, "", false
}

func (p Product) fits(name string) bool {
	for _, m := range p.Match {
		if name == m || p.Kind != System && strings.Contains(name, m) {
			return true
		}
	}
	return false
}

// shorter leaves out the last part of a version: "17.0.15+6", "17.0.15", "17.0", "17".
func shorter(version string) string {
	return version[:max(0, strings.LastIndexAny(version, ".-_+ "))]
}
