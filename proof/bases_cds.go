package proof

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"a2c/internal/term"
	"a2c/model"
	"a2c/proof/apps"
)

// proveCDS shows by the JVM's own word that it uses the archive of the whole runtime and that of a linked one, that only --cds gives the latter, and how much faster it starts.
func proveCDS(t *testing.T, b *Bench, c Command, site *apps.Site, j Job, whole model.Image) {
	t.Helper()
	j.Tar = filepath.Join(b.Scratch(t, "cds"), "image.tar")
	j.Containerize(t, c, "--jlink")
	bare, size := startJVM(t, c, j), j.Image.Size
	if bare.shared > 0 {
		t.Error("--jlink: the runtime has an archive of classes, and --cds was not given")
	}
	j.Containerize(t, c, "--jlink", "--cds")
	given, digest := startJVM(t, c, j), j.Image.Digest
	fmt.Fprintf(b.Log, "%s: java -version %.0f ms, with --cds %.0f ms and %s more compressed\n", j.App.Title, bare.ms, given.ms, term.Size(j.Image.Size-size))
	if given.shared == 0 {
		t.Error("--jlink --cds: the JVM does not use the archive")
	}
	if j.Verify(t, c, site); !j.Verification.Verified {
		t.Errorf("--jlink --cds: not verified: %+v", j.Verification)
	}
	if j.Containerize(t, c, "--jlink", "--cds", "--force"); j.Image.Digest != digest {
		t.Errorf("--jlink --cds again in the same workspace: %s, was %s", j.Image.Digest, digest)
	}
	j.Containerize(t, c, "--cds")
	if startJVM(t, c, j).shared == 0 || j.Image.Digest != whole.Digest {
		t.Errorf("--cds: the whole runtime's own archive is not used, or the image is another: %s, was %s", j.Image.Digest, whole.Digest)
	}
}

// jvmStart is how a JVM started.
type jvmStart struct {
	ms     float64 // from its start to its version
	shared int     // classes from the archive
}

// startJVM has an engine run the JVM of an image for its version, some times, and returns the median.
func startJVM(t *testing.T, c Command, j Job) jvmStart {
	t.Helper()
	d := docker{env: c.Env}
	reference := d.load(t, j.Tar)
	defer d.run(t, nil, "rmi", "-f", reference)
	java := filepath.Join(string(j.Found.Runtime.Home), "bin/java")
	const times = 5
	var starts []jvmStart
	for range times {
		out := d.run(t, nil, "run", "--rm", "--network", "none", "--entrypoint", java, reference, "-Xlog:class+load:stdout:uptime", "-version")
		var s jvmStart
		for line := range strings.Lines(out) { // "[0.087s] java.lang.Shutdown source: shared objects file"
			uptime, class, _ := strings.Cut(strings.TrimPrefix(line, "["), "s] ")
			if seconds, err := strconv.ParseFloat(uptime, 64); err == nil {
				s.ms = 1000 * seconds
			}
			if strings.Contains(class, "source: shared objects file") {
				s.shared++
			}
		}
		starts = append(starts, s)
	}
	slices.SortFunc(starts, func(a, b jvmStart) int { return cmp.Compare(a.ms, b.ms) })
	return starts[times/2]
}
