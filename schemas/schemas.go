// Package schemas publishes the JSON Schema (draft 2020-12) of every document of the workspace, for programs that read or write them.
// internal/schema makes the files from the model; `a2c schema` prints them.
package schemas

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.schema.json
var files embed.FS

const suffix = ".schema.json"

// Names lists the documents that have a schema, sorted: "inventory" for inventory.json.
func Names() []string {
	names, err := fs.Glob(files, "*"+suffix)
	if err != nil { // the pattern is a constant
		return nil
	}
	for i, n := range names {
		names[i] = strings.TrimSuffix(n, suffix)
	}
	slices.Sort(names)
	return names
}

// Of returns the schema of a document; fs.ErrNotExist when there is none of that name.
func Of(name string) ([]byte, error) { return files.ReadFile(name + suffix) }
