package guard_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// clockReadings are the places where what runs in a build reads the clock of the wall, which an administrator or NTP may set meanwhile, with what becomes of a jump.
// Differences of two readings of one process are none of them: Go takes those by the monotonic clock (package time, "Monotonic Clocks"), as its timers are.
func clockReadings() map[string]string {
	return map[string]string{
		"containerize/containerize.go Run":         "seconds in image.json, by the monotonic clock",
		"containerize/copy_live.go takeOnce":       "a file that is younger than 2 s, or of the future, is read twice; one that seems older has another time after a write",
		"containerize/seen.go noteSeen":            "a file that was written just now, or in the future, is read again by the next run",
		"internal/awscall/awscall.go Call":         "a signature, which AWS refuses when the clock is wrong",
		"internal/registry/explain.go certificate": "the text of an error",
		"internal/registry/patience.go retryAfter": "how long a registry is waited for that names a date",
		"internal/term/progress.go Show":           "how often progress is shown, by the monotonic clock",
	}
}

// TestClock holds that nothing in a build goes by the clock of the wall but what the list names. A build under a clock that jumps cannot be tried here: a time namespace
// leaves CLOCK_REALTIME alone (time_namespaces(7)), and no library that lies about the time can be loaded into a static program.
func TestClock(t *testing.T) {
	listed := newList(clockReadings())
	for _, name := range tracked(t) {
		building := slices.ContainsFunc([]string{"containerize/", "cmd/a2c-kaniko/", "internal/"}, func(dir string) bool { return strings.HasPrefix(name, dir) })
		if !building || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", name), nil, 0)
		if err != nil {
			continue // deleted in the work tree
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if p, ok := s.X.(*ast.Ident); ok && p.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, s.Sel.Name) && !listed.has(name+" "+fn.Name.Name) {
					t.Errorf("%s: %s reads the clock (time.%s): say in the list what becomes of it when the clock jumps", name, fn.Name.Name, s.Sel.Name)
				}
				return true
			})
		}
	}
	for _, place := range listed.unused() {
		t.Errorf("the list names %s, which reads no clock: take it out", place)
	}
}
