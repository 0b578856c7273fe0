package model

// Verification is verify.json: the image against the live application.
type Verification struct {
	ApplicationID string `json:"applicationId"`
	ImageDigest   string `json:"imageDigest"`
	Runtime       string `json:"runtime"` // "docker"
	Verified      bool   `json:"verified"`
	// Why says what stands against Verified, in a sentence; "" when it is.
	Why string `json:"why,omitempty"`
	// Notes say, in sentences, what the verdict does not cover.
	Notes        []string     `json:"notes,omitempty"`
	ReadySeconds float64      `json:"readySeconds"`        // start until the port accepted
	PeakBytes    int64        `json:"peakBytes,omitempty"` // memory of the twin: what its cgroup was charged, or the main process's VmHWM if that is more
	Comparisons  []Comparison `json:"comparisons"`
	Reached      []string     `json:"reached"`       // what the twin tried to reach: "tcp/10.0.0.5:5432", "dns/db.internal"
	ReadOnlyRoot bool         `json:"readOnlyRoot"`  // it ran with a read-only root
	Log          []string     `json:"log,omitempty"` // last lines of the twin, escaped and redacted
	Skips        []Skip       `json:"skips,omitempty"`
	Inputs       Inputs       `json:"inputs"`
}

// Comparison is one request to both.
type Comparison struct {
	Port        int      `json:"port"`
	Method      string   `json:"method"` // "GET"; "LISTEN" for a port that was only looked at, with an empty path
	Path        string   `json:"path"`
	Live        Answer   `json:"live"`
	Twin        Answer   `json:"twin"`
	Same        bool     `json:"same"`
	Differences []string `json:"differences"` // "status: 200 / 404", a unified diff of the body
	// Proof is set when equality here shows something; ProofWhy says why it does not: "both answering 404 proves nothing".
	Proof    bool   `json:"proof"`
	ProofWhy string `json:"proofWhy,omitempty"`
	// Masked names the parts left out of the comparison since the live application itself answers them differently twice.
	Masked []string `json:"masked,omitempty"`
}

// Answer is what came back; Error is set instead when nothing did.
type Answer struct {
	Status      int    `json:"status,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256,omitempty"`
	Error       string `json:"error,omitempty"`
}
