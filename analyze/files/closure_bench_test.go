package files

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/internal/child"
	"a2c/inventory/host"
	"a2c/model"
)

func TestMain(m *testing.M) {
	child.Main(child.Table{"closure": playClosure}, nil)
	os.Exit(m.Run())
}

// closureRequest asks a confined child, as analyze is one, for the closure of a folder, several times.
type closureRequest struct {
	Home string
	Runs int
}

type closureResult struct {
	Took      []time.Duration // ascending
	Files     int             // executables and libraries of the folder
	Libraries int             // in the closure
}

func playClosure(ctx context.Context, c *child.Conn) (any, error) {
	var r closureRequest
	if err := c.Request(&r); err != nil {
		return nil, err
	}
	var result closureResult
	for range r.Runs {
		if err := result.run(ctx, r.Home); err != nil {
			return nil, err
		}
	}
	slices.Sort(result.Took)
	return result, nil
}

// run is what the source native does for a JDK whose files are in the set.
func (r *closureResult) run(ctx context.Context, home string) error {
	t, err := host.Machine("/")
	if err != nil {
		return err
	}
	s := NewSet(t, func(string, host.Info) (string, string) { return "", "" })
	if err := s.Tree(ctx, home, model.LayerRuntime, "runtime: x", nil); err != nil {
		return err
	}
	begin := time.Now()
	r.Files = 0
	c := NewClosure(s, nil, map[string]bool{})
	for at := range s.regular() {
		if at.mode&0o111 != 0 || strings.Contains(string(at.name), ".so") {
			c.Add(at.path())
			r.Files++
		}
	}
	if err := c.Run(ctx); err != nil {
		return err
	}
	r.Took = append(r.Took, time.Since(begin))
	r.Libraries = len(c.Libraries())
	return nil
}

// BenchmarkClosureJDK is the native closure of each JDK of this machine, as analyze finds it: in a confined child. It prints what it skips.
func BenchmarkClosureJDK(b *testing.B) {
	homes, err := filepath.Glob("/usr/lib/jvm/*/bin/javac")
	if err != nil {
		b.Fatal(err)
	}
	seen := map[string]bool{}
	for _, javac := range homes {
		home, err := filepath.EvalSymlinks(filepath.Dir(filepath.Dir(javac)))
		if err != nil || seen[home] {
			continue
		}
		seen[home] = true
		b.Run(filepath.Base(home), func(b *testing.B) {
			var r closureResult
			if _, err := (child.Call{Role: "closure", Request: closureRequest{home, b.N}}).Run(b.Context(), &r); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(r.Took[len(r.Took)/2])/1e6, "ms/closure")
			b.ReportMetric(float64(r.Files), "files")
			b.ReportMetric(float64(r.Libraries), "libraries")
		})
	}
	if len(seen) == 0 {
		fmt.Println("no JDK below /usr/lib/jvm: its closure is not measured")
		b.Skip("no JDK below /usr/lib/jvm")
	}
}
