package containerize

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"a2c/containerize/base"
	"a2c/model"
)

func TestLacks(t *testing.T) {
	musl := &baseImage{content: base.Content{Kinds: map[string]base.Kind{"/lib/ld-musl-x86_64.so.1": base.File}}}
	empty := &baseImage{}
	for name, c := range map[string]struct {
		base *baseImage
		lib  string
		had  bool
		want string
	}{
		"musl":       {musl, "libc.so.6", true, "stands on the C library musl (Alpine), and /srv/app is linked against glibc"},
		"no_libc":    {empty, "libc.so.6", true, "has no GNU C library, but /srv/app needs it"},
		"openssl":    {empty, "libssl.so.1.1", true, "has no libssl.so.1.1, which /srv/app needs"},
		"never_had":  {empty, "libssl.so.1.1", false, ""},
		"musl_other": {musl, "libicuuc.so.72", true, "has no libicuuc.so.72"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.base.lacks(c.lib, "/srv/app", c.had)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestDefines asks an image with this machine's C library for versions of symbols.
func TestDefines(t *testing.T) {
	found, err := filepath.Glob("/lib/*/libc.so.6")
	if err != nil || len(found) == 0 {
		t.Skip("no GNU C library at Debian's place here")
	}
	libc, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	l, err := crane.Layer(map[string][]byte{"lib/libc.so.6": libc})
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	b := &baseImage{image: img}
	if b.content, err = base.Read(t.Context(), img, func(string) bool { return false }, nil); err != nil {
		t.Fatal(err)
	}
	if err := b.defines(t.Context(), map[want]model.Path{{"libc.so.6", "GLIBC_2.17"}: "/srv/app"}); err != nil {
		t.Error(err)
	}
	err = b.defines(t.Context(), map[want]model.Path{{"libc.so.6", "GLIBC_9.99"}: "/srv/app"})
	if err == nil || !strings.Contains(err.Error(), "has an older libc.so.6: /srv/app needs GLIBC_9.99, which it does not define (its newest is GLIBC_2.") {
		t.Errorf("got %v", err)
	}
}

func TestForeign(t *testing.T) {
	for name, want := range map[string]bool{"PATH": false, "JAVA_HOME": false, "DOTNET_VERSION": false, "LANG": true, "JAVA_TOOL_OPTIONS": true, "ASPNETCORE_HTTP_PORTS": true, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": true} {
		if got := foreign(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
