// Package workspace keeps the documents of one host: it alone loads and saves them. A document is written aside, synced and renamed, so that
// a reader sees the old one or the new one; what the user may edit is merged with each new proposal, never overwritten.
package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"a2c/internal/disk"
	"a2c/model"
)

// Names of the documents, relative to the workspace or to an application's folder in it.
const (
	HostFile       = "host.json"
	InventoryFile  = "inventory.json"
	AnalysisFile   = "analysis.json"
	FilesFile      = "files.jsonl"
	ImageFile      = "image/image.json"
	VerifyFile     = "verify.json"
	RecordedFile   = "recorded.json"
	VerifyPage     = "verify.html" // verify.json for people
	DeploymentFile = "deployment.json"
	// ConfigurationFile is what is in force for an application.
	ConfigurationFile = "configuration.json"
	GeneratedFile     = "generated.json"
	// SamplingFile is what was sampled of an application that ended meanwhile, until the next analysis takes it.
	SamplingFile = "sampling.json"
	// RecoveredFolder holds the content of files that were deleted while they are open.
	RecoveredFolder = "recovered"
)

// Workspace is a folder that a2c owns: folders have mode 0700, files 0600.
type Workspace struct {
	dir   string
	force bool
}

// Default is where the workspace lies when the user does not say: /var/lib/a2c for root, else a2c below the XDG state folder
// (XDG Base Directory Specification: $XDG_STATE_HOME, ~/.local/state when it is unset or relative).
func Default(euid int, getenv func(string) string) (string, error) {
	if euid == 0 {
		return "/var/lib/a2c", nil
	}
	if d := getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "a2c"), nil
	}
	if h := getenv("HOME"); filepath.IsAbs(h) {
		return filepath.Join(h, ".local/state/a2c"), nil
	}
	return "", errors.New("no place for the workspace: neither XDG_STATE_HOME nor HOME is set; name one with --workspace DIR")
}

// Open names a workspace; nothing is made yet. With force, writes go on where little space stays free and over the user's edits in generated files.
func Open(dir string, force bool) (*Workspace, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("workspace %q: %w", dir, err)
	}
	return &Workspace{abs, force}, nil
}

// Dir is the workspace's folder, absolute.
func (w *Workspace) Dir() string { return w.dir }

// Path is a document's file; name is relative to the workspace and made of names that a2c knows.
func (w *Workspace) Path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

// App is an application's folder, absolute.
func (w *Workspace) App(id string) string { return filepath.Join(w.dir, id) }

// create makes the workspace's folder, or refuses one that others could tamper with.
func (w *Workspace) create() error {
	if err := w.way(); err != nil {
		return fmt.Errorf("workspace %s: %w; name another with --workspace DIR", model.Path(w.dir), err)
	}
	if err := os.MkdirAll(filepath.Dir(w.dir), 0o755); err != nil {
		return w.refused(err)
	}
	if err := os.Mkdir(w.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return w.refused(err)
	}
	info, err := os.Stat(w.dir)
	if err != nil {
		return w.refused(err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return fmt.Errorf("workspace %s is no folder; name another with --workspace DIR", model.Path(w.dir))
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("workspace %s can be written by others (mode %04o); chmod go-w it, or name another with --workspace DIR", model.Path(w.dir), info.Mode().Perm())
	case ok && int(st.Uid) != os.Geteuid() && os.Geteuid() == 0 && st.Uid != sudoUID(os.Getenv):
		return fmt.Errorf("workspace %s belongs to user %d, who could change what root reads there; name another with --workspace DIR", model.Path(w.dir), st.Uid)
	}
	return nil
}

// refused says what to do about a workspace that cannot be written.
func (w *Workspace) refused(err error) error {
	if disk.Full(err) {
		return full(err)
	}
	return fmt.Errorf("workspace %s cannot be written: %w; name another with --workspace DIR, or run as root", model.Path(w.dir), disk.Cause(err))
}

// sudoUID is the user who called sudo, or one that is nobody's: root, told by a user to work in that user's folder, does.
func sudoUID(getenv func(string) string) uint32 {
	var uid uint32
	if _, err := fmt.Sscanf(getenv("SUDO_UID"), "%d", &uid); err != nil {
		return ^uint32(0)
	}
	return uid
}
