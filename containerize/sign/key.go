// Package sign signs an image's digest so that `cosign verify --key` accepts it: a signature over a simple-signing payload, kept at the registry beside the
// image (sigstore/cosign: specs/SIGNATURE_SPEC.md). Nothing is sent to a transparency log.
package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/secure-systems-lab/go-securesystemslib/encrypted"

	"a2c/internal/disk"
)

// PasswordVariable holds the passphrase of an encrypted key, as for cosign.
const PasswordVariable = "COSIGN_PASSWORD"

// maxKey bounds the file: an RSA key of 16,384 bits has 13 kB.
const maxKey = 64 << 10

// Key signs.
type Key struct{ signer crypto.Signer }

// ReadKey reads a private key in PEM: of cosign generate-key-pair, PKCS #8, or of openssl ecparam. getenv gives the passphrase of an encrypted one.
func ReadKey(file string, getenv func(string) string) (*Key, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", disk.Cause(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKey))
	if err != nil {
		return nil, fmt.Errorf("read key: %w", disk.Cause(err))
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("read key: no PEM; make one with cosign generate-key-pair, or openssl ecparam -name prime256v1 -genkey")
	}
	key, err := parse(block, getenv)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		return &Key{key}, nil
	case *rsa.PrivateKey:
		return &Key{key}, nil
	case ed25519.PrivateKey:
		return &Key{key}, nil
	}
	return nil, fmt.Errorf("read key: a %T cannot sign; use ECDSA, RSA or Ed25519", key)
}

func parse(block *pem.Block, getenv func(string) string) (any, error) {
	switch block.Type {
	case "ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY":
		der, err := encrypted.Decrypt(block.Bytes, []byte(getenv(PasswordVariable)))
		if err != nil {
			return nil, fmt.Errorf("the passphrase in %s does not open it: %w", PasswordVariable, err)
		}
		return x509.ParsePKCS8PrivateKey(der)
	case "PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	return nil, fmt.Errorf("PEM holds %q, and no private key that cosign knows", block.Type)
}

// sign signs the payload; the same one gives the same signature (RFC 6979 for ECDSA), so that signing again adds nothing.
func (k *Key) sign(payload []byte) ([]byte, error) {
	if key, ok := k.signer.(ed25519.PrivateKey); ok {
		return ed25519.Sign(key, payload), nil
	}
	sum := sha256.Sum256(payload)
	return k.signer.Sign(nil, sum[:], crypto.SHA256)
}
