package verify

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"a2c/model"
	"a2c/verify/compare"
)

// Record asks the live application twice what Run would ask it, and returns what it answered, to be compared with later (Options.Recorded). No image is needed.
// Questions that carry a session are left out: nobody could ask them again. Errors: as Run.
func Record(ctx context.Context, o Options) (model.Recording, error) {
	rec := model.Recording{ApplicationID: o.Analysis.AnalysisInfo.AppID, CreatedTime: time.Now().UTC().Format(time.RFC3339), Questions: []model.RecordedQuestion{}}
	r, err := begin(o)
	if err != nil {
		return rec, err
	}
	targets, skips, err := r.targets()
	if err != nil {
		return rec, err
	}
	more, err := r.survey(ctx, targets)
	if err != nil {
		return rec, err
	}
	rec.Skips = slices.Concat(skips, more)
	for _, t := range targets {
		if n := len(t.upgrades); n > 0 {
			rec.Skips = append(rec.Skips, model.Skip{What: "WebSockets", Reason: "only a live application can be asked for them", Count: n})
		}
	}
	for _, q := range r.questions {
		q.gzip = true
	}
	if err := r.askAgain(ctx, &rec.Skips); err != nil {
		return rec, err
	}
	sessions := 0
	for _, q := range r.questions {
		switch {
		case q.liveErr != nil || q.tookAgain == 0:
		case q.q.Header.Get("Cookie") != "" || q.q.Header.Get("Authorization") != "" || !q.q.safe():
			sessions++
		default:
			rec.Questions = append(rec.Questions, model.RecordedQuestion{
				Port: q.t.port, Method: q.q.Method, Path: q.q.Path, Host: q.q.Host, From: q.q.From, First: r.record(q.live), Again: r.record(q.again),
			})
		}
	}
	if sessions > 0 {
		rec.Skips = append(rec.Skips, model.Skip{What: "requests", Reason: "they carry a session or change something: they are not recorded", Count: sessions})
	}
	rec.Live = r.loaded()
	return rec, r.live.same()
}

// record is an answer as a document may hold it.
func (r *run) record(a compare.Answer) model.RecordedAnswer {
	a = r.without(a)
	return model.RecordedAnswer{
		Status: a.Status, Header: a.Header, Body: a.Body, Cut: a.Cut, Encoding: a.Encoding, PackedBytes: a.Packed, Certificate: a.Certificate,
	}
}

// without takes known secrets and the values of cookies out of an answer.
func (r *run) without(a compare.Answer) compare.Answer {
	a.Body = []byte(r.redact.text(string(a.Body)))
	header := http.Header{}
	for name, values := range a.Header {
		for _, v := range values {
			if name == "Set-Cookie" {
				v = emptyCookie(v)
			}
			header[name] = append(header[name], r.redact.text(v))
		}
	}
	a.Header = header
	a.ContentType, a.Location = header.Get("Content-Type"), r.redact.text(a.Location)
	return a
}

// asRecorded takes out of the twin's answers what was taken out of recorded ones.
func (r *run) asRecorded(q *question) {
	if !q.recorded {
		return
	}
	q.twin = r.without(q.twin)
	if q.packed != nil {
		*q.packed = r.without(*q.packed)
	}
}

// emptyCookie is a Set-Cookie field without the cookie's value (RFC 6265, 4.1.1).
func emptyCookie(v string) string {
	pair, attributes, more := strings.Cut(v, ";")
	name, _, _ := strings.Cut(pair, "=")
	v = name + "=" + model.Redacted
	if more {
		v += ";" + attributes
	}
	return v
}

// recorded makes questions of what was recorded, as far as the image has the port.
func (r *run) recorded(targets []target) (skips []model.Skip) {
	if r.o.Recorded == nil {
		return []model.Skip{{What: "answers", Reason: "the live application is asked nothing (--no-live), and nothing was recorded: a2c record does so"}}
	}
	at := survey{run: r, targets: targets, main: r.mainPort(targets)}
	missing := 0
	for _, q := range r.o.Recorded.Questions {
		t, ok := at.target(q.Port)
		if !ok {
			missing++
			continue
		}
		r.questions = append(r.questions, &question{
			t: t, q: Request{Port: q.Port, Method: q.Method, Path: q.Path, Host: q.Host, From: q.From}, live: answerOf(q.First), again: answerOf(q.Again),
			took: 1, tookAgain: 1, recorded: true,
		})
	}
	if missing > 0 {
		skips = append(skips, model.Skip{What: "recorded requests", Reason: "the image has no such port", Count: missing, Incomplete: true})
	}
	return skips
}

func answerOf(a model.RecordedAnswer) compare.Answer {
	header := http.Header(a.Header)
	return compare.Answer{
		Status: a.Status, ContentType: header.Get("Content-Type"), Location: header.Get("Location"), Header: header, Certificate: a.Certificate, Body: a.Body, Cut: a.Cut,
		Encoding: a.Encoding, Packed: a.PackedBytes,
	}
}

// since says what an image was compared with when nobody was asked.
func (r *run) since() []string {
	if !r.o.NoLive || r.o.Recorded == nil {
		return nil
	}
	return []string{fmt.Sprintf("compared with what the live application answered at %s (a2c record), to %d requests", model.Path(r.o.Recorded.CreatedTime), len(r.questions))}
}
