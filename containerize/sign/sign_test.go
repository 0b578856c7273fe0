package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/secure-systems-lab/go-securesystemslib/encrypted"

	own "a2c/internal/registry"
)

const digest = "sha256:6b00fcdd4d68249b94f74c06958730dbf4ca822e716eeca6ba07c8da746a6bb9"

func passphrase(name string) string {
	return map[string]string{PasswordVariable: "open sesame"}[name]
}

// keys are private keys in each form that is read.
func keys(t *testing.T) map[string]*pem.Block {
	t.Helper()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	eight := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	ec, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := encrypted.Encrypt(eight(curve), []byte("open sesame"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*pem.Block{
		"ecdsa":   {Type: "PRIVATE KEY", Bytes: eight(curve)},
		"openssl": {Type: "EC PRIVATE KEY", Bytes: ec},
		"rsa":     {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(old)},
		"ed25519": {Type: "PRIVATE KEY", Bytes: eight(edwards)},
		"cosign":  {Type: "ENCRYPTED SIGSTORE PRIVATE KEY", Bytes: sealed},
		"older":   {Type: "ENCRYPTED COSIGN PRIVATE KEY", Bytes: sealed},
	}
}

func write(t *testing.T, block *pem.Block) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func verified(key crypto.PublicKey, payload, signature []byte) bool {
	sum := sha256.Sum256(payload)
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, sum[:], signature)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(key, payload, signature)
	}
	return false
}

// TestPush signs by each kind of key, twice, beside the signatures of the others: each is there once, where cosign looks, and verifies.
func TestPush(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	repository := strings.TrimPrefix(server.URL, "http://") + "/team/shop"
	var pairs []crypto.PublicKey
	all := keys(t)
	for _, kind := range []string{"ecdsa", "cosign", "older", "openssl", "rsa", "ed25519"} { // the first four are one key
		key, err := ReadKey(write(t, all[kind]), passphrase)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for range 2 {
			if err := key.Push(t.Context(), own.Client{}, digest, repository+":1"); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
		}
		if kind == "ecdsa" || kind == "rsa" || kind == "ed25519" {
			pairs = append(pairs, key.signer.Public())
		}
	}
	at, err := name.ParseReference(repository + ":" + strings.Replace(digest, ":", "-", 1) + ".sig")
	if err != nil {
		t.Fatal(err)
	}
	image, err := remote.Image(at, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := image.Manifest()
	if err != nil || len(manifest.Layers) != len(pairs) {
		t.Fatalf("%d signatures (%v), want %d", len(manifest.Layers), err, len(pairs))
	}
	for i, l := range manifest.Layers {
		layer, err := image.LayerByDigest(l.Digest)
		if err != nil {
			t.Fatal(err)
		}
		r, err := layer.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"critical":{"identity":{"docker-reference":"` + repository + `"},"image":{"docker-manifest-digest":"` + digest + `"},"type":"cosign container image signature"},"optional":null}`
		if diff := cmp.Diff(want, string(text)); diff != "" || l.MediaType != payloadType {
			t.Errorf("%s (-want +got)\n%s", l.MediaType, diff)
		}
		signature, err := base64.StdEncoding.DecodeString(l.Annotations[signatureAnnotation])
		if err != nil || !verified(pairs[i], text, signature) {
			t.Errorf("signature %d does not verify (%v)", i, err)
		}
	}
}

// TestReadKey has what is no key, or not to be opened.
func TestReadKey(t *testing.T) {
	all := keys(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]struct {
		file string
		pass func(string) string
	}{
		"no such file":   {filepath.Join(t.TempDir(), "none"), passphrase},
		"no PEM":         {text, passphrase},
		"is a directory": {t.TempDir(), passphrase},
		"the passphrase in COSIGN_PASSWORD does not open it": {write(t, all["cosign"]), func(string) string { return "wrong" }},
		`PEM holds "PUBLIC KEY"`:                             {write(t, &pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}), passphrase},
		"asn1":                                               {write(t, &pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), passphrase},
	} {
		if _, err := ReadKey(c.file, c.pass); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
