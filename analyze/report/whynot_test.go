package report_test

import (
	"errors"
	"iter"
	"strings"
	"testing"

	"a2c/analyze/report"
	"a2c/model"
)

func listed(files []model.File, last error) iter.Seq2[model.File, error] {
	return func(yield func(model.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
		if last != nil {
			yield(model.File{}, last)
		}
	}
}

func TestWhyNot(t *testing.T) {
	files := []model.File{
		{Path: "/opt/app", Decision: model.In, Reasons: []string{"layout: own folder"}},
		{Path: "/opt/app/a.jar", Decision: model.In, Reasons: []string{"layout: own folder", "open: /proc/4/fd/3", "open: /proc/5/fd/3"}},
		{Path: "/opt/app/data", Decision: model.State, Reasons: []string{"state: written now"}},
		{Path: "/opt/app/not.txt", Decision: model.Out, Reasons: []string{"user: appExcludedFiles"}},
	}
	info := model.AnalysisInfo{App: model.App{Base: "/opt/app", WebApps: []model.WebApp{{Path: "/srv/web"}, {Path: "/srv/web/sub"}}}, Observation: &model.Observation{Seconds: 61}}
	for _, tt := range []struct {
		path, known, nearest, layout, remedy string
	}{
		{"/etc/fonts/x", "", "", "it lies below none of /opt/app, /srv/web", "add /etc/fonts/x to containerParameters.appSpecificFiles"},
		{"/opt/apple", "", "", "it lies below none of", "add /opt/apple"},
		{"/opt/app/none", "", "/opt/app", "it lies below /opt/app,", "add /opt/app/none"},
		{"/opt/app/data", model.State, "/opt/app", "it lies below /opt/app,", "it is data: a volume goes there; add"},
		{"/opt/app/data/x", "", "/opt/app/data", "it lies below /opt/app,", "add /opt/app/data/x"},
		{"/opt/app/not.txt", model.Out, "/opt/app", "it lies below /opt/app,", "take it off containerParameters.appExcludedFiles"},
		{"/opt/app/a.jar", model.In, "/opt/app", "", "appExcludedFiles in analysis.json to leave it out"},
	} {
		t.Run(tt.path, func(t *testing.T) {
			w, err := report.NewWhyNot(info, listed(files, nil), model.Path(tt.path), "")
			if err != nil {
				t.Fatal(err)
			}
			nearest := ""
			if w.Nearest != nil {
				nearest = string(w.Nearest.Path)
			}
			if w.Decision != tt.known || w.Known != (tt.known != "") || nearest != tt.nearest || !strings.Contains(w.Remedy, tt.remedy) {
				t.Errorf("%+v", w)
			}
			asked := map[string]report.Asked{}
			for _, s := range w.Sources {
				asked[s.Source] = s
			}
			if got := asked["layout"].Looked; !strings.HasPrefix(got, tt.layout) || tt.layout == "" && got != "" {
				t.Errorf("layout: %q", got)
			}
			if got := asked["open"]; tt.known != model.In && got.Files != 1 {
				t.Errorf("open led to %d files, want 1", got.Files)
			}
			if got := asked["observe"].Looked; !strings.HasSuffix(got, "61 s") {
				t.Errorf("observe: %q", got)
			}
		})
	}
	broken := errors.New("line 5")
	if _, err := report.NewWhyNot(info, listed(files, broken), "/x", ""); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
