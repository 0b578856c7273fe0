package check

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/model"
)

// corpusEntry is a case of the corpus in a file of its own, for other programs to judge.
type corpusEntry struct {
	File     string `json:"file"`
	Base     string `json:"base"`     // which document it was made of: "task.json"
	Rule     string `json:"rule"`     // "" of the base itself
	Severity string `json:"severity"` // of the finding that is wanted; "": none is
	Found    bool   `json:"found"`    // a2c says it
	Alarm    bool   `json:"alarm"`    // a2c says what is not wanted
}

// TestCorpusDocuments writes the corpus into the folder that A2C_CORPUS names, with corpus.json: the proof "verdicts" holds other programs against it.
func TestCorpusDocuments(t *testing.T) {
	dir := os.Getenv("A2C_CORPUS")
	if dir == "" {
		t.Skip("A2C_CORPUS names no folder")
	}
	var entries []corpusEntry
	write := func(e corpusEntry, data []byte) {
		e.File = filepath.Join(dir, fmt.Sprintf("%04d.json", len(entries)))
		if bytes.HasPrefix(data, []byte("---\n")) {
			e.File = strings.TrimSuffix(e.File, "json") + "yaml"
		}
		if err := os.WriteFile(e.File, data, 0o600); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	files, err := filepath.Glob(filepath.Join("..", "testdata", "verdicts", "base", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		write(corpusEntry{Base: filepath.Base(file)}, read(t, file))
	}
	for _, c := range corpus(t) {
		data := c.document(t)
		e := corpusEntry{Base: c.base.file, Rule: c.rule}
		if c.label == "fail" {
			e.Severity, _, _ = strings.Cut(c.want[0], " ")
		}
		for _, f := range said(t, "x.json", data, c.targets) {
			e.Found = e.Found || f.Rule == c.rule && f.Severity != model.CannotTell
			e.Alarm = e.Alarm || f.Rule != c.rule && !slices.Contains(c.also, f.Rule) && f.Rule != closed
		}
		write(e, data)
	}
	if err := os.WriteFile(filepath.Join(dir, "corpus.json"), encode(t, entries), 0o600); err != nil {
		t.Fatal(err)
	}
}
