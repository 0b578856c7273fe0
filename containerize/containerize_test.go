package containerize

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/golden"
	"a2c/inventory/host"
	"a2c/model"
)

func fixture(t *testing.T, name string) host.Tree {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := host.Text(a)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// list makes files.jsonl of a tree: layers by folder, data and logs empty, everything else in.
func list(t *testing.T, tree host.Tree) []model.File {
	t.Helper()
	var out []model.File
	var walk func(dir string)
	walk = func(dir string) {
		entries, err := tree.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name)
			info, err := tree.Lstat(name)
			if err != nil {
				t.Fatal(err)
			}
			f := model.File{Path: model.Path(name), Mode: info.Mode, UID: info.UID, GID: info.GID, MTime: info.MTime, Decision: model.In, Layer: model.LayerApp, Group: model.GroupApplication}
			f.Xattrs, _ = tree.Xattrs(name)
			switch {
			case strings.HasSuffix(name, "/libc.so.6"):
				f.Layer, f.Group = model.LayerRuntime, model.GroupLibraries
			case strings.HasPrefix(name, "/usr"), name == "/lib":
				f.Layer, f.Group = model.LayerRuntime, model.GroupRuntime
			case strings.HasPrefix(name, "/opt"):
				f.Layer, f.Group = model.LayerLibs, model.GroupServer
			case strings.HasSuffix(name, "/shop.war"):
				f.Group = model.GroupDependencies
			case strings.Contains(name, "/conf"):
				f.Layer, f.Group = model.LayerConfig, model.GroupConfiguration
			case strings.HasPrefix(name, "/etc"):
				continue
			case strings.HasSuffix(name, "/data"):
				f.Decision, f.Layer = model.State, ""
			case strings.HasSuffix(name, "/logs"):
				f.Decision, f.Layer = model.Empty, ""
			}
			switch info.Type {
			case host.Regular:
				f.Type, f.Size = "file", info.Size
			case host.Symlink:
				f.Type = "symlink"
				target, err := tree.Readlink(name)
				if err != nil {
					t.Fatal(err)
				}
				f.Target = model.Path(target)
			default:
				f.Type = "dir"
			}
			if name == "/srv/shop/helper2" {
				f.HardLink = "/srv/shop/helper"
			}
			out = append(out, f)
			if info.Type == host.Dir {
				walk(name)
			}
		}
	}
	walk("/")
	slices.SortFunc(out, func(a, b model.File) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return out
}

