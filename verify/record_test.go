package verify

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/verify/compare"
)

func TestWithout(t *testing.T) {
	r := &run{redact: newRedactor([]string{"hunter22"})}
	got := r.without(compare.Answer{
		Status: 200, Body: []byte("the password is hunter22."), Location: "/x?p=hunter22",
		Header: http.Header{"Set-Cookie": {"S=abc; Path=/; HttpOnly", "T=1"}, "X-Key": {"hunter22"}, "Content-Type": {"text/plain"}},
	})
	want := compare.Answer{
		Status: 200, Body: []byte("the password is <redacted>."), Location: "/x?p=<redacted>", ContentType: "text/plain",
		Header: http.Header{"Set-Cookie": {"S=<redacted>; Path=/; HttpOnly", "T=<redacted>"}, "X-Key": {"<redacted>"}, "Content-Type": {"text/plain"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRecorded compares a twin with what was recorded of the original, without asking that again.
func TestRecorded(t *testing.T) {
	s := &seller{pages: map[string]string{"/": start, "/a.css": "a"}}
	r, _, err := s.run(t, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var skips []model.Skip
	if err := r.askAgain(t.Context(), &skips); err != nil {
		t.Fatal(err)
	}
	rec := model.Recording{}
	for _, q := range r.questions {
		rec.Questions = append(rec.Questions, model.RecordedQuestion{Port: q.t.port, Method: q.q.Method, Path: q.q.Path, First: r.record(q.live), Again: r.record(q.again)})
	}
	rec.Questions = append(rec.Questions, model.RecordedQuestion{Port: 1, Method: "GET", Path: "/gone"})
	asked := len(s.asked)
	targets, _, err := r.targets()
	if err != nil {
		t.Fatal(err)
	}
	r.questions, r.o.NoLive, r.o.Recorded = nil, true, &rec
	if skips := r.recorded(targets); len(skips) != 1 || skips[0].Count != 1 || len(r.questions) != len(rec.Questions)-1 {
		t.Fatalf("%v, %d questions", skips, len(r.questions))
	}
	twin := served{address: hostOf(targets[0])} // the original itself
	list, err := r.compare(t.Context(), twin, targets, time.Now(), &skips)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Verdict != model.VerifyEqual {
			t.Errorf("%s: %s %v", c.Path, c.Verdict, c.Differences)
		}
	}
	// Each question went to the twin twice, once for a compressed answer.
	if n := len(s.asked) - asked; n != 2*len(r.questions) {
		t.Errorf("%d requests for %d questions: %s", n, len(r.questions), strings.Join(s.asked[asked:], ", "))
	}
}
