package verify

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory/host"
	"a2c/model"
)

// seller is this process as the live application, with a log of what it was asked.
type seller struct {
	mu    sync.Mutex
	asked []string
	pages map[string]string
	log   string
	name  string // "": it answers to every name of its host
}

func (s *seller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := r.Method + " " + r.RequestURI
	if c := r.Header.Get("Cookie"); c != "" {
		line += " " + c
	}
	if !strings.HasPrefix(r.Host, "127.") {
		line = r.Host + " " + line
	}
	s.asked = append(s.asked, line)
	page, ok := s.pages[r.URL.Path]
	switch host, _, _ := net.SplitHostPort(r.Host); {
	case s.name != "" && host != s.name:
		http.Error(w, "Invalid host", http.StatusBadRequest)
	case !ok:
		http.NotFound(w, r)
	case page == "broken":
		http.Error(w, "broken", http.StatusServiceUnavailable)
	case strings.HasPrefix(page, "/"):
		http.Redirect(w, r, page, http.StatusFound)
	default:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, page)
	}
}

func (s *seller) run(t *testing.T, o Options) (*run, []model.Skip, error) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	port := server.Listener.Addr().(*net.TCPAddr).Port
	tree, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	app := model.App{ProcessID: os.Getpid(), Listeners: []model.Listener{{Address: "127.0.0.1", Port: port, Protocol: "tcp", Purpose: "http"}}}
	o.Tree = tree
	o.Analysis.AnalysisInfo.App = app
	o.Analysis.AnalysisInfo.ApplicationType = "java-springboot"
	if s.log != "" {
		name := filepath.Join(t.TempDir(), "access_log")
		if err := os.WriteFile(name, []byte(s.log), 0o600); err != nil {
			t.Fatal(err)
		}
		o.Analysis.AnalysisInfo.Logs = []model.LogFile{{Path: model.Path(name)}}
	}
	o.Image.Needs.Ports = app.Listeners
	o.Report = func(Event) {}
	r := &run{o: o, live: &live{tree: tree, app: app}, pace: newPace(1000), redact: newRedactor(nil)}
	r.o.Log = slog.New(slog.DiscardHandler)
	targets, _, err := r.targets()
	if err != nil {
		t.Fatal(err)
	}
	skips, err := r.survey(t.Context(), targets)
	return r, skips, err
}

const start = `<link rel=stylesheet href=/a.css?v=1><a href=/list>x</a><a href=/logout>x</a><a href=/delete?id=1>x</a>`

func TestSurvey(t *testing.T) {
	s := &seller{pages: map[string]string{"/": "/home", "/home": start, "/a.css": "a", "/actuator/health": "up", "/x": "x"}, log: "\"GET /x?q=tea HTTP/1.1\" 200\n\"GET /user/delete HTTP/1.1\" 200\n"}
	r, _, err := s.run(t, Options{Requests: []Request{{Method: "GET", Path: "/x"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"GET /x", "GET /", "GET /home", "GET /a.css?v=1", "GET /actuator/health"}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Error(diff)
	}
	if len(r.questions) != len(want) || r.load.Requests != len(want) {
		t.Errorf("%d questions, %d requests", len(r.questions), r.load.Requests)
	}
}

// TestSurveyOfNamed holds that one who knows its host by a name alone is asked by that, from its first refusal on.
func TestSurveyOfNamed(t *testing.T) {
	s := &seller{pages: map[string]string{"/": start, "/a.css": "a"}, name: "localhost"}
	r, _, err := s.run(t, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range r.questions {
		if q.live.Status == http.StatusBadRequest || !strings.HasPrefix(hostOf(q.t), "localhost:") {
			t.Errorf("%s: %d by %s", q.q.Path, q.live.Status, hostOf(q.t))
		}
	}
	if len(s.asked) < 3 || s.asked[0] != "GET /" || !strings.HasPrefix(s.asked[1], "localhost:") || !strings.HasSuffix(s.asked[1], " GET /") || !strings.HasPrefix(s.asked[2], "localhost:") {
		t.Error(s.asked)
	}
}

// TestSurveyOfNobody holds that one who refuses every name is asked by its address, and an unsafe request is not sent twice.
func TestSurveyOfNobody(t *testing.T) {
	s := &seller{pages: map[string]string{"/": start}, name: "shop.example"}
	r, _, err := s.run(t, Options{Requests: []Request{{Method: http.MethodPost, Path: "/order"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range r.questions {
		if q.t.name != "" {
			t.Errorf("%s %s was asked as %s, which refuses it, too", q.q.Method, q.q.Path, q.t.name)
		}
	}
	posts := slices.DeleteFunc(slices.Clone(s.asked), func(line string) bool { return !strings.Contains(line, "POST") })
	if diff := cmp.Diff([]string{"POST /order"}, posts); diff != "" {
		t.Error(diff)
	}
}

func TestSurveyOfAll(t *testing.T) {
	pages := map[string]string{"/": start, "/list": "l", "/x": "x", "/v3/api-docs": `{"paths":{"/api":{"get":{}}}}`, "/api": "a"}
	log := "\"GET /x?q=tea HTTP/1.1\" 200\n\"GET /user/delete HTTP/1.1\" 200\n"
	s := &seller{pages: pages, log: log}
	var told []string
	o := Options{AskLive: true, Collected: []Request{{Method: "GET", Host: "shop.example", Path: "/x", Header: http.Header{"Cookie": {"s=1"}}, From: "HAR"}}}
	o.Announce = func(list []Request) {
		for _, q := range list {
			told = append(told, q.Path)
		}
	}
	if _, skips, err := s.run(t, o); err != nil || len(skips) != 1 || skips[0].Count != 3 {
		t.Errorf("%v, %v", err, skips)
	}
	want := []string{"GET /", "GET /a.css?v=1", "GET /v3/api-docs", "GET /actuator", "shop.example GET /x s=1", "GET /x?q=", "GET /list", "GET /api", "GET /actuator/health"}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/x", "/x?q=", "/list", "/api"}, told); diff != "" {
		t.Error(diff)
	}
	s = &seller{pages: pages, log: log}
	told = nil
	o.AskLive, o.List = false, true
	if _, _, err := s.run(t, o); !errors.Is(err, ErrListed) {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"GET /", "GET /a.css?v=1"}, s.asked); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(told, "/x?q=") {
		t.Error(told)
	}
}

// TestSurveyStops at the first server error.
func TestSurveyStops(t *testing.T) {
	s := &seller{pages: map[string]string{"/": "broken", "/x": "x", "/actuator/health": "up"}}
	r, skips, err := s.run(t, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"GET /"}, s.asked); diff != "" {
		t.Error(diff)
	}
	if len(skips) != 1 || !skips[0].Incomplete || !strings.Contains(r.load.Stopped, "answered 503 to GET /") {
		t.Errorf("%v %+v", skips, r.load)
	}
}