func seq(files []model.File) iter.Seq2[model.File, error] {
	return func(yield func(model.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func tomcat() model.Analysis {
	l := func(port int, purpose string, line int) model.Listener {
		l := model.Listener{Address: "127.0.0.1", Port: port, Protocol: "tcp", Family: "tcp", Purpose: purpose}
		if line > 0 {
			l.Binding = &model.Binding{Mechanism: "tomcat-connector", Key: "address", Value: "127.0.0.1", File: "/srv/shop/conf/server.xml", Line: line}
		}
		return l
	}
	return model.Analysis{AnalysisInfo: model.AnalysisInfo{
		AppID: "java-tomcat-0a1b2c3d", ApplicationType: "java-tomcat", Exe: "/usr/lib/jvm/17/bin/java", Cwd: "/srv/shop", Umask: 0o022,
		Cmdline: []string{"java", "-Dcatalina.base=/srv/shop", "-Ddb.password=<redacted>", "-cp", "/opt/tomcat/bin/bootstrap.jar", "org.apache.catalina.startup.Bootstrap", "start", "a\nb\x1b"},
		App: model.App{
			Name: "shop", User: model.User{Name: "shop", UID: 1001, GID: 1002, Group: "shop", Groups: []int{105, 1002}},
			Runtime:   model.Runtime{Kind: "jvm", Version: "17.0.15"},
			Listeners: []model.Listener{l(8005, "shutdown", 0), l(8009, "ajp", 4), l(8080, "http", 3)},
		},
		EnvKept: []model.EnvVar{{Name: "DB_PASSWORD", Value: model.Redacted, Secret: true}, {Name: "LANG", Value: "C.UTF-8"}, {Name: "ODD", Value: "a\"b$c\\"}, {Name: "LINES", Value: "a\nRUN evil"}},
		Secrets: []model.Secret{
			{Name: "DB_PASSWORD", Kind: "password", Place: model.Place{Kind: "env", Key: "DB_PASSWORD"}},
			{Name: "keystorePass", Kind: "password", Place: model.Place{Kind: "file", Path: "/srv/shop/conf/server.xml", Line: 3}},
		},
		State: []model.StateDir{{Path: "/srv/shop/data", Kind: "database", Reason: "an H2 file"}},
		Logs:  []model.LogFile{{Path: "/srv/shop/logs/out.log"}},
	}}
}

func options(t *testing.T) Options {
	t.Helper()
	tree := fixture(t, "tomcat.txtar")
	program := filepath.Join(t.TempDir(), "a2c-init")
	if err := os.WriteFile(program, []byte("the init of images\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Options{
		Analysis: tomcat(), Files: seq(list(t, tree)), Tree: tree, Dir: filepath.Join(t.TempDir(), "image"), Builder: plain{}, Init: program, Force: true, Platform: "linux/amd64",
	}
}

func TestRun(t *testing.T) {
	o := options(t)
	img, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(o.Dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "testdata/tomcat.Dockerfile", text)
	digest := img.Digest
	img.PeakBytes, img.Seconds = 0, 0
	golden.JSON(t, "testdata/tomcat.image.json", img)
	golden.Equal(t, "testdata/tomcat.layers", []byte(layers(t, filepath.Join(o.Dir, "oci"))))
	all, err := json.Marshal(img)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter2", "s3cr3t", "Shop Owner"} {
		if strings.Contains(string(text)+string(all), secret) {
			t.Errorf("%q stands in the Dockerfile or in image.json", secret)
		}
	}
	if _, err := os.Lstat(filepath.Join(o.Dir, "build")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the build folder is still there: %v", err)
	}

	again := options(t)
	second, err := Run(t.Context(), again)
	if err != nil {
		t.Fatal(err)
	}
	if second.Digest != digest {
		t.Errorf("another workspace gives %s instead of %s", second.Digest, digest)
	}
	o.BuildOnly = true
	third, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if third.Digest != digest {
		t.Errorf("--build-only of an unedited Dockerfile gives %s instead of %s", third.Digest, digest)
	}
}

// layers lists an image as `tar tv` does.
func layers(t *testing.T, dir string) string {
	t.Helper()
	img, err := layer.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	ls, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, l := range ls {
		fmt.Fprintf(&b, "layer %d\n", i)
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		for tr := tar.NewReader(r); ; {
			h, err := tr.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%c %04o %d:%d %d %q", h.Typeflag, h.Mode, h.Uid, h.Gid, h.Size, h.Name)
			if h.Linkname != "" {
				fmt.Fprintf(&b, " -> %q", h.Linkname)
			}
			if note := h.PAXRecords["SCHILY.xattr.user.note"]; note != "" {
				fmt.Fprintf(&b, " user.note=%s", note)
			}
			b.WriteString("\n")
			if h.Name == "etc/passwd" || h.Name == "etc/group" {
				body, err := io.ReadAll(tr)
				if err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(string(body)) {
					b.WriteString("    " + line)
				}
			}
		}
		r.Close()
	}
	return b.String()
}

func TestEditedDockerfile(t *testing.T) {
	o := options(t)
	first, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(o.Dir, "Dockerfile")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	edited := append(slices.Clone(text), "LABEL mine=1\n"...)
	if err := os.WriteFile(name, edited, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Force = false
	if _, err := Run(t.Context(), o); !errors.Is(err, ErrEdited) {
		t.Fatalf("got %v, want ErrEdited", err)
	}
	o.BuildOnly, o.Force = true, true
	built, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if built.Digest == first.Digest {
		t.Errorf("the edited Dockerfile gives the planned image")
	}
	if d := cmp.Diff([]string{"PATH=/bin", "LINES=a\nRUN evil"}, built.Config.Env); d != "" { // the builder's, and what no Dockerfile can say
		t.Errorf("environment of the edited image (-want +got)\n%s", d)
	}
	if have, err := os.ReadFile(name); err != nil || string(have) != string(edited) {
		t.Errorf("--build-only changed the Dockerfile: %v", err)
	}
	o.BuildOnly = false
	fresh, err := Run(t.Context(), o) // with Force
	if err != nil || fresh.Digest != first.Digest {
		t.Errorf("--force gives %s (%v), want %s", fresh.Digest, err, first.Digest)
	}
}

func TestRefusals(t *testing.T) {
	cases := []struct {
		name, want string
		change     func(*Options)
		is         error
	}{
		{"secrets_inside_and_push", "keystorePass", func(o *Options) { o.Destination = "localhost:1/app" }, ErrSecretsInside},
		{"bad_destination", "destination", func(o *Options) { o.Destination = "NOT A NAME" }, nil},
		{"no_command_line", "no command line", func(o *Options) { o.Analysis.AnalysisInfo.Cmdline = nil }, nil},
		{"title_instead_of_arguments", "names nothing that Java runs", func(o *Options) {
			o.Analysis.AnalysisInfo.Cmdline = []string{"nginx: \x1b[2J"}
		}, nil},
		{"no_executable", "not among the files", func(o *Options) {
			o.Analysis.AnalysisInfo.Exe, o.Analysis.AnalysisInfo.Cmdline = "/usr/bin/nothing", []string{"nothing"}
		}, nil},
		{"secret_argument_without_init", "read a2c-init", func(o *Options) { o.Init = "/nowhere" }, fs.ErrNotExist},
		{"build_only_without_dockerfile", "no Dockerfile", func(o *Options) { o.BuildOnly = true }, nil},
		{"specific_file_missing", "appSpecificFiles", func(o *Options) { o.Analysis.ContainerParameters.AppSpecificFiles = []model.Path{"/nowhere"} }, fs.ErrNotExist},
		{"specific_file_relative", `appSpecificFiles[0] in analysis.json: "conf/x" is no absolute path`, func(o *Options) {
			o.Analysis.ContainerParameters.AppSpecificFiles = []model.Path{"conf/x"}
		}, nil},
		{"excluded_file_relative", `appExcludedFiles[1] in analysis.json: "logs" is no absolute path`, func(o *Options) {
			o.Analysis.ContainerParameters.AppExcludedFiles = []model.Path{"/x", "logs"}
		}, nil},
		{"variable_without_name", `environment[0].name in analysis.json: "A=B"`, func(o *Options) {
			o.Analysis.ContainerParameters.Environment = []model.NameValue{{Name: "A=B"}}
		}, nil},
		{"variable_with_nul", "environment[0].value in analysis.json", func(o *Options) {
			o.Analysis.ContainerParameters.Environment = []model.NameValue{{Name: "A", Value: "a\x00b"}}
		}, nil},
		{"bad_repository", "imageRepository and imageTag in analysis.json", func(o *Options) { o.Analysis.ContainerParameters.ImageRepository = "UPPER case" }, nil},
		{"vanished", "/srv/shop/gone", func(o *Options) {
			f := model.File{Path: "/srv/shop/gone", Type: "file", Decision: model.In, Layer: model.LayerApp}
			o.Files = seq(append(list(t, o.Tree), f))
		}, fs.ErrNotExist},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := options(t)
			c.change(&o)
			_, err := Run(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("got %v, want %q and %v", err, c.want, c.is)
			}
			for _, left := range []string{"oci", "build", "context.new", "oci.new"} {
				if _, err := os.Lstat(filepath.Join(o.Dir, left)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s was left behind", left)
				}
			}
		})
	}
}

// What the user leaves out and adds is taken as a path, however it is written; what matches nothing is said.
func TestParameters(t *testing.T) {
	o := options(t)
	o.Analysis.ContainerParameters.AppExcludedFiles = []model.Path{"/srv/shop/webapps/", "/srv/shop/nothing"}
	o.Analysis.ContainerParameters.AppSpecificFiles = []model.Path{"/etc//group", "/srv/shop/webapps/shop.war"}
	img, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	text := layers(t, filepath.Join(o.Dir, "oci"))
	if strings.Contains(text, `"srv/shop/webapps/`) || strings.Contains(text, `"etc//group"`) {
		t.Errorf("layers:\n%s", text)
	}
	if !slices.ContainsFunc(img.Skips, func(s model.Skip) bool { return s.What == "appExcludedFiles" && s.Path == "/srv/shop/nothing" }) {
		t.Errorf("skips %v", img.Skips)
	}
}

var _ build.Builder = plain{}

// TestLayerOf: each group has its layer; a list from before there were groups says only the coarser ones.
func TestLayerOf(t *testing.T) {
	for f, want := range map[[2]string]string{
		{model.LayerRuntime, model.GroupLibraries}: "libraries", {model.LayerRuntime, model.GroupRuntime}: "runtime", {model.LayerLibs, model.GroupServer}: "server",
		{model.LayerApp, model.GroupDependencies}: "dependencies", {model.LayerConfig, model.GroupConfiguration}: "application", {model.LayerApp, model.GroupState}: "application",
		{model.LayerRuntime, ""}: "runtime", {model.LayerLibs, ""}: "server", {model.LayerConfig, ""}: "application", {model.LayerApp, ""}: "application",
		{"", ""}: "", {model.LayerApp, "odd"}: "", {"odd", ""}: "",
	} {
		if got := layerOf(model.File{Layer: f[0], Group: f[1]}); got != want {
			t.Errorf("layer %q, group %q: %q, want %q", f[0], f[1], got, want)
		}
	}
}
