package analyze_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/analyze/subject"
	"a2c/inventory"
	"a2c/inventory/host"
	"a2c/model"
)

// TestPlantedSecrets plants random values in every place that is read, under random names, and looks for them in all that comes out.
func TestPlantedSecrets(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b) + "7Q4z" // two digits: without a telling name they make a value random
	}
	values := map[string]string{}
	plant := func(place string) string {
		values[place] = word(24)
		return values[place]
	}
	// Values with signs that end a value somewhere: a careless reader shows what stands behind one. Each part is looked for.
	signs := func(place, between string) string {
		values[place] = word(9) // 13 characters: half of it stands nowhere by chance
		for i, sign := range strings.Split(between, "|") {
			part := word(9)
			values[fmt.Sprintf("%s, behind %q (%d)", place, sign, i)] = part
			values[place] += sign + part
		}
		return values[place]
	}
	plants := map[string]func(*txtar.Archive){
		"java-tomcat": func(a *txtar.Archive) {
			appendTo(t, a, "proc/412/environ", strings.Join([]string{
				"DB_PASSWORD_ORDER_SERVICE=" + signs("..._SERVICE", ";|=|&| "),
				"MQ=amqp://app:" + signs("URL of MQ", "/|#|?|<|>|\"|'| |ü|@|,") + "@mq:5672/v", "CACHE=redis://:" + signs("URL of cache", "@|/|:") + "@h", "MQ2=amqp://app:/" + signs("URL, empty port", "/|@") + "@mq",
				"ORA=jdbc:oracle:thin:scott/" + signs("Oracle", "@|/") + "@//h:1521/x jdbc:oracle:thin:scott/" + signs("second Oracle", "@") + "@//h:1521/y",
				`JAVA_TOOL_OPTIONS=-Da=b "-Dx.password=` + signs("option list", " |'|=|;|&") + `" -Dy=z`, "CATALINA_OPTS=-Dx.password='" + signs("shell list", ` |"|;`) + "' -Dy=z",
				`APP_JSON={"passwords":["` + plant("JSON list") + `","` + signs("JSON list, second", ",|}|]| ") + `"],"password":{"value":"` + plant("JSON object") + `"}}`,
				`APP_BROKEN={"passwords":["` + plant("broken JSON list") + `","` + plant("broken JSON list, second") + `"],"x":`, "BUNDLE=" + base64.StdEncoding.EncodeToString([]byte("-----BEGIN PRIVATE KEY-----\n"+strings.Repeat(plant("PEM in base64")+"\n", 200)+"-----END PRIVATE KEY-----\n")),
				"MONEY_PASSWORD=$" + strings.ToUpper(plant("begins with a dollar")), "JDBC=jdbc:sqlserver://h:1433;user=sa;password=" + signs("JDBC", "\"|'|,| ") + ";encrypt=true", "Q=jdbc:x://h/db?password=" + signs("query", "\"|#|?| |;") + "&ssl=true",
			}, "\n")+"\n")
			replace(t, a, "proc/412/cmdline", "-Xmx256m", "-Xmx256m\n-Dkeypass="+signs("keypass", " |'|\"|;"))
			appendTo(t, a, "proc/412/environ", word(3)+"_PASSWORD="+plant("environment")+"\nDB_URL=jdbc:postgresql://u:"+plant("URL")+"@db/x\nPLANTED="+plant("name without a meaning")+"\n")
			replace(t, a, "proc/412/cmdline", "-Xmx256m", "-Xmx256m\n-D"+word(4)+".secret="+plant("argument"))
			replace(t, a, "srv/shop/conf/Catalina/localhost/shop.xml", "s3cret-of-the-context", plant("context.xml")+"&amp;&lt;")
			replace(t, a, "srv/shop/conf/tomcat-users.xml", "s3cret-of-the-users", plant("tomcat-users.xml"))
			replace(t, a, "srv/shop/conf/server.xml", "changeit-or-not", plant("server.xml"))
			a.Files = append(a.Files, txtar.File{Name: "srv/shop/webapps/shop/WEB-INF/classes/old.xml", Data: []byte("<x>\n<property name=\"db.password\">" + plant("element of XML") + "</property>\n</x>")})
			a.Files = append(a.Files, txtar.File{Name: "srv/shop/webapps/shop/WEB-INF/classes/a.properties", Data: []byte("\\\n\ndb.password=" + plant("behind a lone backslash") + "\n")})
			a.Files = append(a.Files, txtar.File{Name: "srv/shop/webapps/shop/WEB-INF/classes/big.json", Data: []byte("\"" + strings.Repeat("x", 1<<20) + "\"")})
			a.Files = append(a.Files, txtar.File{Name: "srv/shop/webapps/shop/WEB-INF/classes/broken.xml", Data: []byte("<a password=\"" + plant("broken XML") + "\"")})
		},
		"java-springboot": func(a *txtar.Archive) {
			replace(t, a, "etc/orders/application.yml", "s3cret-of-the-file", plant("application.yml"))
			replace(t, a, "etc/orders/more.yml", "more: true", "more: true\n"+word(3)+"-api-key: "+plant("imported file"))
			a.Files = append(a.Files, txtar.File{Name: "etc/orders/application-prod.properties", Data: []byte("app.token=" + plant("profile"))})
			a.Files = append(a.Files, txtar.File{Name: "etc/orders/application-y.properties", Data: []byte("broken \\u12 " + plant("broken properties"))})
			a.Files = append(a.Files, txtar.File{Name: "etc/orders/application-x.yml", Data: []byte("a: [" + plant("broken YAML") + "\nb: : {")})
		},
		"dotnet-generic": func(a *txtar.Archive) {
			replace(t, a, "opt/portal/appsettings.json", "s3cret-of-the-file", plant("appsettings.json"))
			a.Files = append(a.Files, txtar.File{Name: "opt/portal/appsettings.Production.json", Data: []byte(`{"Jwt": {"SigningKey": "` + plant("appsettings.Production.json") + `"}, }`)})
			a.Files = append(a.Files, txtar.File{Name: "opt/portal/old-start.sh", Data: []byte("#!/bin/sh\nexport DB_PASSWORD='" + plant("script") + "'\n")})
			a.Files = append(a.Files, txtar.File{Name: "opt/portal/appsettings.Broken.json", Data: []byte(`{"Password": "` + plant("broken JSON") + `"`)})
		},
	}
	for kind, change := range plants {
		t.Run(kind, func(t *testing.T) {
			a, list := run(t, machine(t, kind, change), kind, analyze.Options{})
			raw, err := json.Marshal(map[string]any{"analysis": a, "files": list})
			if err != nil {
				t.Fatal(err)
			}
			for place, v := range values {
				for form, text := range map[string]string{
					"plain": v, "base64": base64.StdEncoding.EncodeToString([]byte(v)), "URL": url.QueryEscape(v), "XML": html.EscapeString(v), "half": v[:len(v)/2],
					"JSON": strings.Trim(quoted(t, v), `"`), "path": url.PathEscape(v), "upper case": strings.ToUpper(v), "half of base64": base64.StdEncoding.EncodeToString([]byte(v))[:len(v)/2],
				} {
					if strings.Contains(string(raw), text) {
						t.Errorf("the secret of %s shows (%s)", place, form)
					}
				}
			}
			if kind == "dotnet-generic" && !slices.Contains(names(a.AnalysisInfo.Secrets), "file old-start.sh /opt/portal/old-start.sh:2") {
				t.Errorf("the script's secret is not named: %v", names(a.AnalysisInfo.Secrets))
			}
			if found := names(a.AnalysisInfo.Secrets); kind == "java-tomcat" {
				for _, name := range []string{"file x/property[db.password] /srv/shop/webapps/shop/WEB-INF/classes/old.xml:2", "file db.password /srv/shop/webapps/shop/WEB-INF/classes/a.properties:3", "env DB_PASSWORD_ORDER_SERVICE :0", "env BUNDLE :0"} {
					if !slices.Contains(found, name) {
						t.Errorf("%s is not named: %v", name, found)
					}
				}
				if !slices.ContainsFunc(a.AnalysisInfo.Skips, func(k model.Skip) bool { return strings.HasSuffix(string(k.Path), "big.json") }) {
					t.Errorf("a file that is too large to be searched is not listed: %v", a.AnalysisInfo.Skips)
				}
			}
			want := map[string]int{"java-tomcat": 23, "java-springboot": 5, "dotnet-generic": 4}
			if got := len(a.AnalysisInfo.Secrets); got < want[kind] {
				t.Errorf("%d secrets found, at least %d are planted: %v", got, want[kind], names(a.AnalysisInfo.Secrets))
			}
		})
	}
}

