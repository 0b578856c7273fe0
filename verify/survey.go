package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"a2c/model"
	"a2c/verify/asked"
	"a2c/verify/compare"
)

// survey is the first time that the live application is asked: what there is to ask, and what it answers. It ends before the image is started.
type survey struct {
	*run
	targets []target
	main    int
	list    []*question
	links   []asked.Path // of start pages
	stopped string       // why the live application is not asked any further
	left    int          // questions that were not asked for that
	absent  []string     // guesses that came to nothing
	skips   []model.Skip
}

// survey fills r.questions.
func (r *run) survey(ctx context.Context, targets []target) (skips []model.Skip, err error) {
	s := &survey{run: r, targets: targets, main: r.mainPort(targets)}
	for _, step := range []func(context.Context) error{s.named, s.startPages, s.rest, s.health} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	if s.stopped != "" {
		r.load.Stopped = s.stopped
		skips = append(skips, model.Skip{What: stopped, Reason: s.stopped + ": no further request was sent to it", Count: s.left, Incomplete: s.left > 0})
	}
	if len(s.absent) > 0 {
		r.report("survey", "asked for and not there: "+strings.Join(s.absent, ", "), 0)
	}
	r.questions, r.surveyed = s.list, time.Now()
	return append(skips, s.skips...), nil
}

// Named is where a request comes from that the user names.
const Named = "--path or --request"

