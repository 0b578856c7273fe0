package containerize

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// The documents beside the image and their media types (IANA).
const (
	provenanceFile = "provenance.intoto.json"
	provenanceType = "application/vnd.in-toto+json"
	sbomType       = "application/vnd.cyclonedx+json"
	builderURN     = "urn:a2c:builder:"
)

// statement is an in-toto Statement, version 1, with a SLSA provenance, version 1 (in-toto.io/Statement/v1, slsa.dev/spec/v1.0/provenance). It is not signed.
// Times, which are optional, are left out: the same image gives the same statement.
type statement struct {
	Type          string     `json:"_type"`
	Subject       []artifact `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     provenance `json:"predicate"`
}

// artifact is a ResourceDescriptor of in-toto.
type artifact struct {
	Name   string            `json:"name"`
	URI    string            `json:"uri,omitempty"`
	Digest map[string]string `json:"digest"`
}

type provenance struct {
	Definition definition `json:"buildDefinition"`
	Details    details    `json:"runDetails"`
}

type definition struct {
	Type       string     `json:"buildType"`
	Parameters parameters `json:"externalParameters"`
	Resolved   []artifact `json:"resolvedDependencies"`
}

type parameters struct {
	ApplicationID string `json:"applicationId"`
	Base          string `json:"base,omitempty"`
	Platform      string `json:"platform"`
	Compression   string `json:"compression,omitempty"`
	Jlink         bool   `json:"jlink,omitempty"`
	CDS           bool   `json:"cds,omitempty"`
	KeepBind      bool   `json:"keepBind,omitempty"`
	NoHealthcheck bool   `json:"noHealthcheck,omitempty"`
	HealthPath    string `json:"healthPath,omitempty"`
	HealthPort    int    `json:"healthPort,omitempty"`
	Edited        bool   `json:"dockerfileEdited,omitempty"`

	JlinkModules    []string `json:"jlinkModules,omitempty"`
	KeepFileSecrets bool     `json:"keepFileSecrets,omitempty"`
	KeepLogs        bool     `json:"keepLogs,omitempty"`
	OwnTable        bool     `json:"ownVendorTable,omitempty"`
}

type details struct {
	Builder builder `json:"builder"`
}

type builder struct {
	ID      string            `json:"id"`
	Version map[string]string `json:"version,omitempty"`
}

// writeProvenance says from what the image was made, and by what.
func (r *runner) writeProvenance(img model.Image) error {
	s := statement{
		Type: "https://in-toto.io/Statement/v1", PredicateType: "https://slsa.dev/provenance/v1",
		Subject: []artifact{{Name: img.Repository, Digest: digestSet(img.Digest)}},
	}
	s.Predicate.Definition = definition{
		Type: "urn:a2c:containerize:1", Resolved: r.resolved(img),
		Parameters: parameters{
			ApplicationID: img.ApplicationID, Base: r.o.base(), Platform: img.Platform, Compression: string(r.o.Compression), Jlink: r.o.smaller(), CDS: r.o.CDS, KeepBind: r.o.KeepBind, Edited: r.edited,
			NoHealthcheck: r.o.NoHealthcheck, HealthPath: r.o.HealthPath, HealthPort: r.o.HealthPort,
			JlinkModules: r.o.JlinkModules, KeepFileSecrets: r.o.KeepFileSecrets, KeepLogs: r.o.KeepLogs, OwnTable: r.o.VendorTable != nil,
		},
	}
	s.Predicate.Details.Builder = builder{ID: builderURN + img.Builder}
	if r.o.Version != "" {
		s.Predicate.Details.Builder.Version = map[string]string{"a2c": r.o.Version}
	}
	data, err := term.EncodeJSON(s)
	if err != nil {
		return fmt.Errorf("statement of provenance: %w", err)
	}
	return r.beside(provenanceFile, "the statement of its provenance", data)
}

// resolved are the base image, a2c's own program in the image, and the documents of the analysis. The files of the application are in files.jsonl, each with its size and time.
func (r *runner) resolved(img model.Image) []artifact {
	list := []artifact{}
	if img.Base.Digest != "" {
		list = append(list, artifact{Name: "base", URI: "docker://" + img.Base.Reference, Digest: digestSet(img.Base.Digest)})
	}
	if img.Init != nil {
		list = append(list, artifact{Name: string(img.Init.Path), Digest: digestSet(img.Init.Digest)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.o.Inputs)) {
		list = append(list, artifact{Name: name, Digest: digestSet(r.o.Inputs[name])})
	}
	return list
}

// digestSet is a digest as in-toto writes it: "sha256:…" by its algorithm.
func digestSet(digest string) map[string]string {
	algorithm, hex, _ := strings.Cut(digest, ":")
	return map[string]string{algorithm: hex}
}
