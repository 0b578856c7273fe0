package build

import "encoding/json"

// Request is what a2c asks of a2c-kaniko.
type Request struct {
	// List asks only which images the Dockerfile needs.
	List bool `json:"list,omitempty"`
	// Early asks for each layer as soon as it is made. Empty says that the root holds nothing but what the Dockerfile copies, and that each layer's files can go
	// when it is made: nothing after it reads them.
	Early bool `json:"early,omitempty"`
	Empty bool `json:"empty,omitempty"`
	// Bases are the folders, below the jail's, of the OCI layouts of those images.
	Bases    map[string]string `json:"bases,omitempty"`
	Platform string            `json:"platform"`
	Verbose  bool              `json:"verbose,omitempty"`
	// Programs are run instead of a build, one after another.
	Programs []Program `json:"programs,omitempty"`
}

// Names of what both sides know in the jail's own folder.
const (
	DockerfileName = "Dockerfile"
	ContextName    = "context"
	OutName        = "out"
	TreeName       = "tree" // what becomes the root's content for Programs
)

// Program is one run of a program of the tree, as nobody. Its folder is "/", and "/out" is where it may write.
type Program struct {
	Argv []string `json:"argv"`
	// Stdout is the file below OutName that takes what it prints; "": with its errors, to the last words that are quoted when it fails.
	Stdout string `json:"stdout,omitempty"`
}

// Message is one line from a2c-kaniko. One field is set.
type Message struct {
	Step  string      `json:"step,omitempty"` // an instruction begins
	Log   string      `json:"log,omitempty"`  // Kaniko's own line
	Bases []string    `json:"bases,omitempty"`
	Layer *RawLayer   `json:"layer,omitempty"` // with Early
	Error *FailedStep `json:"error,omitempty"`
	Done  *Done       `json:"done,omitempty"`
}

// FailedStep is Kaniko's error with the place in the Dockerfile.
type FailedStep struct {
	Line        int    `json:"line,omitempty"`
	Instruction string `json:"instruction,omitempty"`
	Message     string `json:"message"`
}

// Done is the last message of a run that worked. Files are below OutName.
type Done struct {
	Layers    []RawLayer      `json:"layers,omitempty"` // without Early
	Config    json.RawMessage `json:"config,omitempty"`
	Base      string          `json:"base,omitempty"` // name in the FROM line of the image that the last stage stands on
	PeakBytes int64           `json:"peakBytes,omitempty"`
}
