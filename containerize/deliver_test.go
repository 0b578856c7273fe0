package containerize

import (
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/model"
)

// An image with secrets inside is not pushed unless the user says so; what is pushed, and what --tar writes, is the image that was made.
func TestDeliver(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	o := options(t)
	o.Destination = strings.TrimPrefix(server.URL, "http://") + "/team/shop:1"
	o.Tar = filepath.Join(t.TempDir(), "shop.tar")
	ref, err := name.ParseReference(o.Destination)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), o); !errors.Is(err, ErrSecretsInside) || !strings.Contains(err.Error(), "--allow-secrets-in-image") {
		t.Errorf("got %v, want ErrSecretsInside and the flag that lifts it", err)
	}
	if _, err := remote.Head(ref, remote.WithContext(t.Context())); err == nil {
		t.Error("the refused image is at the registry")
	}
	if _, err := os.Lstat(o.Tar); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the refused image was archived: %v", err)
	}

	o.AllowSecrets = true
	made, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	pushed, err := remote.Head(ref, remote.WithContext(t.Context()))
	if err != nil || pushed.Digest.String() != string(made.Digest) {
		t.Errorf("the registry has %v (%v), made was %s", pushed, err, made.Digest)
	}
	archived, err := tarball.ImageFromPath(o.Tar, nil)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := archived.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	image, err := remote.Image(ref, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if want, err := image.ConfigName(); err != nil || loaded != want {
		t.Errorf("the archive holds %s, the registry %s (%v)", loaded, want, err)
	}
}

// TestRefuse holds that a secret in a comment is not pushed unasked either, and that one in force is named before it.
func TestRefuse(t *testing.T) {
	note := model.Secret{Name: "keycloak.conf", Comment: true, Place: model.Place{Kind: "file", Path: "/kc/keycloak.conf", Line: 12}}
	force := model.Secret{Name: "keystorePass", Place: model.Place{Kind: "file", Path: "/conf/server.xml", Line: 40}}
	for name, c := range map[string]struct {
		inside []model.Secret
		want   string
	}{
		"in_force": {[]model.Secret{force}, `: 1, the first is "keystorePass" in /conf/server.xml, line 40; take them out, or push with --allow-secrets-in-image`},
		"both":     {[]model.Secret{note, force}, `: 2, 1 of them in comments, the first is "keystorePass" in /conf/server.xml, line 40; take them out, or push with --allow-secrets-in-image`},
		"comment":  {[]model.Secret{note}, `: 1, in comments, the first is "keycloak.conf" in /kc/keycloak.conf, line 12; delete these comments, or push with --allow-secrets-in-image`},
	} {
		t.Run(name, func(t *testing.T) {
			err := refuse(c.inside)
			if got := strings.TrimPrefix(err.Error(), ErrSecretsInside.Error()); got != c.want || !errors.Is(err, ErrSecretsInside) {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}
