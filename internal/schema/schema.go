// Package schema describes the workspace's documents as JSON Schema (draft 2020-12), made from the model's own types and comments,
// so that what is published cannot drift from what is written.
package schema

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"a2c/model"
)

// Documents lists the documents by file name, each as a zero value of its type.
func Documents() map[string]any {
	return map[string]any{
		"host.json":          model.Host{},
		"inventory.json":     model.Inventory{},
		"analysis.json":      model.Analysis{},
		"configuration.json": model.Configuration{},
		"files.jsonl":        model.File{},
		"image.json":         model.Image{},
		"verify.json":        model.Verification{},
		"recorded.json":      model.Recording{},
		"deployment.json":    model.Deployment{},
		"verdict":            model.Verdict{},
	}
}

// Of returns the schema of one document, indented, with a newline at the end.
func Of(document any) ([]byte, error) {
	r := &jsonschema.Reflector{
		Anonymous: true,
		// Paths are text, with bytes that are not printable UTF-8 as \xNN.
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t == reflect.TypeFor[model.Path]() {
				return &jsonschema.Schema{Type: "string"}
			}
			return nil
		},
	}
	out, err := json.MarshalIndent(r.Reflect(document), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("make schema of %T: %w", document, err)
	}
	return append(out, '\n'), nil
}
