package parse

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pack makes an archive of name, content pairs; names that begin with "=" are stored without compression.
func pack(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		name, stored := strings.CutPrefix(pairs[i], "=")
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		if stored {
			h.Method = zip.Store
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBytes(data []byte) (*Jar, error) { return OpenJar(bytes.NewReader(data), int64(len(data))) }

func TestJarReads(t *testing.T) {
	inner := pack(t, "a.properties", "version=1")
	data := pack(t, ManifestName, "Main-Class: a.Main\n", "=BOOT-INF/lib/x.jar", string(inner), "lib/packed.jar", string(inner), "twice", "first", "twice", "second", "../up", "x")
	for _, tc := range []struct {
		name string
		data []byte
	}{
		{"plain", data},
		{"behind_a_shell_script", append([]byte("#!/bin/bash\nexec java -jar \"$0\"\n"), data...)}, // Spring Boot's executable jars
	} {
		t.Run(tc.name, func(t *testing.T) {
			j, err := openBytes(tc.data)
			if err != nil {
				t.Fatal(err)
			}
			m, err := j.Manifest()
			if err != nil || m.Value("main-class") != "a.Main" {
				t.Errorf("Manifest() = %+v, %v", m, err)
			}
			for _, nested := range []string{"BOOT-INF/lib/x.jar", "lib/packed.jar"} {
				in, err := j.Nested(nested, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				got, err := in.Read("a.properties", 100)
				if err != nil || string(got) != "version=1" {
					t.Errorf("%s: %q, %v", nested, got, err)
				}
			}
			if got, _ := j.Read("twice", 10); string(got) != "second" {
				t.Errorf("equal names: got %q, want the last", got)
			}
			if _, err := j.Read("none", 10); !errors.Is(err, ErrNoEntry) {
				t.Errorf("missing entry: %v", err)
			}
			if _, err := j.Read("BOOT-INF/lib/x.jar", 10); !errors.Is(err, ErrTooLarge) {
				t.Errorf("limit: %v", err)
			}
			if e, ok := j.Entry("../up"); !ok || e.Size != 1 || j.Len() != len(j.Entries()) {
				t.Errorf("Entry() = %+v, %v", e, ok)
			}
		})
	}
}

func TestJarRefusesHostileArchives(t *testing.T) {
	good := pack(t, "a", strings.Repeat("a", 5000), "b", "b")
	end := bytes.LastIndex(good, []byte("PK\x05\x06"))
	central := bytes.Index(good, []byte("PK\x01\x02"))
	change := func(at int, value uint32) []byte {
		d := bytes.Clone(good)
		binary.LittleEndian.PutUint32(d[at:], value)
		return d
	}
	many := bytes.Clone(good)
	binary.LittleEndian.PutUint32(many[end+12:], 0xfffffff0)
	for _, tc := range []struct {
		name string
		data []byte
		want error
		read string // an entry whose reading fails; "": opening fails
	}{
		{name: "empty", data: nil, want: ErrNotZip},
		{name: "text", data: []byte("Error: could not download the jar, see https://example.com/"), want: ErrNotZip},
		{name: "cut", data: good[:len(good)-30], want: ErrNotZip},
		{name: "directory_too_large", data: many, want: ErrHostileZip},
		{name: "packed_size_beyond_archive", data: change(central+20, 1<<30), want: ErrHostileZip},
		{name: "claims_more_than_deflate_can", data: change(central+24, 1<<30), want: ErrHostileZip, read: "a"},
		{name: "says_less_than_it_holds", data: change(central+24, 10), want: zip.ErrFormat, read: "a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j, err := openBytes(tc.data)
			if tc.read != "" {
				if err != nil {
					t.Fatal(err)
				}
				_, err = j.Read(tc.read, 4000)
				if errors.Is(tc.want, ErrHostileZip) {
					_, err = j.Read(tc.read, 1<<31)
				}
			}
			if err == nil || !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

func TestJarBombStopsAtTheLimit(t *testing.T) {
	data := pack(t, "zeros", strings.Repeat("\x00", 64<<20))
	if len(data) > 1<<20 {
		t.Fatalf("the bomb has %d bytes", len(data))
	}
	j, err := openBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Read("zeros", 1<<20); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func TestParseManifest(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []ManifestAttribute
		err      string
	}{
		{
			name: "continuation_crlf", in: "Manifest-Version: 1.0\r\nClass-Path: lib/spring-core.jar lib/spr\r\n ing-beans.jar\r\n\r\nName: x\r\nSealed: true\r\n",
			want: []ManifestAttribute{{"Manifest-Version", "1.0", 1}, {"Class-Path", "lib/spring-core.jar lib/spring-beans.jar", 2}},
		},
		{name: "cr_only_and_no_last_end", in: "A: 1\rB: 2\r 3", want: []ManifestAttribute{{"A", "1", 1}, {"B", "23", 2}}},
		{name: "empty_value_and_colons", in: "Class-Path: \nURL: http://x:1/\n", want: []ManifestAttribute{{"Class-Path", "", 1}, {"URL", "http://x:1/", 2}}},
		{name: "empty", in: ""},
		{name: "continues_nothing", in: " x\n", err: "line 1: a continuation without a line before it"},
		{name: "no_colon", in: "A: 1\nbroken\n", err: `line 2: no colon in "broken"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := ReadManifest([]byte(tc.in))
			if got := fmt.Sprint(err); tc.err != "" && got != tc.err || tc.err == "" && err != nil {
				t.Fatalf("error %v, want %q", err, tc.err)
			}
			if tc.err == "" {
				if diff := cmp.Diff(tc.want, m.Attributes); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			}
		})
	}
}

// TestHostileTextIsReadInLinearTime has inputs that cost minutes when a parser is quadratic.
func TestHostileTextIsReadInLinearTime(t *testing.T) {
	const size = 4 << 20
	for name, run := range map[string]func(){
		"manifest":   func() { _, _ = ReadManifest([]byte("A: b\n" + strings.Repeat(" x\n", size/3))) },
		"ampersands": func() { _, _ = ReadXML([]byte("<a b='" + strings.Repeat("&", size) + "'/>")) },
		"attributes": func() { _, _ = ReadXML([]byte("<a" + strings.Repeat(" b='1'", size/6) + "/>")) },
		"unique":     func() { _, _ = ReadXML([]byte("<a" + manyAttributes(300_000) + "/>")) },
		"expand":     func() { ExpandTomcat(strings.Repeat("${", size/2)+"}", testLookup()) },
		"properties": func() { _, _ = ReadProperties([]byte(strings.Repeat("a\\\n", size/3))) },
		"json":       func() { _, _ = ReadAppSettings([]byte(strings.Repeat("{/*", size/3))) },
		"arguments":  func() { splitJavaWords(strings.Repeat("\"a\\\n", size/4), true) },
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			run()
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("4 MB took %s", took)
			}
		})
	}
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d='1'", i)
	}
	return b.String()
}

func TestManifestSpringBoot(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     bool
	}{
		{"jar_launcher_3_2", "Main-Class: org.springframework.boot.loader.launch.JarLauncher\nStart-Class: a.B\nSpring-Boot-Version: 3.4.1\n", true},
		{"jar_launcher_old", "Main-Class: org.springframework.boot.loader.JarLauncher\nStart-Class: a.B\n", true},
		{"properties_launcher_without_start_class", "Main-Class: org.springframework.boot.loader.launch.PropertiesLauncher\n", true},
		{"extracted_by_jarmode_tools", "Main-Class: a.B\nStart-Class: a.B\nSpring-Boot-Version: 3.3.0\n", true},
		{"plain_jar_of_a_spring_project", "Main-Class: a.B\n", false},
		{"version_alone", "Main-Class: a.B\nSpring-Boot-Version: 3.3.0\n", false},
		{"somebody_elses_launcher", "Main-Class: com.example.JarLauncher\n", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := ReadManifest([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if _, got := m.SpringBoot(); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestSpringIndexes(t *testing.T) {
	layers, err := ReadSpringLayers([]byte("- \"dependencies\":\n  - \"BOOT-INF/lib/\"\n- \"application\":\n  - \"BOOT-INF/classes/\"\n  - \"META-INF/\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]SpringLayer{{"dependencies", []string{"BOOT-INF/lib/"}}, {"application", []string{"BOOT-INF/classes/", "META-INF/"}}}, layers); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`  - "x"`, "- dependencies:", `- "a`, `- ":`} {
		if l, err := ReadSpringLayers([]byte(bad)); err == nil {
			t.Errorf("%q: %v", bad, l)
		}
	}
	paths, err := ReadSpringClasspath([]byte("- \"BOOT-INF/lib/b.jar\"\n- \"BOOT-INF/lib/a.jar\"\n"))
	if diff := cmp.Diff([]string{"BOOT-INF/lib/b.jar", "BOOT-INF/lib/a.jar"}, paths); err != nil || diff != "" {
		t.Error(diff, err)
	}
	if _, err := ReadSpringClasspath([]byte("- x")); err == nil {
		t.Error("a line without quotes was accepted")
	}
}

func TestParseJavaRelease(t *testing.T) {
	r, err := ReadJavaRelease([]byte("IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\nMODULES=\"java.base java.sql\"\nSOURCE=\"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Get("IMPLEMENTOR"); s.Value != "Debian" || s.Line != 1 || r.Version() != "17.0.15" {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"java.base", "java.sql"}, r.Modules()); diff != "" {
		t.Error(diff)
	}
	if _, err := ReadJavaRelease([]byte("JAVA")); err == nil {
		t.Error("a line without = was accepted")
	}
}

func FuzzJar(f *testing.F) {
	good := pack(f, ManifestName, "Main-Class: a.Main\n", "=lib/x.jar", string(pack(f, "y", "z")))
	f.Add(good)
	f.Add(append([]byte("#!/bin/sh\n"), good...))
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		j, err := openBytes(data)
		if err != nil {
			return
		}
		for _, e := range j.Entries() {
			if got, err := j.Read(e.Name, 1<<16); err == nil && len(got) > 1<<16 {
				t.Errorf("%q: %d bytes", e.Name, len(got))
			}
			if in, err := j.Nested(e.Name, 1<<16); err == nil && in.Len() < 0 {
				t.Error("negative length")
			}
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("Main-Class: a\r\n b\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadManifest(data)
		if err != nil {
			return
		}
		for _, a := range m.Attributes {
			if strings.ContainsAny(a.Name+a.Value, "\r\n") || a.Line < 1 {
				t.Errorf("%+v", a)
			}
		}
		m.SpringBoot()
	})
}

func FuzzSpringIndexes(f *testing.F) {
	f.Add([]byte("- \"a\":\n  - \"b/\"\n"))
	f.Add([]byte("- \"BOOT-INF/lib/b.jar\"\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = ReadSpringLayers(data)
		_, _ = ReadSpringClasspath(data)
		_, _ = ReadJavaRelease(data)
	})
}
