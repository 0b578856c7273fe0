package containerize

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"a2c/containerize/archive"
	"a2c/internal/disk"
	"a2c/model"
)

// contextName is the context's folder, beside the image and in an archive.
const contextName = "context"

// Extracted is what Extract wrote.
type Extracted struct {
	ApplicationID string         `json:"applicationId"`
	Archive       string         `json:"archive"`
	Size          int64          `json:"size"` // bytes
	Files         int            `json:"files"`
	SecretsInside []model.Secret `json:"secretsInside"`
	Changes       []model.Change `json:"changes"`
	Skips         []model.Skip   `json:"skips,omitempty"`
}

// Extract does all that Run does before it builds, in o.Dir, a folder of its own that does not outlive it, and archives it into file (mode 0600), with
// documents beside, by name. Known secrets in files that are part of the image are ErrSecretsInside unless o.AllowSecrets: an archive leaves the machine.
func Extract(ctx context.Context, o Options, documents map[string]string, file string) (_ Extracted, err error) {
	r := &runner{o: o, leaves: true}
	defer r.aside.Wait()
	if err := os.RemoveAll(o.Dir); err != nil { // of a run that was killed
		return Extracted{}, fmt.Errorf("clear %s: %w", model.Path(o.Dir), disk.Cause(err))
	}
	defer r.clear(o.Dir)
	if err := r.prepare(ctx); err != nil {
		return Extracted{}, explain(err, o.Dir, r.needBytes())
	}
	for _, dir := range []string{r.scratch(), filepath.Dir(r.proposal()), r.dockerfile()} {
		r.clear(dir)
	}
	plan := r.save()
	data, err := json.Marshal(plan)
	if err != nil {
		return Extracted{}, fmt.Errorf("save plan: %w", err)
	}
	if err := disk.WriteFile(filepath.Join(o.Dir, savedName), data, 0o600); err != nil {
		return Extracted{}, err
	}
	for name, from := range documents {
		if err := copyDocument(filepath.Join(o.Dir, name), from); err != nil {
			return Extracted{}, fmt.Errorf("archive %s: %w", name, disk.Cause(err))
		}
	}
	out := Extracted{
		ApplicationID: o.Analysis.AnalysisInfo.AppID, Archive: file, SecretsInside: r.plan.inside(o.Analysis.AnalysisInfo.Secrets), Changes: r.changes, Skips: plan.Skips,
	}
	for _, l := range r.layers {
		out.Files += l.Files()
	}
	out.Size, err = r.writeArchive(ctx, file)
	return out, err
}

// writeArchive writes the file aside and puts it in place.
func (r *runner) writeArchive(ctx context.Context, file string) (size int64, err error) {
	if err := disk.Sweep(filepath.Dir(file)); err != nil { // of a run that was killed
		return 0, err
	}
	if !r.o.Force {
		if err := disk.Room(filepath.Dir(file), r.needBytes()/2); err != nil {
			return 0, fmt.Errorf("%w for the archive: %w", ErrNoSpace, err)
		}
	}
	a, err := disk.Create(file, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.Discard()) }() // does nothing after Commit
	n := &countedWriter{to: a, report: func(n int64) { r.o.report(Event{Step: "archive", Bytes: n}) }}
	m := archive.Manifest{Version: r.o.Version, ApplicationID: r.o.Analysis.AnalysisInfo.AppID, Platform: r.platform}
	if err := archive.Write(ctx, n, m, r.o.Dir, r.jobs()); err != nil {
		return 0, explain(err, filepath.Dir(file), r.needBytes()/2)
	}
	return n.n, a.Commit()
}

// countedWriter counts what is written, and says so every 32 MB.
type countedWriter struct {
	to      io.Writer
	n, said int64
	report  func(int64)
}

func (c *countedWriter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	if c.n += int64(n); c.n-c.said >= 32<<20 {
		c.said = c.n
		c.report(c.n)
	}
	return n, err
}

func copyDocument(to, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(dst, src); err != nil {
		return errors.Join(err, dst.Close())
	}
	return dst.Close()
}
