//go:build !embed_kaniko

package build

import "io"

// embedded is the compressed a2c-kaniko of a release build, nil otherwise.
func embedded() io.Reader { return nil }
