package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkSettings holds a parser against a table of documents.
func checkSettings(t *testing.T, parse func([]byte) ([]Setting, error), in string, want []Setting, wantErr string) {
	t.Helper()
	got, err := parse([]byte(in))
	if wantErr != "" {
		if fmt.Sprint(err) != wantErr {
			t.Fatalf("error %v, want %s", err, wantErr)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseProperties(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []Setting
		err      string
	}{
		{name: "separators", in: "a=1\nb: 2\nc 3\n d\t=\t4 \ne\n", want: []Setting{{"a", "1", 1, 0}, {"b", "2", 2, 0}, {"c", "3", 3, 0}, {"d", "4 ", 4, 0}, {"e", "", 5, 0}}},
		{name: "escapes", in: `k\=e\ y=caf\u00e9\ttab\\ \uD83D\uDE00\q`, want: []Setting{{"k=e y", "café\ttab\\ 😀q", 1, 0}}},
		{name: "continued", in: "# c\\\nlist = a,\\\n   b,\\\r\n\tc\nnext=1", want: []Setting{{"list", "a,b,c", 2, 0}, {"next", "1", 5, 0}}},
		{name: "even_backslashes", in: "p=C:\\\\\nq=1", want: []Setting{{"p", `C:\`, 1, 0}, {"q", "1", 2, 0}}},
		{name: "latin1", in: "a=caf\xe9", want: []Setting{{"a", "café", 1, 0}}},
		{name: "documents", in: "a=1\n#---\nspring.config.activate.on-profile=prod\na=2\n #---\nb=1", want: []Setting{{"a", "1", 1, 0}, {"spring.config.activate.on-profile", "prod", 3, 1}, {"a", "2", 4, 1}, {"b", "1", 6, 1}}},
		{name: "equal_keys_stay", in: "a=1\na=2", want: []Setting{{"a", "1", 1, 0}, {"a", "2", 2, 0}}},
		{name: "escaped_separator_at_the_end", in: `a\`, want: []Setting{{"a", "", 1, 0}}},
		{name: "bad_unicode", in: "x=1\na=\\u00g1", err: `line 2: \u00g1: no four hexadecimal digits`},
		{name: "short_unicode", in: `a=\u00`, err: `line 1: \u without four hexadecimal digits`},
		{name: "comments_alone", in: "#a\n!b\n\n"},
	} {
		t.Run(tc.name, func(t *testing.T) { checkSettings(t, ReadProperties, tc.in, tc.want, tc.err) })
	}
}

func TestParseSpringYAML(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []Setting
		err      string
	}{
		{
			name: "nested_and_flat", in: "server:\n  address: 127.0.0.1\n  port: 08080\nmanagement.server.port: 9001\n",
			want: []Setting{{"server.address", "127.0.0.1", 2, 0}, {"server.port", "08080", 3, 0}, {"management.server.port", "9001", 4, 0}},
		},
		{name: "documents", in: "a: 1\n---\nspring: {config: {activate: {on-profile: prod}}}\na: 2\n", want: []Setting{{"a", "1", 1, 0}, {"spring.config.activate.on-profile", "prod", 3, 1}, {"a", "2", 4, 1}}},
		{name: "lists_and_odd_keys", in: "l:\n - x\n - y: 1\nm:\n  '[a.b]': 2\ne: []\nf: {}\nn: ~\n", want: []Setting{{"l[0]", "x", 2, 0}, {"l[1].y", "1", 3, 0}, {"m[a.b]", "2", 5, 0}, {"e", "", 6, 0}, {"f", "", 7, 0}, {"n", "", 8, 0}}},
		{name: "alias_and_merge", in: "x: &x {p: 1}\ny:\n  <<: *x\n  q: 2\n", want: []Setting{{"x.p", "1", 1, 0}, {"y.p", "1", 1, 0}, {"y.q", "2", 4, 0}}},
		{name: "empty"},
		{name: "scalar", in: "hello"},
		{name: "bad", in: "a:\n  b: 1\n c: 2\n", err: "line 2: did not find expected key"},
		{name: "complex_key", in: "{[a]: 1}", err: "line 1: a key is no scalar"},
	} {
		t.Run(tc.name, func(t *testing.T) { checkSettings(t, ReadSpringYAML, tc.in, tc.want, tc.err) })
	}
}

func TestHostileConfigurationIsBounded(t *testing.T) {
	bomb := "a0: &a0 {x: 1}\n"
	for i := 1; i < 30; i++ {
		bomb += fmt.Sprintf("a%d: &a%d {x: *a%d, y: *a%d, z: *a%d}\n", i, i, i-1, i-1, i-1)
	}
	longKeys := strings.Repeat("k", 1<<20) + ":\n" + strings.Repeat("  - 1\n", 50_000)
	for _, tc := range []struct {
		name  string
		parse func([]byte) ([]Setting, error)
		in    string
	}{
		{"alias_bomb", ReadSpringYAML, bomb},
		{"alias_to_itself", ReadSpringYAML, "a: &a [*a]"},
		{"long_keys", ReadSpringYAML, longKeys},
		{"deep_yaml", ReadSpringYAML, strings.Repeat("[", 5000)},
		{"deep_json", ReadAppSettings, strings.Repeat(`{"a":`, 5000)},
		{"long_json_key", ReadAppSettings, `{"` + strings.Repeat("k", 1<<20) + `":[` + strings.Repeat("1,", 50_000) + `1]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, err := tc.parse([]byte(tc.in)); err == nil {
				t.Errorf("%d settings and no error", len(got))
			}
		})
	}
}

func TestParseAppSettings(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []Setting
		err      string
	}{
		{
			name: "endpoints_with_comments", in: "\xef\xbb\xbf{\n // where it listens\n \"Kestrel\": { \"Endpoints\": { \"Http\": {\n  \"Url\": \"http://127.0.0.1:5000\", /* last */ } } },\n \"Urls\": \"http://*:1\"\n}\n",
			want: []Setting{{"Kestrel:Endpoints:Http:Url", "http://127.0.0.1:5000", 4, 0}, {"Urls", "http://*:1", 5, 0}},
		},
		{
			name: "values", in: `{"a":[1,{"b":true}],"c":null,"d":1e3,"e":{},"f":[],"g//":"/*no*/,}"}`,
			want: []Setting{{"a:0", "1", 1, 0}, {"a:1:b", "True", 1, 0}, {"c", "", 1, 0}, {"d", "1e3", 1, 0}, {"e", "", 1, 0}, {"f", "", 1, 0}, {"g//", "/*no*/,}", 1, 0}},
		},
		{name: "key_twice", in: "{\"A\":1,\n\"a\":2}", err: `line 2: key "a" stands twice`},
		{name: "array", in: "[]", err: "line 1: the top level is no object"},
		{name: "cut", in: "{\n\"a\": ", err: "line 2: the text ends too early"},
		{name: "two_commas", in: "{\"a\":1,\n,}", err: "line 2: invalid character '}' looking for beginning of object key string"},
		{name: "tail", in: "{} {}", err: "line 1: more text behind the object"},
		{name: "empty", in: "", err: "line 1: the text ends too early"},
	} {
		t.Run(tc.name, func(t *testing.T) { checkSettings(t, ReadAppSettings, tc.in, tc.want, tc.err) })
	}
}

func TestParseRuntimeConfig(t *testing.T) {
	c, err := ReadRuntimeConfig([]byte(`{"runtimeOptions":{"tfm":"net9.0","framework":{"name":"Microsoft.NETCore.App","version":"9.0.0"},"configProperties":{"System.GC.Server":true},}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := RuntimeConfig{TFM: "net9.0", Frameworks: []DotnetFramework{{"Microsoft.NETCore.App", "9.0.0"}}, Properties: map[string]any{"System.GC.Server": true}}
	if diff := cmp.Diff(want, c); diff != "" || c.SelfContained() {
		t.Error(diff)
	}
	c, err = ReadRuntimeConfig([]byte(`{"runtimeOptions":{"includedFrameworks":[{"name":"Microsoft.NETCore.App","version":"9.0.7"}]}}`))
	if err != nil || !c.SelfContained() {
		t.Errorf("%+v, %v", c, err)
	}
	for in, want := range map[string]string{
		"{}":                                   "line 1: no runtimeOptions",
		"{\n\"runtimeOptions\": 3}":            "line 2: runtimeOptions is a number, not a struct",
		"{\n\"runtimeOptions\": {]}":           "line 2: invalid character ']' looking for beginning of object key string",
		"{\"runtimeOptions\":{\n\"tfm\": 3 }}": "line 2: runtimeOptions.tfm is a number, not a string",
	} {
		if _, err := ReadRuntimeConfig([]byte(in)); !strings.HasPrefix(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

func TestParseDepsJSON(t *testing.T) {
	d, err := ReadDepsJSON([]byte(`{"runtimeTarget":{"name":".NETCoreApp,Version=v9.0/linux-x64","signature":""},
"targets":{".NETCoreApp,Version=v9.0":{},".NETCoreApp,Version=v9.0/linux-x64":{
 "Web/1.0.0":{"dependencies":{"Npgsql":"8.0.0"},"runtime":{"Web.dll":{}}},
 "Npgsql/8.0.0":{"runtime":{"lib/net8.0/Npgsql.dll":{"assemblyVersion":"8.0.0.0"}},"native":{"libx.so":{}}},
 "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7":{"runtime":{"System.Runtime.dll":{}}}}},
"libraries":{"Web/1.0.0":{"type":"project"},"Npgsql/8.0.0":{"type":"package"},"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7":{"type":"runtimepack"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	project, ok := d.Project()
	want := DotnetLibrary{Name: "Web", Version: "1.0.0", Type: "project", Runtime: []string{"Web.dll"}, Depends: []string{"Npgsql"}}
	if diff := cmp.Diff(want, project); diff != "" || !ok {
		t.Error(diff)
	}
	if d.RID != "linux-x64" || d.Framework != ".NETCoreApp,Version=v9.0" || d.RuntimePack("Microsoft.NETCore.App") != "9.0.7" || d.RuntimePack("Microsoft.AspNetCore.App") != "" {
		t.Errorf("%+v", d)
	}
	if _, err := ReadDepsJSON([]byte(`{"runtimeTarget":{"name":"x"},"targets":{}}`)); fmt.Sprint(err) != `line 1: no target "x"` {
		t.Error(err)
	}
}

func FuzzProperties(f *testing.F) {
	f.Add([]byte("a=1\\\n b\n#---\nc:\\u00e9"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := ReadProperties(data)
		for _, s := range got {
			if s.Line < 1 || s.Line > bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r"))+1 {
				t.Errorf("%+v", s)
			}
		}
	})
}

// TestNoText refuses what is UTF-16 or binary, with the line.
func TestNoText(t *testing.T) {
	for in, line := range map[string]int{"\xff\xfea\x00=\x00b\x00": 1, "a=b\nc=\x00\n": 2} {
		_, err := ReadProperties([]byte(in))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != line {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func FuzzSpringYAML(f *testing.F) {
	f.Add([]byte("a: &a {b: [1, 2]}\nc: {<<: *a}\n---\nd.e: 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func([]byte) ([]Setting, error){ReadSpringYAML, ReadSmallRyeYAML} {
			got, _ := read(data)
			for _, s := range got {
				if s.Key == "" || s.Line < 1 {
					t.Errorf("%+v", s)
				}
			}
		}
	})
}

// FuzzRelaxJSON demands that strict JSON keeps its meaning and that offsets stay true.
func FuzzRelaxJSON(f *testing.F) {
	f.Add([]byte("{\"a\": [1, 2,], // c\n \"b\": \"/*\\\"*/\",}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got := RelaxJSON(data)
		if len(got) != len(data) || bytes.Count(got, []byte("\n")) != bytes.Count(data, []byte("\n")) {
			t.Fatalf("%q became %q", data, got)
		}
		if json.Valid(data) && !bytes.Equal(got, data) {
			t.Errorf("strict JSON was changed: %q to %q", data, got)
		}
		if s, err := ReadAppSettings(data); err == nil && !json.Valid(got) {
			t.Errorf("%q was read as %v", data, s)
		}
		_, _ = ReadRuntimeConfig(data)
		_, _ = ReadDepsJSON(data)
	})
}
