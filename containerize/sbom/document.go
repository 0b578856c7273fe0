package sbom

import (
	"fmt"

	"a2c/internal/term"
)

// document is a BOM (cyclonedx.org/docs/1.6/json), as far as it is filled in. CycloneDX's own Go types can also be copied, converted to older versions and
// read from XML, which costs the binary 0.4 MB; the tests read each document with them.
type document struct {
	Schema       string        `json:"$schema"`
	Format       string        `json:"bomFormat"`
	Spec         string        `json:"specVersion"`
	Serial       string        `json:"serialNumber"`
	Version      int           `json:"version"`
	Metadata     metadata      `json:"metadata"`
	Components   []component   `json:"components"`
	Dependencies []dependency  `json:"dependencies"`
	Compositions []composition `json:"compositions,omitempty"`
	Properties   []property    `json:"properties,omitempty"`
}

type metadata struct {
	Tools struct {
		Components []component `json:"components"`
	} `json:"tools"`
	Component component `json:"component"`
}

type component struct {
	Ref         string     `json:"bom-ref,omitempty"`
	Type        string     `json:"type"`
	Group       string     `json:"group,omitempty"`
	Name        string     `json:"name"`
	Version     string     `json:"version,omitempty"`
	Description string     `json:"description,omitempty"`
	Hashes      []hash     `json:"hashes,omitempty"`
	PURL        string     `json:"purl,omitempty"`
	Properties  []property `json:"properties,omitempty"`
	Evidence    *evidence  `json:"evidence,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type evidence struct {
	Occurrences []occurrence `json:"occurrences"`
}

type occurrence struct {
	Location string `json:"location"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

type composition struct {
	Aggregate  string   `json:"aggregate"`
	Assemblies []string `json:"assemblies"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (d document) encode() ([]byte, error) {
	data, err := term.EncodeJSON(d)
	if err != nil {
		return nil, fmt.Errorf("write sbom: %w", err)
	}
	return data, nil
}
