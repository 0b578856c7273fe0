package sign

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"a2c/internal/registry"
)

// How cosign finds a signature.
const (
	payloadType         = "application/vnd.dev.cosign.simplesigning.v1+json"
	signatureAnnotation = "dev.cosignproject.cosign/signature"
)

// payload is what is signed (containers/image: docs/containers-signature.5.md).
type payload struct {
	Critical critical       `json:"critical"`
	Optional map[string]any `json:"optional"`
}

type critical struct {
	Identity struct {
		Reference string `json:"docker-reference"`
	} `json:"identity"`
	Image struct {
		Digest string `json:"docker-manifest-digest"`
	} `json:"image"`
	Type string `json:"type"`
}

// Push signs the image and adds the signature to those that its repository has of it.
func (k *Key) Push(ctx context.Context, c registry.Client, digest, destination string) error {
	ref, err := name.ParseReference(destination)
	if err != nil {
		return fmt.Errorf("destination %q: %w", destination, err)
	}
	p := payload{Critical: critical{Type: "cosign container image signature"}}
	p.Critical.Identity.Reference, p.Critical.Image.Digest = ref.Context().Name(), digest
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("payload of the signature: %w", err)
	}
	signature, err := k.sign(text)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	at := ref.Context().Tag(strings.Replace(digest, ":", "-", 1) + ".sig")
	options, err := c.Options(ctx, at.Registry)
	if err != nil {
		return registry.Explain("sign", at, err)
	}
	have, err := signatures(at, options)
	if err != nil {
		return registry.Explain("read the image's signatures", at, err)
	}
	word := base64.StdEncoding.EncodeToString(signature)
	if there, err := holds(have, word); there || err != nil {
		return err
	}
	all, err := mutate.Append(have, mutate.Addendum{Layer: static.NewLayer(text, payloadType), Annotations: map[string]string{signatureAnnotation: word}})
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	return registry.Explain("push the signature", at, remote.Write(at, all, options...))
}

// signatures is the image that holds them, an empty one when there are none.
func signatures(at name.Tag, options []remote.Option) (v1.Image, error) {
	have, err := remote.Image(at, options...)
	if te, ok := errors.AsType[*transport.Error](err); ok && te.StatusCode == http.StatusNotFound {
		return mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON), nil
	}
	return have, err
}

func holds(image v1.Image, signature string) (bool, error) {
	m, err := image.Manifest()
	if err != nil {
		return false, fmt.Errorf("signatures of the image: %w", err)
	}
	for _, l := range m.Layers {
		if l.Annotations[signatureAnnotation] == signature {
			return true, nil
		}
	}
	return false, nil
}
