package missing

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"a2c/internal/jail"
	"a2c/model"
)

// plant makes files below a folder: "name/" a folder, "name -> target" by its text a link.
func plant(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		at := filepath.Join(root, name)
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		switch {
		case name[len(name)-1] == '/':
			err = os.MkdirAll(at, 0o755)
		case len(text) > 2 && text[:2] == "->":
			err = errors.Join(err, os.Symlink(text[2:], at))
		case text == "fifo":
			err = errors.Join(err, unix.Mkfifo(at, 0o600))
		default:
			err = errors.Join(err, os.WriteFile(at, []byte(text), 0o755))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestFinder: what only the machine has is found, whatever links lead where; nothing leads out of either root.
func TestFinder(t *testing.T) {
	twin, live := t.TempDir(), t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	plant(t, twin, map[string]string{
		"app/both": "", "app/run": "#!/opt/shell -x\n", "app/here": "#!/app/both\n", "app/sub/": "", "app/dangling": "->../data/far", "app/list.d/": "", "state/": "",
	})
	plant(t, live, map[string]string{
		"app/both": "", "app/gone": "text", "app/dangling": "->../data/far", "data/far": "", "opt/shell": "", "app/out": "->" + outside, "app/pipe": "fifo", "dir/in": "",
		"state/x": "", "tmp/x": "", "app/sub/deep": "", "logs/": "", "lib": "->usr/lib", "usr/lib/x.so": "", "link": "->tmp/x",
	})
	f, err := New(twin, live, []string{"/state"})
	if err != nil {
		t.Fatal(err)
	}
	look := func(l jail.Lookup) {
		l.PID = os.Getpid()
		f.Look(l)
	}
	open := func(names ...string) {
		for _, name := range names {
			look(jail.Lookup{Call: "openat", Path: name, Open: true})
		}
	}
	open("/app/both", "/app/gone", "/app/gone", "/nowhere", "/app/out", "/app/pipe", "/state/x", "/tmp/x", "/app/../../../app/gone", "/lib/x.so", "/link", "/dir", "/app/both/below")
	look(jail.Lookup{Call: "newfstatat", Path: "sub/../gone", Dir: "/app"})
	look(jail.Lookup{Call: "newfstatat", Path: "gone", Dir: "pipe:[12]"})
	look(jail.Lookup{Call: "newfstatat", Path: "gone", Dir: "/app (deleted)"})
	look(jail.Lookup{Call: "readlinkat", Path: "/app/dangling", Link: true})
	look(jail.Lookup{Call: "newfstatat", Path: "/app/dangling"})
	look(jail.Lookup{Call: "openat", Path: "/app/sub/new", Open: true, Create: true})
	look(jail.Lookup{Call: "openat", Path: "/logs/new", Open: true, Create: true})
	look(jail.Lookup{Call: "execve", Path: "/app/run"})
	look(jail.Lookup{Call: "execve", Path: "/app/here"})
	look(jail.Lookup{Call: "execve", Path: "/app/gone"})
	got, skips := f.Found()
	f.Close()
	f.Look(jail.Lookup{}) // nobody listens
	if len(skips) > 0 {
		t.Error(skips)
	}
	type one struct {
		Path, Real, Call  string
		Count             int
		Dir, Opened, Made bool
	}
	var short []one
	for _, g := range got {
		if g.Program == "" {
			t.Errorf("%s: no program", g.Path)
		}
		short = append(short, one{g.Path, g.Real, g.Call, g.Count, g.Dir, g.Opened, g.Made})
	}
	want := []one{
		{"/app/dangling", "/data/far", "newfstatat", 1, false, false, false},
		{"/app/gone", "/app/gone", "openat", 5, false, true, false},
		{"/dir", "/dir", "openat", 1, true, true, false},
		{"/lib/x.so", "/usr/lib/x.so", "openat", 1, false, true, false},
		{"/logs", "/logs", "openat", 1, true, false, true},
		{"/opt/shell", "/opt/shell", "execve", 1, false, true, false},
	}
	if d := cmp.Diff(want, short); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestJudge(t *testing.T) {
	started := time.Unix(1000, 0)
	info := model.AnalysisInfo{
		App:  model.App{StartedAt: started, Base: "/home/shop/app", User: model.User{UID: 100, GID: 100, Groups: []int{200}}},
		Logs: []model.LogFile{{Path: "/srv/trace"}}, State: []model.StateDir{{Path: "/srv/data"}},
	}
	files := []model.File{
		{Path: "/opt/app/old.jar", Decision: model.Out, Reasons: []string{"junk: backup of a file"}},
		{Path: "/opt/other", Decision: model.Out, Reasons: []string{"other: java-x-1 has it"}},
		{Path: "/opt/work", Decision: model.Empty, Reasons: []string{"layout: work"}},
		{Path: "/usr/share/x/y", Decision: model.Out, Reasons: []string{"package: of x 1, of which other files are in; nothing that was seen or is known needs it"}},
		{Path: "/opt/app/lost", Decision: model.In, Reasons: []string{"layout: base"}},
	}
	j := Judge{
		Analysis: model.Analysis{ContainerParameters: model.ContainerParameters{AppExcludedFiles: []model.Path{"/opt/app/*.cut"}}, AnalysisInfo: info},
		Image:    model.Image{Changes: []model.Change{{Target: "/opt/app/jdk/lib", Reason: "--jlink"}}},
		Files: func(yield func(model.File, error) bool) {
			for _, f := range files {
				if !yield(f, nil) {
					return
				}
			}
		},
		Against: func(name string) string {
			if filepath.Base(name) == "id_rsa" {
				return "credentials: of a user, not of the application"
			}
			return ""
		},
	}
	before := started.Add(-time.Hour)
	for name, c := range map[string]struct {
		f       Found
		belongs bool
	}{
		"plain":                {Found{Path: "/opt/x/y.properties", Mode: 0o644}, true},
		"package's other file": {Found{Path: "/usr/share/x/y", Mode: 0o644}, true},
		"in the plan":          {Found{Path: "/opt/app/lost", Mode: 0o644}, true},
		"backup":               {Found{Path: "/opt/app/old.jar", Mode: 0o644}, false},
		"below another's":      {Found{Path: "/opt/other/conf/x", Mode: 0o644}, false},
		"below an empty one":   {Found{Path: "/opt/work/x", Mode: 0o644}, false},
		"excluded":             {Found{Path: "/opt/app/x.cut", Mode: 0o644}, false},
		"changed on purpose":   {Found{Path: "/opt/app/jdk/lib/jfr.jar", Mode: 0o644}, false},
		"log":                  {Found{Path: "/srv/trace", Mode: 0o644}, false},
		"state":                {Found{Path: "/srv/data/x", Mode: 0o644}, false},
		"behind a link":        {Found{Path: "/opt/link", Real: "/srv/data/x", Mode: 0o644}, false},
		"loader's cache":       {Found{Path: "/etc/ld.so.cache", Mode: 0o644}, false},
		"credentials":          {Found{Path: "/opt/app/id_rsa", Mode: 0o644}, false},
		"another's home":       {Found{Path: "/home/other/x", Mode: 0o644, UID: 101}, false},
		"link to a home":       {Found{Path: "/opt/y", Real: "/root/y", Mode: 0o644}, false},
		"own home":             {Found{Path: "/home/shop/x", Mode: 0o600, UID: 100}, true},
		"own base in a home":   {Found{Path: "/home/shop/app/x", Mode: 0o644}, true},
		"written since":        {Found{Path: "/opt/x/y", Mode: 0o644, Changed: started.Add(time.Minute)}, false},
		"not readable":         {Found{Path: "/opt/x/y", Mode: 0o640, GID: 300}, false},
		"readable by group":    {Found{Path: "/opt/x/y", Mode: 0o640, GID: 200}, true},
		"folder, looked at":    {Found{Path: "/opt/x/d", Mode: 0o755, Dir: true}, false},
		"folder, opened":       {Found{Path: "/opt/x/d", Mode: 0o755, Dir: true, Opened: true}, true},
		"folder, written to":   {Found{Path: "/opt/x/d", Mode: 0o755, Dir: true, Opened: true, Made: true}, false},
		"folder of the system": {Found{Path: "/usr/lib/x86_64-linux-gnu", Mode: 0o755, Dir: true, Opened: true}, false},
	} {
		if c.f.Real == "" {
			c.f.Real = c.f.Path
		}
		if c.f.Changed.IsZero() {
			c.f.Changed = before
		}
		got, err := j.Of([]Found{c.f})
		if err != nil || len(got) != 1 || got[0].Belongs != c.belongs || got[0].Why == "" {
			t.Errorf("%s: %+v %v, want %v", name, got, err, c.belongs)
		}
	}
	broken := errors.New("broken")
	j.Files = func(yield func(model.File, error) bool) { yield(model.File{}, broken) }
	if _, err := j.Of([]Found{{Path: "/x", Real: "/x"}}); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// TestFlood: more look-ups than anybody has time for hold nobody up, and are counted.
func TestFlood(t *testing.T) {
	f, err := New(t.TempDir(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for range 50 * waiting {
		f.Look(jail.Lookup{Call: "openat", Path: "/x"})
	}
	_, skips := f.Found()
	f.Close()
	if time.Since(begin) > 20*time.Second {
		t.Error(time.Since(begin))
	}
	if slices.ContainsFunc(skips, func(s model.Skip) bool { return s.What == "" || s.Reason == "" }) {
		t.Error(skips)
	}
}
