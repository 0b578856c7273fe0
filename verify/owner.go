package verify

import (
	"os"
	"path/filepath"
	"strings"
)

// copies is the folder of this run's copies of the state, below the application's folder of the workspace.
const copies = "verify.tmp-"

// clearCopies removes the copies of the runs that which names.
func clearCopies(dir string, which func(name string) bool) error {
	list, err := filepath.Glob(filepath.Join(dir, copies+"*"))
	if err != nil {
		return err
	}
	for _, folder := range list {
		if which(strings.TrimPrefix(filepath.Base(folder), copies)) {
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
		}
	}
	return nil
}
