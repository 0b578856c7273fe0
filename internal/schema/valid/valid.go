// Package valid holds documents against their published schemas. For tests and proofs: a2c itself does not link the validator.
package valid

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"a2c/schemas"
)

// Document returns what of data does not fit the schema of the document of that file name: "inventory.json", "files.jsonl" (line by line). Names of
// other documents fit always.
func Document(file string, data []byte) error {
	base := filepath.Base(file)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	text, err := schemas.Of(name)
	if err != nil {
		return nil //nolint:nilerr // no document of the workspace
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("schema of %s: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("a2c:"+name, parsed); err != nil {
		return fmt.Errorf("schema of %s: %w", name, err)
	}
	schema, err := c.Compile("a2c:" + name)
	if err != nil {
		return fmt.Errorf("schema of %s: %w", name, err)
	}
	parts := [][]byte{data}
	if filepath.Ext(base) == ".jsonl" {
		parts = bytes.Split(bytes.TrimSpace(data), []byte{'\n'})
	}
	for i, part := range parts {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(part))
		if err != nil {
			return fmt.Errorf("%s, part %d: %w", base, i+1, err)
		}
		if err := schema.Validate(v); err != nil {
			return fmt.Errorf("%s, part %d: %w", base, i+1, err)
		}
	}
	return nil
}
