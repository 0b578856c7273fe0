// Package entry gives the program that stands before an application in an image (cmd/a2c-init).
package entry

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// ProgramName is looked for beside a2c when it is not embedded.
const ProgramName = "a2c-init"

// Path is where the program lies in an image.
const Path = "/.a2c/init"

// Program is its content: of the file, if one is named, else the embedded one, else that beside the running program.
func Program(file string) ([]byte, error) {
	if packed := embedded(); packed != nil && file == "" {
		return unpack(packed)
	}
	if file == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", ProgramName, err)
		}
		file = filepath.Join(filepath.Dir(self), ProgramName)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("this a2c has no %s embedded, and there is none beside it (%w): build both with `make build`", ProgramName, err)
	}
	return text, nil
}

func unpack(packed io.Reader) ([]byte, error) {
	z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", ProgramName, err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", ProgramName, err)
	}
	return text, nil
}
