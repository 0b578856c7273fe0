package containerize

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/model"
)

// counted counts builds.
type counted struct {
	plain
	builds *int
}

func (c counted) Build(ctx context.Context, s build.Spec) (build.Made, error) {
	*c.builds++
	return c.plain.Build(ctx, s)
}

func TestUnchanged(t *testing.T) {
	dir, builds := filepath.Join(t.TempDir(), "image"), 0
	// A small workspace on a full disk would be refused without Force, which builds always: room is looked for where there is some.
	run := func(change func(*Options)) model.Image {
		t.Helper()
		o := options(t)
		o.Dir, o.Builder, o.Force = dir, counted{builds: &builds}, false
		if change != nil {
			change(&o)
		}
		img, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	first := run(nil)
	for _, c := range []struct {
		name   string
		change func(*Options)
		before func(t *testing.T)
		builds int
		same   bool
	}{
		{"nothing", nil, nil, 0, true},
		{"forced", func(o *Options) { o.Force = true }, nil, 1, true},
		{"after the forced one", nil, nil, 0, true},
		{"a variable", func(o *Options) {
			o.Analysis.AnalysisInfo.EnvKept = append(o.Analysis.AnalysisInfo.EnvKept, model.EnvVar{Name: "NEW", Value: "1"})
		}, nil, 1, false},
		{"back again", nil, nil, 1, true},
		{"compression", func(o *Options) { o.Compression = layer.Zstd }, nil, 1, false},
		{"gzip again", nil, nil, 1, true},
		{"another one", func(o *Options) { o.Compression = layer.Estargz }, nil, 1, false},
		{"back to gzip", nil, nil, 1, true},
		{"another version of a2c", func(o *Options) { o.Version = "2" }, nil, 1, true},
		{"this version", nil, nil, 1, true},
		{"a damaged layer", nil, func(t *testing.T) { damage(t, filepath.Join(dir, "oci"), first) }, 1, true},
		{"the damaged one was replaced", nil, nil, 0, true},
	} {
		if c.before != nil {
			c.before(t)
		}
		builds = 0
		img := run(c.change)
		if builds != c.builds || (img.Digest == first.Digest) != c.same {
			t.Errorf("%s: %d builds, want %d; %s, the first was %s", c.name, builds, c.builds, img.Digest, first.Digest)
		}
		if img.Size == 0 || len(img.Layers) != len(first.Layers) || img.Builder != first.Builder {
			t.Errorf("%s: %+v", c.name, img)
		}
	}
}

// damage changes a byte of a layer and leaves its size and time.
func damage(t *testing.T, oci string, img model.Image) {
	t.Helper()
	name := filepath.Join(oci, "blobs", "sha256", img.Layers[0].Digest[len("sha256:"):])
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := errors.Join(os.WriteFile(name, data, 0o600), os.Chtimes(name, info.ModTime(), info.ModTime())); err != nil {
		t.Fatal(err)
	}
}

// A digest that was noted is taken as long as nobody wrote to the file, whatever its size and time say.
func TestSeen(t *testing.T) {
	o := options(t)
	o.Dir, o.Force = filepath.Join(t.TempDir(), "image"), false
	if _, err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	const name = "/opt/tomcat/bin/bootstrap.jar"
	sum := func() layer.Sum {
		t.Helper()
		r := &runner{o: o}
		if err := r.prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Millisecond) // a clock's tick
		r.noteSeen()
		return r.plan.items[name].Sum
	}
	right := sum()
	r := &runner{o: o}
	seen := r.readSeen()
	key := ""
	for k, f := range seen.Files {
		if f.Sum == right {
			key = k
		}
	}
	other := seen.Files[key]
	other.Sum = layer.Sum{1}
	seen.Files[key] = other
	text, err := json.Marshal(seen)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.seenName(), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := sum(); got != other.Sum {
		t.Errorf("the digest was taken again: %v of %q", got, key)
	}
	file := filepath.Join(r.context(), key)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := sum(); got != right {
		t.Errorf("the noted digest was taken of a file that was written to: %v", got)
	}
}

// TestUnchangedParts holds that the list of parts is taken from the last run only as that left it.
func TestUnchangedParts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "image")
	run := func() (model.Image, []byte) {
		t.Helper()
		o := options(t)
		o.Dir, o.Builder, o.Force = dir, plain{}, false
		img, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, sbomFile))
		if err != nil {
			t.Fatal(err)
		}
		return img, data
	}
	first, list := run()
	for _, spoil := range []func() error{
		func() error { return nil },
		func() error { return os.WriteFile(filepath.Join(dir, sbomFile), []byte("{}"), 0o644) },
		func() error { return os.Remove(filepath.Join(dir, sbomFile)) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if img, again := run(); img.Components != first.Components || !bytes.Equal(list, again) {
			t.Errorf("%d components, first %d; the list:\n%s\nfirst\n%s", img.Components, first.Components, again, list)
		}
	}
}
