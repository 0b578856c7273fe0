package proof

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/proof/apps"
)

// manyEach files lie in each planted folder: many small ones, as a folder of static content has them. What costs a little for each is a lot then.
const manyEach = 100

// many measures what analyze takes for an application in whose folder files were planted, and what memory.
func (f *figures) many(c Command, j Job, files int, seconds, mb float64) {
	f.t.Helper()
	top := filepath.Join(string(j.Found.Base), apps.Filled)
	f.t.Cleanup(func() {
		if err := os.RemoveAll(top); err != nil {
			f.t.Error(err)
		}
	})
	if err := plantMany(top, files/manyEach); err != nil {
		f.t.Fatal(err)
	}
	unix.Sync() // writing gigabytes back is the planter's work, not the analysis'
	j.Analyze(f.t, c)
	if in := j.Analysis.AnalysisInfo.Files.In; in < files {
		f.t.Errorf("%s: %d files are in, with %d that were planted", j.App.Name, in, files)
	}
	ran := j.Runs[len(j.Runs)-1]
	f.timed(fmt.Sprintf("analyze %s with %d more files", j.App.Name, files), ran.Seconds, seconds, "s")
	f.note("  peak memory", float64(ran.Peak)/1e6, mb, "MB")
}

// plantMany writes pages and documents of 3 kB, none with a secret.
func plantMany(top string, folders int) error {
	text := strings.Repeat("lorem ipsum dolor sit amet, the key of it: 42\n", 64)
	document := "{\n" + strings.Repeat("  \"title\": \"lorem ipsum\",\n", 120) + "  \"end\": 1\n}\n"
	for i := range folders {
		dir := filepath.Join(top, fmt.Sprintf("section-%02d", i%40), fmt.Sprintf("page-%05d", i))
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
