// Package golden compares what a test made with a file that is kept beside it, byte for byte.
// `go test ./that/package -update` writes the files instead; the difference is then read in review.
package golden

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

//nolint:gochecknoglobals // a flag has to be known before the tests parse their command line
var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Updating reports whether the tests run with -update.
func Updating() bool { return *update }

// Equal compares got with the file at path (relative to the test's package).
func Equal(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		write(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("golden file %s is missing: run this test with -update", path)
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s (-want +got), -update accepts:\n%s", path, cmp.Diff(string(want), string(got)))
	}
}

// JSON compares v, indented by two spaces and ended by a newline, with the file at path.
func JSON(t testing.TB, path string, v any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	Equal(t, path, b.Bytes())
}

// Files compares a set of files, by slash-separated name, with the txtar archive at path. Every file has to end with a newline:
// txtar cannot tell it from one that does not.
func Files(t testing.TB, path string, files map[string][]byte) {
	t.Helper()
	var a txtar.Archive
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if data := files[name]; len(data) > 0 && data[len(data)-1] != '\n' {
			t.Errorf("%s does not end with a newline", name)
		}
		a.Files = append(a.Files, txtar.File{Name: name, Data: files[name]})
	}
	Equal(t, path, txtar.Format(&a))
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
