package workspace

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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
// of which only the application's own entry counts. Of analysis.json and files.jsonl counts what an image is made from (model's Basis): what an
// analysis only measures makes nothing out of date.
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
	if sum, err := w.basisDigest(id, name); err == nil {
		return sum, nil
	} // else it is none of the two, or broken, which its reader tells: it counts whole
	sum, err := digest(f)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", model.Path(strings.TrimPrefix(f.Name(), w.dir)), disk.Cause(err))
	}
	return sum, nil
}

var errNoBasis = errors.New("counts whole")

// basisDigest is the digest of the part of a document that an image is made from.
func (w *Workspace) basisDigest(id, name string) (string, error) {
	h := sha256.New()
	switch name {
	case AnalysisFile:
		a, err := Load[model.Analysis](w, path.Join(id, name))
		if err != nil {
			return "", err
		}
		if err := json.NewEncoder(h).Encode(a.Basis()); err != nil {
			return "", err
		}
	case FilesFile:
		var line []byte
		for f, err := range w.Files(id) {
			if err != nil {
				return "", err
			}
			if line, err = f.AppendBasis(line[:0]); err != nil {
				return "", err
			}
			h.Write(line)
		}
	default:
		return "", errNoBasis
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}
