// Package containerize makes an image of an analysed application: a plan, a context of plain folders with a Dockerfile, raw layers by a
// Builder, and layers that are exactly what the plan says.
package containerize

import (
	"errors"
	"iter"
	"log/slog"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/containerize/sign"
	"a2c/inventory/host"
	"a2c/model"
)

// Event is progress.
type Event = build.Event

// Options of Run.
type Options struct {
	Analysis model.Analysis
	Files    iter.Seq2[model.File, error] // files.jsonl, sorted by path
	Tree     host.Tree                    // the application's root: content is read from it
	// Recovered is the folder with the content of files that were deleted while they are open; "" when there are none.
	Recovered string
	// Dir is <workspace>/<app>/image, absolute; it is made when missing. Dockerfile, context/ and oci/ are written there.
	Dir string
	// Base is an image to stand on, or "vendor" for the one that the table has; "" takes containerParameters.containerBaseImage, and when that is empty too the host's runtime on scratch.
	Base string
	// VendorTable is a table of base images in the form of base/vendor.json; nil: that one.
	VendorTable []byte
	// Jlink makes the Java runtime smaller: it keeps the modules that the application asks for.
	Jlink bool
	// JlinkModules are kept besides, and mean Jlink.
	JlinkModules []string
	// CDS gives the image's Java runtime an archive of its own classes, if it has none, with which it starts faster. The application is not run to make it.
	CDS bool
	// KeepBind leaves listeners on loopback or a fixed address as they are.
	KeepBind bool
	// KeepFileSecrets leaves secrets in the copies of configuration files, also where the application could read them from variables.
	KeepFileSecrets bool
	// KeepLogs leaves logs in files, also where they can go to the console.
	KeepLogs bool
	// NoHealthcheck leaves the image without a health check.
	NoHealthcheck bool
	// HealthPath is what the health check asks over HTTP, HealthPort where; "" and 0: it connects to the port that the application serves first.
	HealthPath string
	HealthPort int
	// BuildOnly builds from the Dockerfile and the context in Dir, which the user may have edited; nothing is copied from the host.
	BuildOnly bool
	// Archive is a folder into which an archive of Extract was unpacked, on the file system of Dir: its context and plan are moved to Dir and built, and
	// what Files, Tree, Recovered and the options about the plan would say is said by it. "": none.
	Archive string
	// Force goes on when the disk gets too full, and overwrites an edited Dockerfile.
	Force       bool
	Compression layer.Compression // "": gzip
	Tar         string            // docker-archive to write, "": none
	Destination string            // image reference to push to, "": none
	// CreateRepository makes the destination's repository in ECR when there is none.
	CreateRepository bool
	SignKey          *sign.Key // signs what is pushed; nil: not signed
	// AllowSecrets pushes an image although known secrets lie in its files.
	AllowSecrets bool
	Builder      build.Builder // nil: Kaniko
	Init         string        // file of the image's init (cmd/a2c-init); "": that of this a2c
	Inputs       model.Inputs  // what Analysis and Files were read from, for the statement of provenance
	Version      string        // of a2c, for the same
	Platform     string        // "": this machine's
	Jobs         int           // threads; 0: half the cores, at least one
	Log          *slog.Logger  // nil: none
	Report       func(Event)   // nil: none
}

// Errors that a caller tells apart.
var (
	// ErrEdited means that the user's edits of the Dockerfile are in the way.
	ErrEdited = errors.New("the Dockerfile was edited by hand")
	// ErrSecretsInside means that a push was refused, since known secrets lie in files of the image.
	ErrSecretsInside = errors.New("known secrets lie inside the image")
	// ErrNoSpace means that the disk is, or would get, too full.
	ErrNoSpace = errors.New("not enough disk space")
	// ErrChanged means that a file changed while it was copied.
	ErrChanged = errors.New("a file changed while it was copied")
)

// ErrNoCDS means that an archive of the Java runtime's classes was asked for where none can be made.
var ErrNoCDS = errors.New("--cds")

func (o Options) smaller() bool { return o.Jlink || len(o.JlinkModules) > 0 }

// linking is the option that asks for programs of the runtime, as what is said of it begins.
func (o Options) linking() error {
	if o.smaller() {
		return ErrNoJlink
	}
	return ErrNoCDS
}

func (o Options) report(e Event) {
	if o.Report != nil {
		o.Report(e)
	}
}

func (o Options) log() *slog.Logger {
	if o.Log != nil {
		return o.Log
	}
	return slog.New(slog.DiscardHandler)
}

func (o Options) base() string {
	if o.Base != "" {
		return o.Base
	}
	return o.Analysis.ContainerParameters.ContainerBaseImage
}
