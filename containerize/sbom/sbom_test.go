package sbom

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"

	"a2c/analyze/packages"
	"a2c/internal/golden"
	"a2c/model"
	"a2c/parse"
)

// TestEncode writes the document of an image with one of everything, and has CycloneDX's own types read and write it.
func TestEncode(t *testing.T) {
	pom := func(g, a, v string) []string {
		return []string{"META-INF/maven/" + g + "/" + a + "/pom.properties", "groupId=" + g + "\nartifactId=" + a + "\nversion=" + v + "\n"}
	}
	h2 := pack(t, pom("com.h2database", "h2", "2.3.232")...)
	war := pack(t, append(pom("com.example", "shop", "1.0"), "WEB-INF/lib/h2-2.3.232.jar", string(h2), "WEB-INF/lib/broken.jar", "x", "WEB-INF/lib/\x1b[31m.jar", string(pack(t)))...)
	files := fstest.MapFS{
		"50-application/0-0/srv/shop.war": {Data: war},
		"40-dependencies/0-0/opt/h2.jar":  {Data: h2},
		"50-application/0-0/srv/Api.deps.json": {Data: []byte(`{"runtimeTarget":{"name":".NETCoreApp,Version=v9.0/linux-x64"},
			"targets":{".NETCoreApp,Version=v9.0/linux-x64":{"Api/1.0.0":{},"Npgsql/9.0.3":{},"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7":{}}},
			"libraries":{"Api/1.0.0":{"type":"project"},"Npgsql/9.0.3":{"type":"package"},"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7":{"type":"runtimepack"}}}`)},
		"50-application/0-0/srv/bad.jar": {Data: []byte("no archive")},
		"README":                         {Data: []byte("x")},
	}
	libraries, skips, err := Find(t.Context(), files, func(name string) model.Path {
		_, rest, found := strings.Cut(name, "/0-0/")
		if !found {
			return ""
		}
		return model.Path(path.Join("/", rest))
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(skips) != 2 {
		t.Errorf("skips %v, want those of bad.jar and broken.jar", skips)
	}
	record := func(d packages.Database, name, version, arch, source string) packages.Record {
		return packages.Record{PackageRecord: parse.PackageRecord{Name: name, Version: version, Architecture: arch, Source: source}, Database: d}
	}
	data, n, err := Encode(Subject{
		Name: "shop:latest", Digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		OS: parse.OSRelease([]byte("ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n")),
		Packages: []packages.Record{
			record(packages.Dpkg, "libc6", "2.36-9+deb12u10", "amd64", "glibc"), record(packages.RPM, "tool", "7:2.1-3.el9", "noarch", "tool-2.1-3.el9.src.rpm"),
			record(packages.Apk, "musl", "1.2.4-r2", "x86_64", "musl"),
		},
		Runtime: model.Runtime{Name: "OpenJDK", Version: "17.0.15", Home: "/usr/lib/jvm/17"}, Platform: model.Platform{Name: "Apache Tomcat", Version: "10.1.30", Home: "/opt/tomcat"},
		Init: &model.ImageInit{Path: "/.a2c/init", Version: "1.2", Digest: "sha256:89abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567"},
		Base: &Base{
			Name: "docker.io/library/eclipse-temurin:17-jre-noble", Digest: "sha256:cdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab",
			Packages: []packages.Record{record(packages.Dpkg, "tzdata", "2024a-0", "all", ""), record(packages.Dpkg, "libc6", "2.36-9+deb12u10", "amd64", "glibc")},
			Libraries: []Library{
				{Ecosystem: "maven", Group: "org.base", Name: "agent", Version: "1.2", Path: "/agent/agent.jar", From: "pom.properties"},
				{Ecosystem: "maven", Group: "org.base", Name: "agent", Version: "1.2", Path: "/other/all.jar!/agent.jar", From: "pom.properties"},
			},
			Runtime: &Runtime{Name: "OpenJDK (Eclipse Adoptium)", Version: "17.0.16", Home: "/opt/java/openjdk"},
		},
		Libraries: libraries, Incomplete: "2 archives could not be read",
	})
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "testdata/shop.cdx.json", data)
	if want := bytes.Count(data, []byte(`"bom-ref"`)) - 1; n != want {
		t.Errorf("%d components, want %d", n, want)
	}
	readBack(t, data)
}

func readBack(t *testing.T, data []byte) {
	t.Helper()
	var bom cdx.BOM
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&bom); err != nil {
		t.Fatalf("CycloneDX's own type does not take it: %v", err)
	}
	again, err := json.Marshal(bom)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("CycloneDX's own type holds something else (-a2c +CycloneDX):\n%s", diff)
	}
}

func pack(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
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
