//go:build embed_kaniko

package build

import (
	"bytes"
	_ "embed"
	"io"
)

// kanikoProgram is made by `make release`.
//
//go:embed a2c-kaniko.zst
var kanikoProgram []byte

// embedded is the compressed a2c-kaniko of a release build, nil otherwise.
func embedded() io.Reader { return bytes.NewReader(kanikoProgram) }
