package verify

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory/host"
	"a2c/model"
)

// shop answers as the application does that a comparison has to cope with. The image's differs by flaw.
func shop(t *testing.T, flaw string) http.Handler {
	mux := http.NewServeMux()
	var count atomic.Int32
	count.Store(int32(len(flaw)))
	filler := strings.Repeat("<li>a thing to buy</li>\n", 40)
	mux.HandleFunc("/json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		list := `[{"n":1},{"n":2}]`
		if count.Add(1)%2 == 0 {
			list = `[{"n":2},{"n":1}]`
		}
		fmt.Fprintf(w, `{"list":%s,"request":{"id":%q},"text":%q}`, list, rand.Text(), strings.Repeat("words ", 100))
	})
	mux.HandleFunc("/seldom", func(w http.ResponseWriter, _ *http.Request) {
		words := strings.Fields(strings.Repeat("words ", 40) + "a b")
		if count.Add(1)%3 == 0 { // the live application's third answer; the image's second
			slices.Reverse(words)
		}
		fmt.Fprint(w, strings.Join(words, " "))
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		nonce := rand.Text()
		w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src 'nonce-"+nonce+"'")
		w.Header().Set("X-Request-Mark", nonce)
		attributes := "; Path=/; HttpOnly"
		if flaw == "cookie" {
			attributes = "; Path=/"
		}
		w.Header().Set("Set-Cookie", "SESSION="+nonce+attributes)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<html><form><input name=csrf value=%s></form><ul>%s</ul></html>", nonce, filler)
	})
	mux.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprintf(w, `<?xml version="1.0"?><feed><id>%s</id><text>%s</text></feed>`, rand.Text(), filler)
	})
	mux.HandleFunc("/noise", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s %s", strings.Repeat("words ", 17), rand.Text())
	})
	mux.HandleFunc("/packed", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		w.Header().Set("Vary", "Accept-Encoding")
		if r.Header.Get("Accept-Encoding") != "gzip" || flaw == "gzip" {
			fmt.Fprint(w, filler)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, filler)
		if err := z.Close(); err != nil {
			t.Error(err)
		}
	})
	return mux
}

// served is a twin that is another server on this machine.
type served struct {
	Twin
	address string
}

func (served) PID() int { return 0 }

func (s served) Dial(ctx context.Context, _ int, _ bool) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", s.address)
}

func (s served) Status(context.Context) (Status, error) { return Status{Running: true}, nil }

// ask compares paths of the shop with those of its image.
func ask(t *testing.T, flaw string, paths ...string) model.Verification {
	t.Helper()
	original, image := httptest.NewServer(shop(t, "")), httptest.NewServer(shop(t, flaw))
	t.Cleanup(original.Close)
	t.Cleanup(image.Close)
	machine, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	port := original.Listener.Addr().(*net.TCPAddr).Port
	listener := model.Listener{Address: "127.0.0.1", Port: port, Protocol: "tcp", Purpose: "http"}
	r := &run{o: Options{Report: func(Event) {}}, redact: newRedactor(nil), live: &live{tree: machine, app: model.App{ProcessID: os.Getppid()}}} // other tests move threads of this process
	r.o.Log = slog.New(slog.DiscardHandler)
	to := target{port: port, live: listener, known: true, scheme: "http"}
	for _, p := range paths {
		to.requests = append(to.requests, Request{Method: "GET", Path: p})
	}
	r.pace = newPace(1000)
	first := &survey{run: r, targets: []target{to}, main: port}
	if err := first.named(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.questions, r.surveyed = first.list, time.Now()
	var v model.Verification
	if v.Comparisons, err = r.compare(t.Context(), served{address: image.Listener.Addr().String()}, []target{to}, time.Now(), &v.Skips); err != nil {
		t.Fatal(err)
	}
	conclude(&v, nil)
	return v
}

// TestNoncesAreMasked: an application that writes a new token into each answer is equal to its image, and what was masked is named.
func TestNoncesAreMasked(t *testing.T) {
	v := ask(t, "", "/json", "/page", "/feed", "/packed")
	if v.Verdict != model.VerifyEqual {
		t.Fatalf("%+v", v)
	}
	var got []string
	for _, c := range v.Comparisons {
		for _, m := range c.Masks {
			got = append(got, fmt.Sprintf("%s %s %s %d", c.Path, m.Kind, m.Where, m.Bytes))
		}
	}
	want := []string{
		"/json order $.list 17", "/json json $.request.id 28", "/page header Content-Security-Policy 32", "/page header X-Request-Mark 26", "/page cookie SESSION 26",
		"/page html html/form/input@value 26", "/feed xml feed/id/text()/word[1] 26",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c := v.Comparisons[3]; c.Live.PackedBytes == 0 || c.Live.PackedBytes >= c.Live.Bytes || c.Twin.PackedBytes != c.Live.PackedBytes {
		t.Errorf("compression: %+v", c)
	}
}

// TestSeldom: what the live application changes with its third answer only is no difference of the image.
func TestSeldom(t *testing.T) {
	v := ask(t, "xx", "/seldom")
	if c := v.Comparisons[0]; v.Verdict != model.VerifyEqual || len(c.Masks) == 0 || c.Masks[0].Kind != model.MaskOrder {
		t.Errorf("%s %+v", v.Verdict, c)
	}
}

// TestNotEnough: neither the same error nor noise is equality.
func TestNotEnough(t *testing.T) {
	for _, c := range []struct{ path, verdict, why string }{
		{"/nowhere", model.VerifySameError, "both answering 404 proves nothing"},
		{"/noise", model.VerifyNotComparable, "the live application itself answers differently each time (20 % of the body)"},
	} {
		v := ask(t, "", c.path)
		if v.Verdict != model.VerifyNotComparable || v.Verified || v.Comparisons[0].Verdict != c.verdict || !strings.Contains(v.Why, c.why) {
			t.Errorf("%s: %s, %+v", c.path, v.Why, v.Comparisons[0])
		}
	}
}

// TestFlaws: beside what is masked, what differs is found and named.
func TestFlaws(t *testing.T) {
	for flaw, want := range map[string]model.Difference{
		"cookie": {What: "cookie SESSION", Live: "set; Path=/; HttpOnly", Image: "set; Path=/"},
		"gzip":   {What: "header Content-Encoding with Accept-Encoding: gzip", Live: "gzip", Image: "none"},
	} {
		v := ask(t, flaw, "/json", "/page", "/packed")
		var got []model.Difference
		for _, c := range v.Comparisons {
			got = append(got, c.Differences...)
		}
		if diff := cmp.Diff([]model.Difference{want}, got); diff != "" || v.Verdict != model.VerifyDifferent {
			t.Errorf("%s: %s %s", flaw, v.Verdict, diff)
		}
	}
}

// TestFiftyRequests: comparing costs less than five seconds.
func TestFiftyRequests(t *testing.T) {
	var paths []string
	for i := range 50 {
		paths = append(paths, []string{"/json", "/page", "/feed", "/packed", "/noise"}[i%5]+fmt.Sprintf("?%d", i))
	}
	begin := time.Now()
	v := ask(t, "", paths...)
	if took := time.Since(begin); took > 5*time.Second || v.Verdict != model.VerifyEqual {
		t.Errorf("%v, %s %s", took, v.Verdict, v.Why)
	}
}
