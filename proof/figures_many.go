package proof

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"a2c/proof/apps"
)

// Many small files, as a folder of static content has them: what costs a little for each is a lot then.
const (
	manyFolders = 1000
	manyEach    = 100
)

// many measures what analyze takes for an application in whose folder 100,000 files lie.
func (f *figures) many(c Command, a apps.App, j Job) {
	f.t.Helper()
	top := filepath.Join(string(j.Found.Base), "many")
	f.t.Cleanup(func() {
		if err := os.RemoveAll(top); err != nil {
			f.t.Error(err)
		}
	})
	if err := plantMany(top); err != nil {
		f.t.Fatal(err)
	}
	j.Analyze(f.t, c)
	if in := j.Analysis.AnalysisInfo.Files.In; in < manyFolders*manyEach {
		f.t.Errorf("%s: %d files are in, with %d that were planted", a.Name, in, manyFolders*manyEach)
	}
	f.note("analyze "+a.Title+" with 100,000 small files", j.Runs[len(j.Runs)-1].Seconds, 10, "s")
}

// plantMany writes pages and documents of 3 kB, none with a secret.
func plantMany(top string) error {
	text := strings.Repeat("lorem ipsum dolor sit amet, the key of it: 42\n", 64)
	document := "{\n" + strings.Repeat("  \"title\": \"lorem ipsum\",\n", 120) + "  \"end\": 1\n}\n"
	for i := range manyFolders {
		dir := filepath.Join(top, fmt.Sprintf("section-%02d", i%40), fmt.Sprintf("page-%04d", i))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for n := range manyEach / 2 {
			err1 := os.WriteFile(filepath.Join(dir, fmt.Sprintf("item-%02d.txt", n)), []byte(text), 0o644)
			err2 := os.WriteFile(filepath.Join(dir, fmt.Sprintf("item-%02d.json", n)), []byte(document), 0o644)
			if err := errors.Join(err1, err2); err != nil {
				return err
			}
		}
	}
	return nil
}
