package containerize

import (
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// TestAttach holds that list of parts and provenance come to the registry as referrers of the image, by the API and by the tag that stands for it, whole
// and once however often the same image is pushed, and that a registry which takes none leaves a note.
func TestAttach(t *testing.T) {
	for name, c := range map[string]struct {
		api, refuses bool
	}{"api": {api: true}, "tag": {}, "refused": {refuses: true}} {
		t.Run(name, func(t *testing.T) {
			handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(c.api))
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.refuses && r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/sha256:") {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
				handler.ServeHTTP(w, r)
			}))
			defer server.Close()
			o := options(t)
			o.AllowSecrets, o.Destination = true, strings.TrimPrefix(server.URL, "http://")+"/team/shop:1"
			o.Inputs, o.Version = model.Inputs{"analysis.json": "sha256:0a"}, "1.2.3"
			made, err := Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := Run(t.Context(), o); err != nil || again.Digest != made.Digest {
				t.Fatalf("again: %v, %s after %s", err, again.Digest, made.Digest)
			}
			got := referrers(t, o.Destination, made.Digest)
			want := map[string]string{}
			for file, kind := range map[string]string{"sbom.cdx.json": "application/vnd.cyclonedx+json", "provenance.intoto.json": "application/vnd.in-toto+json"} {
				text, err := os.ReadFile(filepath.Join(o.Dir, file))
				if err != nil {
					t.Fatal(err)
				}
				if !c.refuses {
					want[kind] = string(text)
				}
				noted := slices.ContainsFunc(made.Skips, func(k model.Skip) bool { return k.What == file+" at the registry" })
				if noted != c.refuses {
					t.Errorf("%s is noted as not pushed: %v", file, noted)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// referrers are the documents at the registry that name an image as their subject, by their types.
func referrers(t *testing.T, destination, digest string) map[string]string {
	t.Helper()
	ref, err := name.ParseReference(destination)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Referrers(ref.Context().Digest(digest), remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	list, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, m := range list.Manifests {
		image, err := remote.Image(ref.Context().Digest(m.Digest.String()), remote.WithContext(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		layers, err := image.Layers()
		if err != nil || len(layers) != 1 {
			t.Fatalf("%d layers (%v)", len(layers), err)
		}
		r, err := layers[0].Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := got[m.ArtifactType]; twice {
			t.Errorf("two referrers of type %s", m.ArtifactType)
		}
		got[m.ArtifactType] = string(text)
	}
	return got
}

// TestProvenance reads the statement back as its readers do.
func TestProvenance(t *testing.T) {
	o := options(t)
	o.Inputs, o.Version = model.Inputs{"analysis.json": "sha256:0a", "files.jsonl": "sha256:0b"}, "1.2.3"
	made, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(o.Dir, "provenance.intoto.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "java-tomcat-0a1b2c3d",
      "digest": {
        "sha256": "` + strings.TrimPrefix(made.Digest, "sha256:") + `"
      }
    }
  ],
  "predicateType": "https://slsa.dev/provenance/v1",
  "predicate": {
    "buildDefinition": {
      "buildType": "urn:a2c:containerize:1",
      "externalParameters": {
        "applicationId": "java-tomcat-0a1b2c3d",
        "platform": "linux/amd64"
      },
      "resolvedDependencies": [
        {
          "name": "/.a2c/init",
          "digest": {
            "sha256": "` + strings.TrimPrefix(made.Init.Digest, "sha256:") + `"
          }
        },
        {
          "name": "analysis.json",
          "digest": {
            "sha256": "0a"
          }
        },
        {
          "name": "files.jsonl",
          "digest": {
            "sha256": "0b"
          }
        }
      ]
    },
    "runDetails": {
      "builder": {
        "id": "urn:a2c:builder:plain",
        "version": {
          "a2c": "1.2.3"
        }
      }
    }
  }
}
`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
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
			err := refuse(c.inside, "push")
			if got := strings.TrimPrefix(err.Error(), ErrSecretsInside.Error()); got != c.want || !errors.Is(err, ErrSecretsInside) {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}
