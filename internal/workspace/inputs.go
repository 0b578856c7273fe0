package workspace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/internal/disk"
	"a2c/model"
)

// StaleError says that a document was made from something that has changed since.
type StaleError struct {
	Document string // "shop/image/image.json"
	Input    string // "analysis.json"
	Rerun    string // the command that makes the document anew
}

func (e *StaleError) Error() string {
	return fmt.Sprintf("%s is out of date: %s has changed since; run %s", e.Document, e.Input, e.Rerun)
}

// Inputs gives the digests of documents for a new document's Inputs. A name is relative to the application's folder, or "inventory.json",
// of which only the application's own entry counts.
func (w *Workspace) Inputs(id string, names ...string) (model.Inputs, error) {
	in := model.Inputs{}
	for _, name := range names {
		sum, err := w.inputDigest(id, name)
		if err != nil {
			return nil, err
		}
		in[name] = sum
	}
	return in, nil
}

// Fresh holds a document's Inputs against the files as they are now; rerun is the command that makes the document.
func (w *Workspace) Fresh(id, document string, in model.Inputs, rerun string) error {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		sum, err := w.inputDigest(id, name)
		if err != nil {
			return err
		}
		if sum != in[name] {
			return &StaleError{path.Join(id, document), name, rerun}
		}
	}
	return nil
}

func (w *Workspace) inputDigest(id, name string) (string, error) {
	if name == InventoryFile {
		inventory, err := Load[model.Inventory](w, name)
		if err != nil {
			return "", err
		}
		entry, err := json.Marshal(inventory[id])
		if err != nil {
			return "", err
		}
		return digest(bytes.NewReader(entry))
	}
	f, err := w.open(path.Join(id, name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, err := digest(f)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", model.Path(strings.TrimPrefix(f.Name(), w.dir)), disk.Cause(err))
	}
	return sum, nil
}