// TestWorkspaceInside has a2c's workspace in the folder of the application: its documents are no part of it.
func TestWorkspaceInside(t *testing.T) {
	m := machine(t, "dotnet-generic", func(a *txtar.Archive) {
		a.Files = append(a.Files, txtar.File{Name: "opt/portal/a2c/inventory.json", Data: []byte("{}\n")})
	})
	_, list := run(t, m, "dotnet-generic", analyze.Options{Workspace: "/opt/portal/a2c"})
	for _, f := range list {
		if strings.HasPrefix(string(f.Path), "/opt/portal/a2c") && f.Decision != model.Out {
			t.Errorf("%s is %s: %v", f.Path, f.Decision, f.Reasons)
		}
	}
}

func quoted(t *testing.T, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(list []model.Secret) []string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %s %s:%d", s.Place.Kind, s.Name, s.Place.Path, s.Place.Line))
	}
	return out
}

func file(t *testing.T, a *txtar.Archive, name string) *txtar.File {
	t.Helper()
	for i := range a.Files {
		if a.Files[i].Name == name || strings.HasPrefix(a.Files[i].Name, name+" ") {
			return &a.Files[i]
		}
	}
	t.Fatalf("no file %s in the fixture", name)
	return nil
}

func appendTo(t *testing.T, a *txtar.Archive, name, text string) {
	t.Helper()
	f := file(t, a, name)
	f.Data = append(f.Data, text...)
}

