package workspace

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"a2c/model"
)

type doc struct {
	Mine  mine `json:"mine"`
	Yours int  `json:"yours"` // not editable
}

type mine struct {
	A    string            `json:"a"`
	B    int               `json:"b"`
	List []string          `json:"list"`
	Env  []model.NameValue `json:"env"`
}

func TestPropose(t *testing.T) {
	first := doc{mine{"a1", 1, []string{"/x", "/y"}, []model.NameValue{{Name: "K", Value: "1"}, {Name: "L", Value: "1"}}}, 1}
	for name, c := range map[string]struct {
		edit   [][2]string // text replaced in the document
		second doc
		want   doc
		edits  []string // path kind yours→proposed
	}{
		"nothing_edited": {nil, doc{mine{"a2", 1, []string{"/z"}, nil}, 2}, doc{mine{"a2", 1, []string{"/z"}, nil}, 2}, nil},
		"edit_stays": {
			[][2]string{{`"a1"`, `"me"`}},
			doc{mine{"a1", 2, first.Mine.List, first.Mine.Env}, 2},
			doc{mine{"me", 2, first.Mine.List, first.Mine.Env}, 2},
			[]string{`x.json:3:10 mine.a kept "me"→"a1"`},
		},
		"conflict": {
			[][2]string{{`"a1"`, `"me"`}},
			doc{mine{"a2", 1, first.Mine.List, first.Mine.Env}, 1},
			doc{mine{"me", 1, first.Mine.List, first.Mine.Env}, 1},
			[]string{`x.json:3:10 mine.a conflict "me"→"a2"`},
		},
		"both_the_same": {[][2]string{{`"a1"`, `"a2"`}}, doc{mine{"a2", 1, first.Mine.List, first.Mine.Env}, 1}, doc{mine{"a2", 1, first.Mine.List, first.Mine.Env}, 1}, nil},
		"list": {
			[][2]string{{"\"/x\",\n", ""}, {`"/y"`, `"/y", "/mine"`}},
			doc{mine{"a1", 1, []string{"/x", "/y", "/z"}, first.Mine.Env}, 1},
			doc{mine{"a1", 1, []string{"/y", "/z", "/mine"}, first.Mine.Env}, 1},
			[]string{`x.json mine.list["/x"] kept →"/x"`, `x.json:6:19 mine.list["/mine"] kept "/mine"→`},
		},
		"named_items": {
			[][2]string{{"\"K\",\n        \"value\": \"1\"", "\"K\",\n        \"value\": \"9\""}},
			doc{mine{"a1", 1, first.Mine.List, []model.NameValue{{Name: "K", Value: "1"}, {Name: "N", Value: "1"}}}, 1},
			doc{mine{"a1", 1, first.Mine.List, []model.NameValue{{Name: "K", Value: "9"}, {Name: "N", Value: "1"}}}, 1},
			[]string{`x.json:12:18 mine.env["K"].value kept "9"→"1"`},
		},
		"key_taken_out": {[][2]string{{"\"b\": 1,", ""}}, doc{mine{"a1", 2, first.Mine.List, first.Mine.Env}, 1}, doc{mine{"a1", 2, first.Mine.List, first.Mine.Env}, 1}, nil},
		"read_only": {
			[][2]string{{`"yours": 1`, `"yours": 5`}}, doc{first.Mine, 2}, doc{first.Mine, 2}, []string{`x.json:20:12 yours read-only 5→`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			if _, edits, err := Propose(w, "app/x.json", first, "mine"); err != nil || len(edits) > 0 {
				t.Fatal(edits, err)
			}
			data, err := os.ReadFile(w.Path("app/x.json"))
			if err != nil {
				t.Fatal(err)
			}
			text := string(data)
			for _, e := range c.edit {
				if strings.Count(text, e[0]) != 1 {
					t.Fatalf("%q stands %d times in\n%s", e[0], strings.Count(text, e[0]), text)
				}
				text = strings.Replace(text, e[0], e[1], 1)
			}
			if err := os.WriteFile(w.Path("app/x.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			for round := range 2 { // a second, equal proposal changes nothing more
				got, edits, err := Propose(w, "app/x.json", c.second, "mine")
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("round %d (-want +got)\n%s", round, d)
				}
				saved, err := Load[doc](w, "app/x.json")
				if d := cmp.Diff(c.want, saved, cmpopts.EquateEmpty()); d != "" || err != nil {
					t.Errorf("saved, round %d: %v (-want +got)\n%s", round, err, d)
				}
				if round == 1 {
					continue
				}
				var said []string
				for _, e := range edits {
					said = append(said, e.Place+" "+e.Path+" "+string(e.Kind)+" "+e.Yours+"→"+e.Proposed)
				}
				if d := cmp.Diff(c.edits, said); d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
			}
		})
	}
}

func TestProposeKeepsFormatting(t *testing.T) {
	w := open(t)
	if _, _, err := Propose(w, "x.json", map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	const mine = "{ \"a\":\n 7 }"
	if err := os.WriteFile(w.Path("x.json"), []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Propose(w, "x.json", map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(w.Path("x.json")); string(got) != mine || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestProposeLeavesBrokenAlone(t *testing.T) {
	w := open(t)
	if _, _, err := Propose(w, "x.json", doc{}); err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{"{", `{"mine": 3}`, `{"mein": {}}`, "", "\xff"} {
		if err := os.WriteFile(w.Path("x.json"), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := Propose(w, "x.json", doc{})
		if err == nil || !strings.HasPrefix(err.Error(), w.Path("x.json")+":1:") {
			t.Errorf("%q: got %v", broken, err)
		}
		if got, err := os.ReadFile(w.Path("x.json")); string(got) != broken || err != nil {
			t.Errorf("%q became %q, %v", broken, got, err)
		}
	}
}

// Killed between writing the document and noting what was proposed: the next proposal does not take its own text for the user's.
func TestProposeAfterKill(t *testing.T) {
	w := open(t)
	if _, _, err := Propose(w, "x.json", doc{Yours: 1, Mine: mine{A: "a1"}}); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(w.Path(hidden("x.json")))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Propose(w, "x.json", doc{Yours: 1, Mine: mine{A: "a2"}}); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(w.Path(hidden("x.json")), w.Path(next("x.json"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.Path(hidden("x.json")), old, 0o600); err != nil {
		t.Fatal(err)
	}
	got, edits, err := Propose(w, "x.json", doc{Yours: 1, Mine: mine{A: "a3"}})
	if err != nil || len(edits) > 0 || got.Mine.A != "a3" {
		t.Errorf("got %+v, %v, %v", got, edits, err)
	}
}

// TestProposeNotWritten has a document that cannot be written: what was to be kept beside it goes too.
func TestProposeNotWritten(t *testing.T) {
	w := open(t)
	if err := os.MkdirAll(w.Path("x.json/in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := w.writeProposal("x.json", []byte("{}"), []byte("{}")); err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Lstat(w.Path(next("x.json"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left over: %v", err)
	}
}
