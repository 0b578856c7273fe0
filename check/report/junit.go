package report

import (
	"encoding/xml"
	"strings"

	"a2c/model"
)

// JUnit writes a suite for each verdict and a case for each finding: what blocks or breaks is a failure, what cannot be told is skipped, the rest passes with what
// was said. A verdict without findings has one case that passes.
// https://github.com/testmoapp/junitxml
func JUnit(verdicts []model.Verdict) ([]byte, error) {
	root := junitSuites{Name: "a2c check"}
	for _, v := range verdicts {
		s := junitSuite{Name: v.Subject + " on " + v.Target}
		for _, f := range v.Findings {
			s.add(f)
		}
		if len(v.Findings) == 0 {
			s.Cases = append(s.Cases, junitCase{Class: s.Name, Name: "all rules"})
		}
		s.Tests = len(s.Cases)
		root.Suites = append(root.Suites, s)
		root.Tests, root.Failures, root.Skipped = root.Tests+s.Tests, root.Failures+s.Failures, root.Skipped+s.Skipped
	}
	data, err := xml.MarshalIndent(root, "", "  ")
	return append([]byte(xml.Header), append(data, '\n')...), err
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	File    string     `xml:"file,attr,omitempty"`
	Line    int        `xml:"line,attr,omitempty"`
	Failure *junitText `xml:"failure"`
	Skipped *junitText `xml:"skipped"`
	Out     string     `xml:"system-out,omitempty"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (s *junitSuite) add(f model.Finding) {
	c := junitCase{Class: s.Name, Name: f.Rule}
	if len(f.Places) > 0 {
		c.Name += " " + f.Places[0].Pointer
		c.File, c.Line = f.Places[0].File, f.Places[0].Line
	}
	text := detail(f)
	switch {
	case f.Ignored != nil:
		c.Skipped = &junitText{Message: "ignored: " + Accepted(f)}
		s.Skipped++
	case f.Severity == model.Blocker || f.Severity == model.Breaks:
		c.Failure = &junitText{Message: f.Message, Type: string(f.Severity), Text: text}
		s.Failures++
	case f.Severity == model.CannotTell:
		c.Skipped = &junitText{Message: "cannot tell: " + f.Message + "; needed: " + f.Needs}
		s.Skipped++
	default:
		c.Out = string(f.Severity) + ": " + f.Message + "\n" + text
	}
	s.Cases = append(s.Cases, c)
}

func detail(f model.Finding) string {
	var at []string
	for _, source := range f.At {
		at = append(at, string(source))
	}
	return "seen: " + strings.Join(at, ", ") + "\ndo: " + f.Remedy + "\nsee: " + f.Source + "\n"
}
