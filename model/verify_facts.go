package model

// Fact is one property of the application's main process, compared between the live one and the image's.
type Fact struct {
	Name  string `json:"name"`  // "umask", "variable LANG", "library libfreetype.so.6", "listener tcp/8080"
	Live  string `json:"live"`  // escaped, without secrets; "": there is none
	Image string `json:"image"` // as Live
	// Verdict is FactEqual, FactDifferent (which stands against the image), FactExplained (it differs for a reason that is known and meant) or FactUnknown.
	Verdict string `json:"verdict"`
	// Why says what the difference comes from, or why it is no fault, or why nothing is known.
	Why string `json:"why,omitempty"`
}

// Verdicts of a Fact.
const (
	FactEqual     = "equal"
	FactDifferent = "different"
	FactExplained = "explained"
	FactUnknown   = "unknown"
)

// StartProblem is a line of the image's log, escaped and redacted, whose like the live application's log does not have.
type StartProblem struct {
	Level string `json:"level"` // "error", which stands against the image unless Why explains it; "warning"
	Text  string `json:"text"`
	Count int    `json:"count"`         // how often it, or its like, was written
	Why   string `json:"why,omitempty"` // why it does not stand against the image
}
