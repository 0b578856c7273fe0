package model

import "fmt"

// Severity of a finding, in aws-rules' words.
type Severity string

// Severities from worst to least.
const (
	Blocker    Severity = "blocker" // the API refuses the document, or the target cannot do it
	Breaks     Severity = "breaks"  // deploys, then fails
	Warning    Severity = "warning"
	Info       Severity = "info"
	CannotTell Severity = "cannot-tell" // the evidence does not decide; Needs says what would
)

// Finding is one statement of a rule about one subject.
type Finding struct {
	Rule     string     `json:"rule"` // "fargate.privileged-unsupported"
	Title    string     `json:"title"`
	Severity Severity   `json:"severity"`
	Target   string     `json:"target"`           // "ecs-fargate"
	Subject  string     `json:"subject"`          // application ID or document
	Message  string     `json:"message"`          // this case, in one sentence
	At       []Source   `json:"at"`               // the evidence
	Places   []DocPlace `json:"places,omitempty"` // the evidence in documents
	Remedy   string     `json:"remedy"`
	Needs    string     `json:"needs,omitempty"`   // with CannotTell
	Ignored  *Ignored   `json:"ignored,omitempty"` // somebody decided to live with it: it does not count
	Source   string     `json:"source"`            // the document that states the rule
}

// DocPlace is where something stands in a document.
type DocPlace struct {
	File    string `json:"file"`    // as it was named; "-" for standard input
	Pointer string `json:"pointer"` // RFC 6901, below the document of the file's that holds it; "" for the document itself
	Line    int    `json:"line"`    // from 1
	Column  int    `json:"column"`  // in characters, from 1
}

func (p DocPlace) String() string {
	s := fmt.Sprintf("%s:%d:%d", Path(p.File), p.Line, p.Column)
	if p.Pointer != "" {
		s += " " + Path(p.Pointer).String()
	}
	return s
}

// Ignored says why a finding does not count.
type Ignored struct {
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty"` // the last day on which it does not count, "2026-12-31"
}

// Verdict is check's answer for one subject and target.
type Verdict struct {
	Subject  string    `json:"subject"`
	Target   string    `json:"target"`
	Answer   string    `json:"answer"` // "yes", "yes, with changes" (breaks or warnings), "no" (a blocker), "cannot tell"
	Rules    int       `json:"rules"`  // how many rules ran
	Findings []Finding `json:"findings"`
}
