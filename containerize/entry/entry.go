// Package entry gives the program that stands before an application in an image (cmd/a2c-init).
package entry

import (
	"bytes"
	"fmt"
	"os"

	"a2c/internal/beside"
)

// ProgramName is looked for beside a2c when it is not embedded.
const ProgramName = "a2c-init"

// Path is where the program lies in an image.
const Path = "/.a2c/init"

// Program is its content: of the file, if one is named, else the embedded one, else that beside the running program.
func Program(file string) ([]byte, error) {
	if packed := embedded(); packed != nil && file == "" {
		var text bytes.Buffer
		err := beside.Unpack(ProgramName, packed, &text)
		return text.Bytes(), err
	}
	if file == "" {
		var err error
		if file, err = beside.File(ProgramName); err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", ProgramName, err)
	}
	return text, nil
}
