//go:build !embed_kaniko

package entry

import "io"

// embedded is the compressed a2c-init of a release build, nil otherwise.
func embedded() io.Reader { return nil }
