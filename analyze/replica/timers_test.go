package replica

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// TestTimers has classes that javac made of sources with these annotations, in an archive of Spring Boot's layout, in a plain one, in a web application's folder
// and beside Quarkus's.
func TestTimers(t *testing.T) {
	const spring = "the clock calls com.example.Jobs.nightly (cron=0 0 3 * * *), com.example.Jobs.twice (fixedRate=5000; fixedDelayString=PT1M, timeUnit=SECONDS) (@Scheduled of Spring): each copy would run it"
	const shed = "the clock calls com.example.Jobs.locked (fixedRate=1) (@Scheduled of Spring): a lock (ShedLock) lets one copy run it"
	for _, c := range []struct {
		name, artifact string
		files          map[string]string // in the archive, or beside it: what testdata holds, or the text itself
		want           []string
		answer         string
	}{
		{"Spring Boot", "app.jar", map[string]string{"BOOT-INF/classes/com/example/Jobs.class": "Jobs.class", "BOOT-INF/classes/com/example/App.class": "App.class", "BOOT-INF/lib/a.jar": "x"}, []string{spring, shed}, model.ReplicasNo},
		{"Spring, not enabled", "app.jar", map[string]string{"com/example/Jobs.class": "Jobs.class"}, []string{spring + ", if Spring's timers are enabled: no @EnableScheduling was seen", shed}, model.ReplicasUnknown},
		{"only named", "app.jar", map[string]string{"com/example/Mention.class": "Mention.class", "com/example/App.class": "App.class"}, nil, model.ReplicasYes},
		{"Quarkus", "quarkus-run.jar", map[string]string{"/app/tick.jar!com/example/Tick.class": "Tick.class"}, []string{"the clock calls com.example.Tick.tick (every=10s) (@Scheduled of Quarkus): each copy would run it"}, model.ReplicasNo},
		{"EJB in a folder", "", map[string]string{"/web/WEB-INF/classes/com/example/Bean.class": "Bean.class"}, []string{"the clock calls com.example.Bean.run (hour=2, persistent=0) (@Schedule of EJB): each copy would run it"}, model.ReplicasNo},
		{"Quartz in the archive", "app.jar", map[string]string{"BOOT-INF/lib/quartz-2.5.0.jar": "x", "BOOT-INF/classes/quartz.properties": "org.quartz.jobStore.class = org.quartz.simpl.RAMJobStore\n"}, []string{"Quartz keeps its jobs in memory (RAMJobStore): each copy would run them"}, model.ReplicasNo},
		{"a damaged class", "app.jar", map[string]string{"A.class": springScheduled}, nil, model.ReplicasYes},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := plant(t, dir, c.artifact, c.files)
			conf := &config.Config{}
			if c.artifact == "" {
				conf.WebApps = []config.WebApp{{Path: "/web"}}
			}
			r := Find(s, conf, nil, slices.Values([]string{}))
			var got []string
			for _, reason := range r.Reasons {
				if len(reason.Evidence["what"]) > 0 && reason.Evidence["what"][0][0] == '/' && !slices.Contains(reason.Evidence["what"], "/web") {
					got = append(got, reason.What)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if r.Answer != c.answer {
				t.Errorf("%s: %+v", r.Answer, r.Reasons)
			}
			if damaged := c.name == "a damaged class"; damaged != (len(s.Skips) == 1) {
				t.Errorf("skips %+v", s.Skips)
			}
		})
	}
}

// plant writes the files and returns the application that has them.
func plant(t *testing.T, dir, artifact string, files map[string]string) *subject.Subject {
	t.Helper()
	archives := map[string]map[string][]byte{}
	for name, text := range files {
		data := []byte(text)
		if filepath.Ext(text) == ".class" {
			var err error
			if data, err = os.ReadFile(filepath.Join("testdata", text)); err != nil {
				t.Fatal(err)
			}
		}
		archive, entry := "/"+artifact, name
		if name[0] == '/' {
			archive, entry = name, ""
			for i := range name {
				if name[i] == '!' {
					archive, entry = name[:i], name[i+1:]
				}
			}
		}
		if archives[archive] == nil {
			archives[archive] = map[string][]byte{}
		}
		archives[archive][entry] = data
	}
	for archive, entries := range archives {
		write(t, filepath.Join(dir, archive), entries)
	}
	write(t, filepath.Join(dir, "proc/locks"), map[string][]byte{"": nil})
	tree, err := host.Machine(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &subject.Subject{Host: &host.Host{Tree: tree}, Root: tree}
	if artifact != "" {
		s.App.Artifact = model.Path("/" + artifact)
	}
	return s
}

// write makes a file, or an archive where the entries have names.
func write(t *testing.T, name string, entries map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for entry, data := range entries {
		if entry == "" {
			if _, err := f.Write(data); err != nil {
				t.Fatal(err)
			}
			return
		}
		w, err := z.Create(entry)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}
