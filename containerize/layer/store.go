package layer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"a2c/internal/disk"
	"a2c/model"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// Store is an OCI layout in the making (image-spec, image-layout.md). It stands aside of the final folder until Commit puts it there
// in one step, so that the last good image stays whole when anything fails.
type Store struct {
	dir, final string
	syncs      errgroup.Group // blobs on their way to the disk
}

// NewStore begins a layout that Commit will put at final; leftovers of an interrupted run are removed.
func NewStore(final string) (*Store, error) {
	dir := final + ".new"
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("clear %s: %w", dir, err)
	}
	for _, name := range []string{dir, filepath.Join(dir, "blobs"), filepath.Join(dir, "blobs", "sha256")} {
		if err := os.Mkdir(name, 0o755); err != nil {
			return nil, fmt.Errorf("make image layout: %w", err)
		}
	}
	return &Store{dir: dir, final: final}, nil
}

// Abort removes what was not committed; NewStore removes what could not be removed now.
func (s *Store) Abort() {
	_ = s.syncs.Wait() // whoever commits has asked
	_ = os.RemoveAll(s.dir)
}

// Blob is one stored blob.
type Blob struct {
	Digest v1.Hash
	Size   int64
}

// Put stores what write writes and names it by its digest.
func (s *Store) Put(write func(io.Writer) error) (Blob, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, "blobs", "sha256"), ".tmp-")
	if err != nil {
		return Blob{}, fmt.Errorf("store blob: %w", err)
	}
	stored := false
	defer func() {
		if !stored {
			_ = f.Close()
			_ = os.Remove(f.Name()) // gone after the rename
		}
	}()
	sum := sha256.New()
	n := new(counter)
	if err := write(io.MultiWriter(f, sum, n)); err != nil {
		return Blob{}, err
	}
	if err := f.Chmod(0o644); err != nil {
		return Blob{}, fmt.Errorf("store blob: %w", err)
	}
	digest := v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))}
	if err := os.Rename(f.Name(), s.path(digest)); err != nil {
		return Blob{}, fmt.Errorf("store blob: %w", err)
	}
	stored = true
	s.syncs.Go(func() error { // beside the making of the next one; Commit waits
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("store blob: %w", disk.Cause(err))
		}
		return nil
	})
	return Blob{digest, int64(*n)}, nil
}

// Take takes a blob over from the layout that stands at the final place. Both have it by a hard link, where the file system can.
func (s *Store) Take(b Blob) error {
	from := filepath.Join(s.final, "blobs", b.Digest.Algorithm, b.Digest.Hex)
	if os.Link(from, s.path(b.Digest)) == nil {
		return nil
	}
	f, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("take over blob: %w", disk.Cause(err))
	}
	defer f.Close()
	got, err := s.Put(func(w io.Writer) error { _, err := io.Copy(w, f); return err })
	if err == nil && got != b {
		err = fmt.Errorf("take over blob: %s was changed", b.Digest)
	}
	return err
}

func (s *Store) path(h v1.Hash) string { return filepath.Join(s.dir, "blobs", h.Algorithm, h.Hex) }

// PutJSON stores a document.
func (s *Store) PutJSON(v any) (Blob, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return Blob{}, fmt.Errorf("encode image document: %w", err)
	}
	return s.Put(func(w io.Writer) error { _, err := w.Write(data); return err })
}

// Commit writes the index and puts the layout in its place. ref is the annotation org.opencontainers.image.ref.name.
func (s *Store) Commit(manifest Blob, platform v1.Platform, ref string) error {
	index := v1.IndexManifest{
		SchemaVersion: 2, MediaType: types.OCIImageIndex,
		Manifests: []v1.Descriptor{{
			MediaType: types.OCIManifestSchema1, Size: manifest.Size, Digest: manifest.Digest, Platform: &platform,
			Annotations: map[string]string{"org.opencontainers.image.ref.name": ref},
		}},
	}
	data, err := json.Marshal(index)
	if err != nil {
		return fmt.Errorf("encode index: %w", err)
	}
	if err := s.syncs.Wait(); err != nil {
		return err
	}
	for name, text := range map[string][]byte{"index.json": data, "oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)} {
		if err := writeSynced(filepath.Join(s.dir, name), text); err != nil {
			return err
		}
	}
	for _, dir := range []string{"blobs/sha256", "blobs", "."} {
		if err := disk.SyncDir(filepath.Join(s.dir, dir)); err != nil {
			return err
		}
	}
	if err := swap(s.dir, s.final); err != nil {
		return fmt.Errorf("put image in place: %w", err)
	}
	return disk.SyncDir(filepath.Dir(s.final))
}

// swap puts fresh at final in one step where the file system can (renameat2(2), Linux 3.15), and removes what stood there.
func swap(fresh, final string) error {
	if _, err := os.Lstat(final); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(fresh, final)
	}
	err := unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, final, unix.RENAME_EXCHANGE)
	if err == nil {
		return os.RemoveAll(fresh)
	}
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	old := final + ".old"
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(final, old); err != nil {
		return err
	}
	if err := os.Rename(fresh, final); err != nil {
		return errors.Join(err, os.Rename(old, final))
	}
	return os.RemoveAll(old)
}

func writeSynced(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write %s: %w", model.Path(name), disk.Cause(err))
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", model.Path(name), disk.Cause(err))
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", model.Path(name), disk.Cause(err))
	}
	return nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
