package disk

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Walk calls each for every path below dir, a folder before what lies in it, in the order of names. It goes by descriptors from folder to folder, takes
// names that are no UTF-8, which fs.WalkDir does not, and follows no link.
func Walk(root *os.Root, dir string, each func(name string, e fs.DirEntry) error) error {
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	entries, err := d.ReadDir(-1)
	d.Close()
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if err := each(name, e); err != nil {
			return err
		}
		if e.IsDir() {
			if err := Walk(root, name, each); err != nil {
				return err
			}
		}
	}
	return nil
}
