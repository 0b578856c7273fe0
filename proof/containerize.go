package proof

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/containerize"
)

// Containerize proves on the real Kaniko that an image is exactly what the plan says, and that no Dockerfile reaches the host.
func Containerize() Proof {
	return Proof{
		Name: "containerize", Needs: []Need{Root}, Budget: 3 * time.Minute,
		Run: func(t *testing.T, b *Bench) {
			t.Run("exact", func(t *testing.T) { proveExact(t, b) })
			t.Run("clock", func(t *testing.T) { proveClock(t, b) })
			t.Run("edited", func(t *testing.T) { proveEdited(t, b) })
			t.Run("base", func(t *testing.T) { proveBase(t, b) })
			t.Run("hostile", func(t *testing.T) { proveHostile(t, b) })
			t.Run("killed", func(t *testing.T) { proveKilled(t, b) })
			t.Run("unmounted", func(t *testing.T) { proveUnmounted(t, b) })
			t.Run("full-disk", func(t *testing.T) { proveFullDisk(t, b) })
		},
	}
}

// proveExact compares the layers with what was planted, and builds again: in another workspace, after a touch, with zstd and another number of threads.
func proveExact(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-exact")
	root := filepath.Join(dir, "root")
	files := plant(t, root)
	o := oddOptions(t, b, root, files, filepath.Join(dir, "first"))
	first, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if first.PeakBytes <= 0 { // how much it is, the proof figures tells: here a2c's part of it is this test, with all that it ran before
		t.Errorf("peak memory of a2c and the builder: %d", first.PeakBytes)
	}
	if d := cmp.Diff(wantOdd(), readOdd(t, filepath.Join(o.Dir, "oci")), cmp.AllowUnexported(odd{})); d != "" {
		t.Errorf("layers (-want +got):\n%s", d)
	}

	later := time.Now().Add(time.Hour)
	for _, odd := range odds() {
		if odd.kind == '-' {
			if err := os.Chtimes(filepath.Join(root, odd.path), later, later); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := oddOptions(t, b, root, listOdd(t, root), filepath.Join(dir, "second/with a longer name"))
	again.Jobs = 1
	second, err := containerize.Run(t.Context(), again)
	if err != nil {
		t.Fatal(err)
	}
	if second.Digest != first.Digest {
		t.Errorf("after a touch, in another workspace: %s, was %s", second.Digest, first.Digest)
	}
}

// proveClock builds again and again in one workspace while all that the clock writes says that it was set: a year ahead, a year back, to the beginning of time.
func proveClock(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-clock")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, b, root, plant(t, root), filepath.Join(dir, "image"))
	first, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	const year = 365 * 24 * time.Hour
	for _, when := range []time.Time{time.Now().Add(year), time.Now().Add(-year), time.Unix(1, 0), time.Now().Add(40 * year)} {
		for _, folder := range []string{root, o.Dir} {
			err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.Type()&fs.ModeSymlink != 0 {
					return err
				}
				return os.Chtimes(path, when, when)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		o.Files = sequence(listOdd(t, root))
		for _, o.Force = range []bool{false, true} {
			again, err := containerize.Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if again.Digest != first.Digest {
				t.Errorf("times of %v, built anew %v: %s, was %s", when, o.Force, again.Digest, first.Digest)
			}
		}
	}
}

// proveEdited builds what a user made of the Dockerfile: wrong lines are named, and a program is run in the build.
func proveEdited(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-edited")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, b, root, plant(t, root), filepath.Join(dir, "image"))
	if _, err := containerize.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(o.Dir, "Dockerfile")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(string(text), "\n")
	o.BuildOnly = true
	for _, c := range []struct{ name, add, want string }{
		{"unknown_instruction", "NONSENSE here\n", "unknown instruction: NONSENSE"},
		{"missing_source", "COPY nothing /x\n", "nothing"},
		{"failing_run", "RUN [\"/bin/app\"]\n", "starting command"},
		{"image_in_copy", "COPY --from=alpine /x /y\n", "FROM alpine AS x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(name, append(slices.Clone(text), c.add...), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := containerize.Run(t.Context(), o)
			if line := fmt.Sprintf("line %d", lines+1); err == nil || !strings.Contains(err.Error(), line) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q and %q", err, line, c.want)
			}
		})
	}
}
