// Package report writes verdicts for other programs: SARIF for code scanning, JUnit for test reports, Markdown for pull requests.
package report

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strings"

	"a2c/check"
	"a2c/model"
)

// SARIF is a log of the Static Analysis Results Interchange Format, as far as a2c fills it.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type SARIF struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string         `json:"id"`
	ShortDescription sarifText      `json:"shortDescription"`
	FullDescription  sarifText      `json:"fullDescription"`
	Help             sarifText      `json:"help"`
	HelpURI          string         `json:"helpUri"`
	Default          sarifLevel     `json:"defaultConfiguration"`
	Properties       sarifRuleExtra `json:"properties"`
}

type sarifRuleExtra struct {
	Tags []string `json:"tags"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Kind         string             `json:"kind"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

// ToSARIF turns verdicts into one run. Rules that say nothing are listed, too: a reader sees what was looked for.
func ToSARIF(verdicts []model.Verdict, version string) SARIF {
	driver := sarifDriver{Name: "a2c", Version: version}
	index := map[string]int{}
	for i, s := range check.Summaries() {
		index[s.ID] = i
		_, level := kindLevel(model.Severity(s.Severity))
		driver.Rules = append(driver.Rules, sarifRule{
			ID: s.ID, ShortDescription: sarifText{s.Title}, FullDescription: sarifText{s.Title + "."}, Help: sarifText{s.Remedy + " See " + s.Source}, HelpURI: s.Source,
			Default: sarifLevel{level}, Properties: sarifRuleExtra{s.Targets},
		})
	}
	run := sarifRun{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	for _, v := range verdicts {
		for _, f := range v.Findings {
			run.Results = append(run.Results, result(f, index[f.Rule]))
		}
	}
	return SARIF{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

func result(f model.Finding, rule int) sarifResult {
	kind, level := kindLevel(f.Severity)
	text := f.Message + ". " + f.Remedy
	if f.Needs != "" {
		text = f.Message + ". Needed to tell: " + f.Needs
	}
	r := sarifResult{
		RuleID: f.Rule, RuleIndex: rule, Kind: kind, Level: level, Message: sarifText{text}, Locations: locations(f),
		Fingerprints: map[string]string{"a2cFinding/v1": fingerprint(f)},
	}
	if f.Ignored != nil {
		r.Suppressions = []sarifSuppression{{"external", Accepted(f)}}
	}
	return r
}

// kindLevel: what cannot be told is an open question, which has no level (section 3.27.10).
func kindLevel(s model.Severity) (kind, level string) {
	switch s {
	case model.CannotTell:
		return "open", "none"
	case model.Blocker, model.Breaks:
		return "fail", "error"
	case model.Warning:
		return "fail", "warning"
	}
	return "fail", "note"
}

// locations: a finding about an application lies in its analysis, since code scanning shows nothing without a file.
func locations(f model.Finding) []sarifLocation {
	if len(f.Places) == 0 {
		return []sarifLocation{{sarifPhysical{Artifact: sarifArtifact{uri(f.Subject + "/analysis.json")}}, []sarifLogical{{f.Subject + " on " + f.Target}}}}
	}
	var all []sarifLocation
	for _, p := range f.Places {
		all = append(all, sarifLocation{sarifPhysical{sarifArtifact{uri(p.File)}, &sarifRegion{p.Line, p.Column}}, []sarifLogical{{f.Subject + " " + p.Pointer}}})
	}
	return all
}

func uri(file string) string {
	switch {
	case file == "-":
		return "stdin"
	case strings.HasPrefix(file, "/"):
		return (&url.URL{Scheme: "file", Path: file}).String()
	}
	return (&url.URL{Path: path.Clean(file)}).EscapedPath()
}

// fingerprint is the same from run to run while lines move.
func fingerprint(f model.Finding) string {
	parts := []string{f.Rule, f.Target, f.Subject, f.Message}
	for _, p := range f.Places {
		parts = append(parts, p.File, p.Pointer)
	}
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(parts), "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Accepted says why a finding does not count, and until when; "" where it does.
func Accepted(f model.Finding) string {
	switch {
	case f.Ignored == nil:
		return ""
	case f.Ignored.Until != "":
		return f.Ignored.Reason + " (until " + f.Ignored.Until + ")"
	}
	return f.Ignored.Reason
}