// named asks what the user names.
func (s *survey) named(ctx context.Context) error {
	for _, t := range s.targets {
		for _, q := range t.requests {
			q.From = Named
			if err := s.ask(ctx, t, q, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// startPages asks for the start page of each HTTP port and web application, and for the files that a browser fetches with it. Consoles are left alone: the first
// request makes some servers load them (GlassFish), which would change the live one.
func (s *survey) startPages(ctx context.Context) error {
	for _, t := range s.targets {
		if !t.asked() || t.live.Purpose == "management" && t.port != s.main {
			continue
		}
		paths := []string{"/"}
		if t.port == s.main {
			for _, w := range s.live.app.WebApps {
				if w.Context != "" && w.Context != "/" {
					paths = append(paths, w.Context+"/")
				}
			}
		}
		for _, p := range paths {
			if err := s.startPage(ctx, t, Request{Method: http.MethodGet, Path: p, From: "start page"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// startPage asks for one page, where it leads on the same server, and for its static files.
func (s *survey) startPage(ctx context.Context, t target, q Request) error {
	for range 3 { // redirects: /shop -> /shop/ -> /shop/home
		if err := s.ask(ctx, t, q, true); err != nil {
			return err
		}
		answer, ok := s.answer(t, q)
		if !ok {
			return nil
		}
		to := compare.Place(answer.Location, hostOf(t))
		if answer.Status < 300 || answer.Status >= 400 || !strings.HasPrefix(to, "/") {
			return s.page(ctx, t, q, answer)
		}
		next, _ := asked.Harmless([]asked.Path{{Path: to}}, s.o.QueryValues)
		if len(next) == 0 {
			return nil
		}
		q.Path = next[0].Path
	}
	return nil
}

func (s *survey) page(ctx context.Context, t target, q Request, answer compare.Answer) error {
	if answer.Status != http.StatusOK || !strings.Contains(strings.ToLower(answer.ContentType), "html") {
		return nil
	}
	base, err := url.Parse(t.scheme + "://" + cmp.Or(q.Host, hostOf(t)) + q.Path)
	if err != nil {
		return nil // a Host that is no name: nothing was found, then
	}
	static, links := asked.Page(answer.Body, base)
	for _, p := range links {
		s.links = append(s.links, asked.Path{Port: t.port, Host: q.Host, Path: p, From: "link on " + q.Path})
	}
	var files []asked.Path
	for _, p := range static {
		files = append(files, asked.Path{Port: t.port, Host: q.Host, Path: p, From: "file of " + q.Path})
	}
	files, _ = asked.Harmless(files, true) // ?v=12 belongs to the name of a file
	for _, f := range files[:min(len(files), mostFiles)] {
		if err := s.ask(ctx, t, Request{Method: http.MethodGet, Host: f.Host, Path: f.Path, From: f.From}, false); err != nil {
			return err
		}
	}
	return nil
}

// mostFiles is how many files of one page are asked for.
const mostFiles = 12

// health asks where an application of this kind says how it is. It comes last: one that is unwell answers with a server error.
func (s *survey) health(ctx context.Context) error {
	for _, t := range s.targets {
		if !t.asked() || t.port != s.main && t.live.Purpose != "management" {
			continue
		}
		for _, p := range asked.Health(s.o.Analysis.AnalysisInfo, t.live.Purpose == "management") {
			if err := s.ask(ctx, t, Request{Method: http.MethodGet, Path: p, From: "health"}, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest asks for what logs, documents and links name, after the list was shown. Nothing of it is asked unless the user wants it.
func (s *survey) rest(ctx context.Context) error {
	if !s.o.AskLive && !s.o.List {
		return s.leave(ctx)
	}
	if s.o.Left > 0 {
		s.skips = append(s.skips, model.Skip{What: "requests of the HAR", Reason: "they go to other hosts, or may change something", Count: s.o.Left})
	}
	list := s.collected()
	found, err := s.found(ctx)
	if err != nil {
		return err
	}
	list = append(list, found...)
	most := cmp.Or(s.o.Most, defaultMost)
	if room := max(0, most-len(s.list)); len(list) > room {
		s.skips = append(s.skips, model.Skip{What: "requests", Reason: fmt.Sprintf("at most %d are asked (--most)", most), Count: len(list) - room})
		list = list[:room]
	}
	if s.o.Announce != nil {
		s.o.Announce(list)
	}
	if s.o.List {
		return ErrListed
	}
	for _, q := range list {
		if t, ok := s.target(q.Port); ok {
			if err := s.ask(ctx, t, q, q.From != "HAR"); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave notes what could be asked and is not.
func (s *survey) leave(ctx context.Context) error {
	list, err := s.found(ctx)
	for _, q := range list {
		s.unasked = append(s.unasked, fmt.Sprintf("%d%s", q.Port, asked.Shown(q.Path)))
	}
	return err
}

// collected are the requests of the user's own files, as far as they go to a port that speaks HTTP.
func (s *survey) collected() (list []Request) {
	for _, q := range s.o.Collected {
		q.Port = cmp.Or(q.Port, s.main)
		if _, ok := s.target(q.Port); !ok {
			s.skips = append(s.skips, model.Skip{What: "request", Reason: fmt.Sprintf("port %d is none of the image's that speak HTTP", q.Port), Count: 1})
			continue
		}
		list = append(list, q)
	}
	return list
}

// found are the harmless ones among the paths that the application's files and documents name.
func (s *survey) found(ctx context.Context) ([]Request, error) {
	root, err := s.o.Tree.Sub(fmt.Sprintf("/proc/%d/root", s.live.app.ProcessID))
	if err != nil {
		return nil, err
	}
	paths, skips := asked.Files(ctx, asked.App{Tree: root, Analysis: s.o.Analysis.AnalysisInfo})
	s.skips = append(s.skips, skips...)
	documents, err := s.documents(ctx)
	if err != nil {
		return nil, err
	}
	paths = slices.Concat(paths, s.links, documents)
	for i := range paths {
		paths[i].Port = cmp.Or(paths[i].Port, s.main)
	}
	paths, dropped := asked.Harmless(paths, s.o.QueryValues)
	if dropped > 0 {
		s.skips = append(s.skips, model.Skip{What: "paths", Reason: "they may act, or hold what looks like a secret or a person's name: they are not asked unless --path names them", Count: dropped})
	}
	var list []Request
	for _, p := range paths {
		if t, ok := s.target(p.Port); ok && !s.known(t, p.Host, p.Path) {
			list = append(list, Request{Port: p.Port, Method: http.MethodGet, Host: p.Host, Path: p.Path, From: p.From})
		}
	}
	return list, nil
}

// documents asks for what lists an application's paths, and reads it, with --ask-live alone.
func (s *survey) documents(ctx context.Context) (list []asked.Path, err error) {
	if !s.o.AskLive || s.o.List {
		return nil, nil
	}
	info := s.o.Analysis.AnalysisInfo
	paths := asked.OpenAPIPaths(info)
	if p := asked.ActuatorPath(info); p != "" {
		paths = append(paths, p)
	}
	for _, t := range s.targets {
		if !t.asked() || t.port != s.main && t.live.Purpose != "management" {
			continue
		}
		for _, p := range paths {
			more, err := s.document(ctx, t, p)
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	return list, nil
}

// document asks for one of them.
func (s *survey) document(ctx context.Context, t target, path string) ([]asked.Path, error) {
	q := Request{Method: http.MethodGet, Path: path, From: "document"}
	if err := s.ask(ctx, t, q, true); err != nil {
		return nil, err
	}
	answer, _ := s.answer(t, q)
	list := asked.OpenAPI(answer.Body, "/", "OpenAPI document "+path)
	if path == asked.ActuatorPath(s.o.Analysis.AnalysisInfo) {
		list = asked.Actuator(answer.Body)
	}
	for i := range list {
		list[i].Port = t.port
	}
	return list, nil
}

// ErrListed ends a run that only lists.
var ErrListed = errors.New("nothing was compared: --list only shows what would be asked")

// ask sends one question for the first time. A guess that is not there is no question.
func (s *survey) ask(ctx context.Context, t target, r Request, guess bool) error {
	if s.known(t, r.Host, r.Path) && r.Method == http.MethodGet && r.Body == nil {
		return nil
	}
	if s.stopped != "" {
		s.left++
		return nil
	}
	q := &question{t: t, q: r}
	if err := s.first(ctx, q); err != nil {
		return err
	}
	if guess && q.missing() && (s.more(t) || t.live.Purpose == "management") {
		s.absent = append(s.absent, asked.Shown(r.Path))
		return nil
	}
	if q.live.Status >= 500 {
		s.stopped = fmt.Sprintf("the live application answered %d to %s %s", q.live.Status, r.Method, s.redact.line(asked.Shown(r.Path)))
	}
	s.list = append(s.list, q)
	return nil
}

// first asks the live application a question for the first time. One that refuses its address knows its host by a name: programs that listen on
// http://localhost:8080/ (System.Net.HttpListener) do. In the image they listen on every name.
func (s *survey) first(ctx context.Context, q *question) error {
	at := slices.IndexFunc(s.targets, func(t target) bool { return t.port == q.t.port })
	if at >= 0 {
		q.t.name = s.targets[at].name
	}
	if err := s.pace.wait(ctx); err != nil {
		return err
	}
	q.live, q.took, q.liveErr = s.timed(ctx, q, false)
	if at < 0 || !q.refused() || !q.nameless() || !q.q.safe() {
		return ctx.Err()
	}
	named := *q
	named.t.name = localhost
	if err := s.pace.wait(ctx); err != nil {
		return err
	}
	if named.live, named.took, named.liveErr = s.timed(ctx, &named, false); named.liveErr == nil && !named.refused() {
		*q, s.targets[at].name = named, localhost
	}
	return ctx.Err()
}

const localhost = "localhost"

// refused reports whether the live application takes what the question says, perhaps the name of its host, for none of its own (RFC 9110, 15.5.1 and 15.5.20).
func (q *question) refused() bool {
	return q.liveErr == nil && (q.live.Status == http.StatusBadRequest || q.live.Status == http.StatusMisdirectedRequest)
}

// nameless reports whether a question calls its own host by the address, where it could be called localhost.
func (q *question) nameless() bool {
	return q.q.Host == "" && q.t.name == "" && loopback(q.t.live)
}

// missing reports whether the live application has no such thing, or speaks no HTTP there.
func (q *question) missing() bool {
	allowed := q.live.Status != http.StatusUnauthorized && q.live.Status != http.StatusForbidden
	return q.liveErr != nil || q.live.Status >= 400 && q.live.Status < 500 && allowed
}

// more reports whether this port is asked something already, so that a guess may come to nothing.
func (s *survey) more(t target) bool {
	return slices.ContainsFunc(s.list, func(q *question) bool { return q.t.port == t.port })
}

func (s *survey) known(t target, host, path string) bool {
	return slices.ContainsFunc(s.list, func(q *question) bool {
		return q.t.port == t.port && q.q.Method == http.MethodGet && q.q.Host == host && q.q.Path == path
	})
}

// answer is what came back to a question of the list.
func (s *survey) answer(t target, r Request) (compare.Answer, bool) {
	for _, q := range s.list {
		if q.t.port == t.port && q.q.Method == r.Method && q.q.Host == r.Host && q.q.Path == r.Path && q.liveErr == nil {
			return q.live, true
		}
	}
	return compare.Answer{}, false
}

// target is the port of a question, when it speaks HTTP.
func (s *survey) target(port int) (target, bool) {
	i := slices.IndexFunc(s.targets, func(t target) bool { return t.port == port && t.asked() })
	if i < 0 {
		return target{}, false
	}
	return s.targets[i], true
}
