package containerize

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/disk"
)

// ErrNotRepeatable means that the image in a folder cannot be made again by what is known of how it was made.
var ErrNotRepeatable = errors.New("it cannot be built again as it was")

// Repeat gives the options that the image in dir was made with, but for where it was written or pushed to and what the caller sets anew, as its statement of
// provenance has them. dockerHost is the engine of a docker builder.
func Repeat(dir, dockerHost string) (Options, error) {
	var o Options
	if FromArchive(dir) {
		return o, fmt.Errorf("%w: it was built from an archive: extract again, and build that", ErrNotRepeatable)
	}
	data, err := os.ReadFile(filepath.Join(dir, provenanceFile))
	if err != nil {
		return o, fmt.Errorf("read how the image was made: %w", disk.Cause(err))
	}
	var s statement
	if err := json.Unmarshal(data, &s); err != nil {
		return o, fmt.Errorf("read how the image was made: %w", err)
	}
	p := s.Predicate.Definition.Parameters
	switch {
	case p.Edited:
		return o, fmt.Errorf("%w: %w", ErrNotRepeatable, ErrEdited)
	case p.OwnTable:
		return o, fmt.Errorf("%w: its base came from a table of yours (--vendor-table)", ErrNotRepeatable)
	}
	o = Options{
		Base: p.Base, Platform: p.Platform, Compression: layer.Compression(p.Compression), Jlink: p.Jlink, JlinkModules: p.JlinkModules, CDS: p.CDS,
		KeepBind: p.KeepBind, KeepFileSecrets: p.KeepFileSecrets, KeepLogs: p.KeepLogs, NoHealthcheck: p.NoHealthcheck, HealthPath: p.HealthPath, HealthPort: p.HealthPort,
		Builder: build.Kaniko{},
	}
	if docker := (build.Docker{Host: dockerHost}); s.Predicate.Details.Builder.ID == builderURN+docker.Name() {
		o.Builder = docker
	}
	return o, nil
}
