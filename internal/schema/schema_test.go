package schema_test

import (
	"path/filepath"
	"strings"
	"testing"

	"a2c/internal/golden"
	"a2c/internal/schema"
)

// TestDocuments holds the published schemas: a change of the model is a diff of these files, and is reviewed as one.
func TestDocuments(t *testing.T) {
	for name, document := range schema.Documents() {
		t.Run(name, func(t *testing.T) {
			got, err := schema.Of(document)
			if err != nil {
				t.Fatal(err)
			}
			base := strings.TrimSuffix(name, filepath.Ext(name))
			golden.Equal(t, filepath.Join("..", "..", "schemas", base+".schema.json"), got)
		})
	}
}
