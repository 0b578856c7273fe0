// Package beside finds the programs that a2c brings: embedded and compressed in a release, in files beside it otherwise.
package beside

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// File is where a program lies that is not embedded.
func File(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", name, err)
	}
	file := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("this a2c has no %s embedded, and there is none beside it (%w): build both with `make build`", name, err)
	}
	return file, nil
}

// Unpack writes an embedded program to where it goes.
func Unpack(name string, packed io.Reader, to io.Writer) error {
	z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	defer z.Close()
	if _, err := io.Copy(to, z); err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	return nil
}
