package model

import "slices"

// Image is image/image.json: what was built, what was changed on purpose, and what a run must supply.
type Image struct {
	ApplicationID string      `json:"applicationId"`
	Repository    string      `json:"repository"`
	Tag           string      `json:"tag"`
	Digest        string      `json:"digest"`       // of the manifest, "sha256:…"
	ConfigDigest  string      `json:"configDigest"` // Docker's image ID
	Platform      string      `json:"platform"`     // "linux/amd64"
	Base          BaseImage   `json:"base"`
	Init          *ImageInit  `json:"init,omitempty"` // the program of a2c's own in it; nil: there is none
	Builder       string      `json:"builder"`        // "kaniko", "docker"
	Config        ImageConfig `json:"config"`
	Layers        []Layer     `json:"layers"`
	Size          int64       `json:"size"`         // compressed bytes: what a registry stores
	Uncompressed  int64       `json:"uncompressed"` // bytes on disk
	Files         int         `json:"files"`        // regular files
	Components    int         `json:"components"`   // that sbom.cdx.json lists
	Changes       []Change    `json:"changes"`      // what differs from the host on purpose
	Needs         Needs       `json:"needs"`
	SecretsInside []Secret    `json:"secretsInside"` // known secrets in files of the image
	Skips         []Skip      `json:"skips,omitempty"`
	Inputs        Inputs      `json:"inputs"`
	// PeakBytes is the peak memory (VmHWM, proc_pid_status(5)) of a2c and of the builder's child together, an upper bound since the two
	// peaks need not coincide. Seconds is the time from the start to all outputs written. Neither has any bearing on the digest.
	PeakBytes int64   `json:"peakBytes,omitempty"`
	Seconds   float64 `json:"seconds,omitempty"`
}

// BaseImage is what the image stands on.
type BaseImage struct {
	Kind      string `json:"kind"`                // "host", "image", "vendor": an image of the table of well-kept ones
	Reference string `json:"reference,omitempty"` // as given, or as the table has it
	Digest    string `json:"digest,omitempty"`
}

// ImageInit is a2c's own program in an image: what stands before the application, or asks whether it is well.
type ImageInit struct {
	Path    Path   `json:"path"`
	Digest  string `json:"digest"`            // of its content, "sha256:…"
	Version string `json:"version,omitempty"` // of a2c
}

// ImageConfig is the part of the OCI image configuration that a2c sets (image-spec, config.md).
type ImageConfig struct {
	User         string   `json:"user"` // "uid:gid"
	WorkingDir   Path     `json:"workingDir"`
	Entrypoint   []string `json:"entrypoint"`
	Cmd          []string `json:"cmd,omitempty"`
	Env          []string `json:"env"`          // NAME=value, no secrets
	ExposedPorts []string `json:"exposedPorts"` // "8080/tcp"
	StopSignal   string   `json:"stopSignal,omitempty"`
	// Healthcheck is not of the image specification but Docker's; nil: the image has none.
	Healthcheck *Healthcheck `json:"healthcheck,omitempty"`
	// Labels say what the image holds; those of the image specification's annotation keys are annotations of its manifest, too.
	Labels map[string]string `json:"labels,omitempty"`
}

// Healthcheck is a check that the engine runs in the container.
type Healthcheck struct {
	Test            []string `json:"test"` // "CMD" with a program and its arguments, "CMD-SHELL", or "NONE"
	IntervalSeconds float64  `json:"intervalSeconds,omitempty"`
	TimeoutSeconds  float64  `json:"timeoutSeconds,omitempty"`
	StartSeconds    float64  `json:"startSeconds,omitempty"` // how long failures do not count
	Retries         int      `json:"retries,omitempty"`      // failures in a row that make it unhealthy
}

// Layer is one layer as published.
type Layer struct {
	Name   string `json:"name"` // runtime, libraries, server, dependencies, application, or base; of an edited Dockerfile step-1, …
	Digest string `json:"digest"`
	DiffID string `json:"diffId"`
	Size   int64  `json:"size"` // compressed
	Files  int    `json:"files"`
}

// Change is one deliberate difference between the host and the image.
type Change struct {
	Kind   string `json:"kind"`   // "listener", "env", "argument", "file", "log", "secret"
	Target string `json:"target"` // variable, argument index or path
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	Diff   string `json:"diff,omitempty"` // unified diff for an edited file
	Reason string `json:"reason"`
	Port   int    `json:"port,omitempty"` // the listener it opens
}

// Needs is what the platform must supply for the image to work.
type Needs struct {
	Secrets []Secret `json:"secrets"` // variables to inject, by Name
	// SecretFiles say which of the variables are files. A file that is mounted at Written is taken in place of the variable.
	SecretFiles  []SecretFile `json:"secretFiles,omitempty"`
	State        []Mount      `json:"state"`    // volumes
	Writable     []Path       `json:"writable"` // folders the application writes to that need not survive: tmpfs or emptyDir
	Ports        []Listener   `json:"ports"`    // as reachable in the image; Loopback() ones stay closed
	User         User         `json:"user"`
	MemoryBytes  int64        `json:"memoryBytes"` // peak RSS seen, or -Xmx and overhead
	Cores        float64      `json:"cores"`
	ReadOnlyRoot bool         `json:"readOnlyRoot"` // every folder it was seen writing to is in State or Writable
	ReadOnlyWhy  string       `json:"readOnlyWhy"`
}

// StatePaths are where the state is mounted, in the order of State.
func (n Needs) StatePaths() []Path {
	list := make([]Path, len(n.State))
	for i, m := range n.State {
		list[i] = m.Path
	}
	return list
}

// SecretNames are the variables of the secrets, each once: one value may have several places.
func (n Needs) SecretNames() []string {
	var names []string
	for _, k := range n.Secrets {
		if !slices.Contains(names, k.Name) {
			names = append(names, k.Name)
		}
	}
	return names
}

// SecretFile is a file that is a secret as a whole: a key store, a private key. The image does not have it; its init writes it to memory when it starts.
type SecretFile struct {
	Variable string `json:"variable"` // that holds it in base64; it is one of Secrets
	Path     Path   `json:"path"`     // where the application looks for it: a link in the image
	Written  Path   `json:"written"`  // where the link leads, and the init writes it
	Mode     uint32 `json:"mode"`     // these three as on the host
	UID      int    `json:"uid"`
	GID      int    `json:"gid"`
}

// Mount is a folder outside the image.
type Mount struct {
	Name   string `json:"name"` // DNS label: "data", "state-1"
	Path   Path   `json:"path"`
	Bytes  int64  `json:"bytes"`
	UID    int    `json:"uid"`
	GID    int    `json:"gid"`
	Mode   uint32 `json:"mode"`
	Reason string `json:"reason"`
	// SingleFile says that Path is a file beside the program. verify gives its copy to the image; no platform can mount it as a volume.
	SingleFile bool `json:"singleFile,omitempty"`
	// FileSystemID and AccessPointID are those of an existing EFS file system, by hand in deployment.json: "fs-0123…", "fsap-0123…".
	FileSystemID  string `json:"fileSystemId,omitempty"`
	AccessPointID string `json:"accessPointId,omitempty"`
}
