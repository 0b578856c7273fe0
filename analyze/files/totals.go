package files

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"a2c/model"
)

const (
	maxReasons = 5
	maxDoubts  = 100
	// maxFolders is how many folders with doubtful files are told apart; what comes after them is counted as lying in "/".
	maxFolders = 1000
)

// totals sums up the list of files while it is handed out.
type totals struct {
	of      model.FileTotals
	reasons map[[2]string]*model.ReasonTotal
	doubts  map[[3]string]*model.Doubt
}

func newTotals() *totals {
	return &totals{
		of:      model.FileTotals{Layers: map[string]int64{}},
		reasons: map[[2]string]*model.ReasonTotal{}, doubts: map[[3]string]*model.Doubt{},
	}
}

func (t *totals) add(f model.File) {
	size := f.Size
	if f.HardLink != "" {
		size = 0
	}
	switch f.Decision {
	case model.In:
		t.of.In++
		t.of.InBytes += size
		if f.HardLink == "" {
			t.of.Layers[f.Layer] += size
		}
	case model.Out:
		t.of.Out++
		t.of.OutBytes += size
	case model.State:
		t.of.State++
	case model.Empty:
		t.of.Empty++
	}
	t.because(f, size)
	t.inDoubt(f, size)
}

func (t *totals) because(f model.File, size int64) {
	if f.Type == "dir" || len(f.Reasons) == 0 || f.Decision != model.In && f.Decision != model.Out {
		return
	}
	word, _, _ := strings.Cut(f.Reasons[0], ":")
	key := [2]string{f.Decision, word}
	r := t.reasons[key]
	if r == nil {
		r = &model.ReasonTotal{Decision: f.Decision, Reason: word}
		t.reasons[key] = r
	}
	r.Files++
	r.Bytes += size
}

func (t *totals) inDoubt(f model.File, size int64) {
	if f.Doubt == "" {
		return
	}
	t.of.Doubtful++
	t.of.DoubtfulBytes += size
	dir := path.Dir(string(f.Path))
	key := [3]string{dir, f.Decision, f.Doubt}
	if len(t.doubts) >= maxFolders && t.doubts[key] == nil {
		dir = "/"
		key[0] = dir
	}
	d := t.doubts[key]
	if d == nil {
		t.doubts[key] = &model.Doubt{Path: f.Path, Files: 1, Bytes: size, Decision: f.Decision, Reasons: f.Reasons, Why: f.Doubt}
		return
	}
	d.Path = model.Path(dir)
	d.Files++
	d.Bytes += size
}

// sum is what was added, in order.
func (t *totals) sum() (model.FileTotals, []model.Doubt) {
	t.of.Reasons = []model.ReasonTotal{}
	for _, r := range t.reasons {
		t.of.Reasons = append(t.of.Reasons, *r)
	}
	slices.SortFunc(t.of.Reasons, func(a, b model.ReasonTotal) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(b.Files, a.Files), cmp.Compare(a.Decision+a.Reason, b.Decision+b.Reason))
	})
	t.of.Reasons = t.of.Reasons[:min(maxReasons, len(t.of.Reasons))]
	doubts := []model.Doubt{}
	for _, d := range t.doubts {
		doubts = append(doubts, *d)
	}
	slices.SortFunc(doubts, func(a, b model.Doubt) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Why, b.Why))
	})
	return t.of, doubts[:min(maxDoubts, len(doubts))]
}
