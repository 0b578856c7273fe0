package verify

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/verify/compare"
)

// TestEachStart has a page with the name of an object, which every start of the program chooses anew, and beside it one word that is wrong in the image.
func TestEachStart(t *testing.T) {
	page := func(object, word string) compare.Answer {
		return compare.Answer{Status: http.StatusOK, Header: http.Header{}, Body: []byte("served by Shop@" + object + " " + word + strings.Repeat(" words", 40))}
	}
	live := page("1b0375b3", "open")
	for _, c := range []struct {
		name    string
		twin    compare.Answer
		starts  []compare.Answer
		verdict string
		masks   []model.Mask
	}{
		{"one start", page("5e2de80c", "open"), nil, model.VerifyDifferent, nil},
		{"two starts", page("5e2de80c", "open"), []compare.Answer{page("2f92e0f4", "open")}, model.VerifyEqual, []model.Mask{{Kind: "text", Where: "line 1 word 3", Bytes: 14, Start: true}}},
		{"wrong at each", page("5e2de80c", "closed"), []compare.Answer{page("2f92e0f4", "closed")}, model.VerifyDifferent, []model.Mask{{Kind: "text", Where: "line 1 word 3", Bytes: 14, Start: true}}},
		{"an error at the other", page("5e2de80c", "open"), []compare.Answer{{Status: http.StatusServiceUnavailable}}, model.VerifyDifferent, nil},
	} {
		q := &question{live: live, again: live, twin: c.twin, starts: c.starts}
		got := q.compare(compare.Options{})
		if diff := cmp.Diff(c.masks, got.Masks); diff != "" || got.Verdict != c.verdict {
			t.Errorf("%s: %s %s", c.name, got.Verdict, diff)
		}
	}
}