func replace(t *testing.T, a *txtar.Archive, name, old, text string) {
	t.Helper()
	f := file(t, a, name)
	if !strings.Contains(string(f.Data), old) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	f.Data = []byte(strings.ReplaceAll(string(f.Data), old, text))
}

// TestUserEdits holds that what the user left out stays out and what he added comes in, against every other source.
func TestUserEdits(t *testing.T) {
	p := &model.ContainerParameters{
		AppExcludedFiles: []model.Path{"/opt/worker/classes", "/opt/worker/conf/*.properties"},
		AppSpecificFiles: []model.Path{"/opt/shared/*.jar", "/opt/worker/.git", "/opt/nowhere"},
	}
	a, list := run(t, machine(t, "java-generic", nil), "java-generic", analyze.Options{Parameters: p})
	got := map[model.Path]string{}
	for _, f := range list {
		got[f.Path] = f.Decision
	}
	for path, want := range map[model.Path]string{
		"/opt/worker/classes": model.Out, "/opt/worker/classes/a.txt": "", "/opt/worker/conf/worker.properties": model.Out, "/opt/worker/conf/key.pem": model.In,
		"/opt/shared/other.jar": model.In, "/opt/worker/.git/config": model.In,
	} {
		if got[path] != want {
			t.Errorf("%s: %q, want %q", path, got[path], want)
		}
	}
	if len(a.ContainerParameters.AppExcludedFiles) != 2 || len(a.ContainerParameters.AppSpecificFiles) != 3 {
		t.Errorf("the user's edits are not in the new proposal: %+v", a.ContainerParameters)
	}
	for _, k := range a.AnalysisInfo.Skips {
		if k.Path == "/opt/nowhere" {
			return
		}
	}
	t.Error("a path that the user added and that does not exist is not listed")
}

func app(t *testing.T, tree host.Tree) (string, model.App) {
	t.Helper()
	found, err := inventory.Run(t.Context(), tree, inventory.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for id, a := range found.Inventory {
		return id, a
	}
	t.Fatal("no application")
	return "", model.App{}
}

func TestErrors(t *testing.T) {
	tree := machine(t, "java-generic", nil)
	id, a := app(t, tree)
	none := func(model.File) error { return nil }
	full := errors.New("no space left on device")

	gone := a
	gone.ProcessID = 99999
	if _, err := analyze.Run(t.Context(), tree, id, gone, analyze.Options{}, none); !errors.Is(err, subject.ErrEnded) {
		t.Errorf("process gone: %v, want ErrEnded", err)
	}
	again := a
	again.StartedAt = a.StartedAt.Add(-time.Hour)
	if _, err := analyze.Run(t.Context(), tree, id, again, analyze.Options{}, none); !errors.Is(err, subject.ErrEnded) {
		t.Errorf("another process has the number: %v, want ErrEnded", err)
	}
	if _, err := analyze.Run(t.Context(), tree, id, a, analyze.Options{}, func(model.File) error { return full }); !errors.Is(err, full) {
		t.Errorf("disk full: %v, want the writer's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := analyze.Run(ctx, tree, id, a, analyze.Options{}, none); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// racing is a tree in which a file vanishes, and another changes, after the walk has seen them.
type racing struct {
	host.Tree
	seen map[string]int
}

func (r *racing) Lstat(name string) (host.Info, error) {
	r.seen[name]++
	info, err := r.Tree.Lstat(name)
	switch {
	case name == "/opt/worker/classes/a.txt" && r.seen[name] > 1:
		return host.Info{}, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	case name == "/opt/worker/lib/worker.jar":
		info.Size += int64(r.seen[name])
	}
	return info, err
}

func (r *racing) Sub(name string) (host.Tree, error) {
	t, err := r.Tree.Sub(name)
	return &racing{t, r.seen}, err
}

func TestRace(t *testing.T) {
	tree := machine(t, "java-generic", nil)
	id, a := app(t, tree)
	listed := map[model.Path]bool{}
	got, err := analyze.Run(t.Context(), &racing{tree, map[string]int{}}, id, a, analyze.Options{}, func(f model.File) error {
		listed[f.Path] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if listed["/opt/worker/classes/a.txt"] || !listed["/opt/worker/lib/worker.jar"] {
		t.Error("a vanished file is listed, or a changed one is not")
	}
	reasons := map[model.Path]string{}
	for _, k := range got.AnalysisInfo.Skips {
		reasons[k.Path] = k.Reason
	}
	if !strings.Contains(reasons["/opt/worker/classes/a.txt"], "vanished") || !strings.Contains(reasons["/opt/worker/lib/worker.jar"], "changed") {
		t.Errorf("skips say %v", reasons)
	}
}
