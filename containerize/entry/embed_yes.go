//go:build embed_kaniko

package entry

import (
	"bytes"
	_ "embed"
	"io"
)

// initProgram is made by `make release`.
//
//go:embed a2c-init.zst
var initProgram []byte

// embedded is the compressed a2c-init of a release build, nil otherwise.
func embedded() io.Reader { return bytes.NewReader(initProgram) }
