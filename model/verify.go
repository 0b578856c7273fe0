package model

import "fmt"

// Verdicts of one comparison and, but for the last, of a whole verification.
const (
	VerifyEqual         = "equal"
	VerifyDifferent     = "different"
	VerifyNotComparable = "notComparable" // too little could be compared to be sure
	VerifySameError     = "sameError"     // both answer with the same error, which shows nothing
)

// Kinds of masks.
const (
	MaskHeader = "header" // Where is its name
	MaskCookie = "cookie" // its value; Where is its name
	MaskJSON   = "json"   // Where is the path: "$.items[3].id"
	MaskHTML   = "html"   // Where is the place of an attribute or of a word of the text: "html/body/form[2]/input@value"
	MaskXML    = "xml"    // as of HTML
	MaskText   = "text"   // Where is "line 3 word 5"
	MaskOrder  = "order"  // the same parts in another order; Where is what holds them
	MaskBinary = "binary" // the whole body
	MaskTail   = "tail"   // the body beyond what was read
	MaskOther  = "other"  // Where says what: "status", "certificate"
)

// Verification is verify.json: the image against the live application.
type Verification struct {
	ApplicationID string `json:"applicationId"`
	ImageDigest   string `json:"imageDigest"`
	Runtime       string `json:"runtime"`  // "docker"
	Verdict       string `json:"verdict"`  // "equal", "different", "notComparable"
	Verified      bool   `json:"verified"` // the verdict is "equal"
	// Why says what stands against Verified, in a sentence; "" when it is.
	Why string `json:"why,omitempty"`
	// Missing says, in sentences, what has to be asked or seen to be sure.
	Missing []string `json:"missing,omitempty"`
	// Notes say, in sentences, what the verdict does not cover.
	Notes        []string     `json:"notes,omitempty"`
	ReadySeconds float64      `json:"readySeconds"`        // start until the port accepted
	PeakBytes    int64        `json:"peakBytes,omitempty"` // memory of the twin: what its cgroup was charged, or the main process's VmHWM if that is more
	IdleBytes    int64        `json:"idleBytes,omitempty"` // after the comparison, without files that the kernel could drop at once
	Comparisons  []Comparison `json:"comparisons"`
	Facts        []Fact       `json:"facts"` // of the main process, in both
	// StartProblems are what the image's log says went wrong and the live application's does not.
	StartProblems []StartProblem `json:"startProblems,omitempty"`
	// MissingFiles are paths that the image looked for in vain and that this machine has, sorted; only the sandbox sees them. None alone is a difference.
	MissingFiles []MissingFile `json:"missingFiles,omitempty"`
	// Repairs are the rounds of a2c verify --repair before this verdict.
	Repairs      []Repair `json:"repairs,omitempty"`
	Reached      []string `json:"reached"`       // what the twin tried to reach: "tcp/10.0.0.5:5432", "dns/db.internal"
	ReadOnlyRoot bool     `json:"readOnlyRoot"`  // it ran with a read-only root
	Log          []string `json:"log,omitempty"` // last lines of the twin, escaped and redacted
	// Hardening is the strictest set of restrictions that was found under which everything is the same; nil: it is not the same.
	Hardening *Hardening `json:"hardening,omitempty"`
	Stop      *Stop      `json:"stop,omitempty"`   // how it ended when it was asked to; nil: it was not asked
	Sizing    *Sizing    `json:"sizing,omitempty"` // with --size auto
	Live      *LiveLoad  `json:"live,omitempty"`   // what the comparison cost the live application; nil: it was not asked
	Skips     []Skip     `json:"skips,omitempty"`
	Inputs    Inputs     `json:"inputs"`
}

// Comparison is one request to both, or another thing that was compared.
type Comparison struct {
	Port    int    `json:"port"`
	Method  string `json:"method"` // "GET"; "LISTEN" for a port that was only looked at, with an empty path
	Path    string `json:"path"`
	Host    string `json:"host,omitempty"` // virtual host
	From    string `json:"from,omitempty"` // what names the request: "start page", "access log x.log, 12 times"
	Live    Answer `json:"live"`
	Twin    Answer `json:"twin"`
	Verdict string `json:"verdict"` // "equal", "different", "notComparable", "sameError"
	// Same is set when nothing that was compared differs, whether or not that shows something.
	Same        bool         `json:"same"`
	Differences []Difference `json:"differences"`
	// Proof is set when equality here shows something: an answer with a body, a redirect, a protocol's own handshake. ProofWhy says why it does not: "both
	// answering 404 proves nothing".
	Proof    bool   `json:"proof"`
	ProofWhy string `json:"proofWhy,omitempty"`
	// Masks are the parts left out of the comparison since the live application itself answers them differently twice.
	Masks []Mask `json:"masks,omitempty"`
}

// Answer is what came back; Error is set instead when nothing did.
type Answer struct {
	Status      int    `json:"status,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	Bytes       int64  `json:"bytes"`
	PackedBytes int64  `json:"packedBytes,omitempty"` // of the body as it came when it was asked for with Accept-Encoding: gzip, if it was compressed
	SHA256      string `json:"sha256,omitempty"`
	// Said is what a server that speaks another protocol than HTTP said of itself before a login.
	Said  []string `json:"said,omitempty"`
	Error string   `json:"error,omitempty"`
}

// Mask is a part that was not compared, without its value.
type Mask struct {
	Kind  string `json:"kind"` // "header", "cookie", "json", "html", "xml", "text", "order", "binary", "tail", "other"
	Where string `json:"where"`
	Bytes int64  `json:"bytes"` // of the live value
	// Given is set for one that another verification found (--masks).
	Given bool `json:"given,omitempty"`
	// Start is set for one in which the image's own answers differ from start to start.
	Start bool `json:"start,omitempty"`
}

// String is one line: `json $.items[3].id (36 bytes)`.
func (m Mask) String() string {
	from := ""
	if m.Given {
		from = ", as given"
	}
	if m.Start {
		from += ", differs at each start"
	}
	return fmt.Sprintf("%s %s (%d bytes%s)", m.Kind, m.Where, m.Bytes, from)
}

// Difference is one thing that differs, escaped and redacted.
type Difference struct {
	What     string `json:"what"` // "status", "header Content-Type", "body at $.items[3].id"
	Live     string `json:"live,omitempty"`
	Image    string `json:"image,omitempty"`
	Evidence string `json:"evidence,omitempty"` // a unified diff, live first
}

// String is the difference as text of one line, or of several where it has evidence: "status: 200 / 404".
func (d Difference) String() string {
	s := d.What
	if d.Live != "" || d.Image != "" {
		s += ": " + d.Live + " / " + d.Image
	}
	if d.Evidence != "" {
		s += "\n" + d.Evidence
	}
	return s
}

// LiveLoad is what a comparison cost the live application. Times are medians, in milliseconds, from the request until the answer was read; 0: not measured.
type LiveLoad struct {
	Requests       int     `json:"requests"` // that were sent to it
	BeforeMillis   float64 `json:"beforeMillis"`
	StartingMillis float64 `json:"startingMillis"` // while the image started
	AskedMillis    float64 `json:"askedMillis"`    // of the same requests as before, while the image ran
	// Stopped says why it was not asked any further: "the live application answered 503 to GET /health"; "" when it was.
	Stopped string `json:"stopped,omitempty"`
}
