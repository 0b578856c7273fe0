// Package archive is the file that `a2c extract` leaves and `a2c containerize --input-archive` builds from: a tar in zstd with a manifest first,
// which names every member that follows, in order, with its size and digest.
//
// What it holds is what a build begins with, the context and the plan, and not the files as they lie on the host: everything that is decided by
// looking at the host (--jlink, --base, which secrets become variables) is decided there, by the code that containerize itself runs, so that
// the digest is the same and the edits that take secrets out are made before anything leaves the machine. Owners, modes with setuid bits and
// extended attributes stand in the plan, as always: unpacking needs no root. How the image is written (--compression, --tar, --destination,
// --builder, --sign-key) is chosen where it is built. The other way, to archive the host's files for another a2c to decide on, would carry every
// secret, the list of all accounts and the package database, and would have to guess what a later option asks for.
package archive

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"a2c/model"
)

// Format is the version of the layout; another one is refused.
const Format = 1

// ManifestName is the first member.
const ManifestName = "a2c-archive.json"

// maxManifest bounds what is read into memory before anything is known to be right: some 400,000 members.
const maxManifest = 64 << 20

// Manifest describes the whole archive.
type Manifest struct {
	Format        int      `json:"format"`
	Version       string   `json:"version"` // of the a2c that wrote it
	ApplicationID string   `json:"applicationId"`
	Platform      string   `json:"platform"` // "linux/amd64"
	Members       []Member `json:"members"`
}

// Member is one file, folder or link, by its name without a slash at the beginning.
type Member struct {
	Name   model.Path `json:"name"`
	Kind   Kind       `json:"kind"`
	Mode   uint32     `json:"mode,omitempty"` // 0o777
	Size   int64      `json:"size,omitempty"`
	SHA256 string     `json:"sha256,omitempty"` // of a file, hexadecimal
	Target model.Path `json:"target,omitempty"` // of a symlink as stored, of a hard link the member that comes before
}

// Kind of a member.
type Kind string

// Kinds.
const (
	File     Kind = "file"
	Dir      Kind = "dir"
	Symlink  Kind = "symlink"
	HardLink Kind = "hardlink"
)

// ErrBroken says that a file is no archive of a2c extract, or not a whole one.
var ErrBroken = errors.New("it is no whole archive of a2c extract")

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %w; copy it again, or extract the application again", ErrBroken, fmt.Errorf(format, args...))
}

// ReadManifest reads one strictly. Whatever it names lies below the folder that is unpacked into, and behind no link.
func ReadManifest(data []byte) (Manifest, error) {
	var m Manifest
	var known struct {
		Format  int
		Version string
	}
	if err := json.Unmarshal(data, &known); err != nil {
		return m, broken("its manifest cannot be read: %w", err)
	}
	if known.Format != Format {
		return m, fmt.Errorf("the archive has format %d, written by a2c %q, and this a2c reads format %d: extract and containerize with the same version", known.Format, known.Version, Format)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, broken("its manifest cannot be read: %w", err)
	}
	return m, m.check()
}

// check refuses names that lead out, twice or through a link, and sizes that cannot be.
func (m Manifest) check() error {
	kinds := map[model.Path]Kind{".": Dir}
	var total int64
	for _, e := range m.Members {
		if !local(string(e.Name)) || e.Name == ManifestName {
			return broken("%q is no name of a member", e.Name)
		}
		if _, twice := kinds[e.Name]; twice {
			return broken("%s stands in it twice", e.Name)
		}
		if up := model.Path(path.Dir(string(e.Name))); kinds[up] != Dir {
			return broken("%s lies in %s, which is no folder before it", e.Name, up)
		}
		if err := e.check(kinds); err != nil {
			return err
		}
		if total += e.Size; total < 0 {
			return broken("its sizes add up to more than there is")
		}
		kinds[e.Name] = e.Kind
	}
	return nil
}

func (e Member) check(before map[model.Path]Kind) error {
	if e.Size < 0 || e.Mode > 0o777 || e.Kind != File && (e.Size != 0 || e.SHA256 != "") {
		return broken("%s has the size %d and mode %o, which a %s has not", e.Name, e.Size, e.Mode, e.Kind)
	}
	switch e.Kind {
	case Dir:
		return nil
	case Symlink:
		if e.Target == "" || strings.ContainsRune(string(e.Target), 0) {
			return broken("the link %s leads to %q", e.Name, e.Target)
		}
		return nil
	case HardLink:
		if before[e.Target] != File {
			return broken("%s is a name of %s, which is no file before it", e.Name, e.Target)
		}
		return nil
	case File:
		if sum, err := hex.DecodeString(e.SHA256); err != nil || len(sum) != 32 {
			return broken("%s has no digest", e.Name)
		}
		return nil
	}
	return broken("%s is a %q", e.Name, e.Kind)
}

// local reports whether a name is a clean way downwards.
func local(name string) bool {
	return name != "" && name != "." && path.Clean(name) == name && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") && !strings.ContainsRune(name, 0)
}

// Bytes sums up the content, in whole blocks of a disk.
func (m Manifest) Bytes() int64 {
	const block = 4096
	var n int64
	for _, e := range m.Members {
		n += (e.Size + 2*block - 1) / block * block
	}
	return n
}
