package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMonoAssembly(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"mono a.exe x.exe", "a.exe"},
		{"mono --debug --server --gc=sgen a.exe", "a.exe"},
		{"/usr/bin/mono-sgen --config /etc/mono/config --runtime=v4.0.30319 -O=all a.exe --config y", "a.exe"},
		{"mono --break-at-bb m 0 a.exe", "a.exe"},
		{"mono --version", "mono"},
		{"mono --config", "mono"},
		{"mono", "mono"},
	} {
		args := strings.Fields(tc.args)
		if got := args[MonoAssembly(args)]; tc.want == "mono" != (MonoAssembly(args) == 0) || tc.want != "mono" && got != tc.want {
			t.Errorf("%s: %s, want %s", tc.args, got, tc.want)
		}
	}
	if MonoAssembly(nil) != 0 {
		t.Error("no arguments have an assembly")
	}
}

func TestMonoOptions(t *testing.T) {
	args := strings.Fields("mono xsp4.exe /socket=tcp:127.0.0.1:9001 --applications /:. -port:8081 --nonstop --Address=127.0.0.1 --printlog --root")
	want := []MonoOption{
		{"socket", "tcp:127.0.0.1:9001", 2},
		{"applications", "/:.", 4},
		{"port", "8081", 5},
		{"nonstop", "", 6},
		{"address", "127.0.0.1", 7},
		{"printlog", "", 8},
		{"root", "", 9},
	}
	if diff := cmp.Diff(want, MonoOptions(args, 1)); diff != "" {
		t.Error(diff)
	}
}

func TestMonoApplications(t *testing.T) {
	want := []MonoApp{{VPath: "/", Path: "."}, {VPath: "/blog", Path: "../blog", VHost: "shop.example"}, {VPath: "/", Path: "/srv/s", VHost: "*", VPort: "433"}}
	if diff := cmp.Diff(want, MonoApplications("/:.,shop.example:/blog:../blog,*:433:/:/srv/s,wrong,a:b:c:d:e")); diff != "" {
		t.Error(diff)
	}
}

func TestMonoWebApps(t *testing.T) {
	got, err := MonoWebApps([]byte(`<apps>
<web-application><name>blog</name><vpath>/blog</vpath><vport>80</vport>
 <path> /srv/blog </path></web-application>
<web-application><vpath>/old</vpath><path>/srv/old</path><enabled>False</enabled></web-application>
</apps>`))
	if diff := cmp.Diff([]MonoApp{{Name: "blog", VPath: "/blog", VPort: "80", Path: "/srv/blog", Line: 2}}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, bad := range []string{"", "<web-application/>", "<apps>"} {
		if _, err := MonoWebApps([]byte(bad)); err == nil {
			t.Errorf("%q is no file of applications", bad)
		}
	}
}

func TestMonoSocket(t *testing.T) {
	for value, want := range map[string]string{
		"tcp": "tcp,,,", "tcp:8081": "tcp,,8081,", "tcp:127.0.0.1:8081": "tcp,127.0.0.1,8081,", "tcp://127.0.0.1:8081": "tcp,127.0.0.1,8081,",
		"unix": "unix,,,", "unix:/run/a": "unix,,,/run/a", "unix://0660@/run/a": "unix,,,/run/a", "unix:///run/a@b": "unix,,,/run/a@b", "pipe": "pipe,,,", "": ",,,",
	} {
		kind, address, port, file := MonoSocket(value)
		if got := strings.Join([]string{kind, address, port, file}, ","); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func FuzzMono(f *testing.F) {
	f.Add("mono --config x a.exe /socket=tcp:1:2 /applications=/:.,a:b:c", []byte("<apps><web-application><vpath>/</vpath></web-application></apps>"))
	f.Fuzz(func(t *testing.T, line string, file []byte) {
		args := strings.Fields(line)
		at := MonoAssembly(args)
		if at < 0 || at > 0 && at >= len(args) {
			t.Fatalf("assembly at %d of %d", at, len(args))
		}
		for _, o := range MonoOptions(args, at) {
			if o.Arg <= at || o.Arg >= len(args) {
				t.Fatalf("%+v of %d", o, len(args))
			}
			MonoSocket(o.Value)
			MonoApplications(o.Value)
		}
		_, _ = MonoWebApps(file)
	})
}
