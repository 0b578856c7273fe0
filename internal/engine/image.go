package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/moby/moby/client"

	"a2c/internal/loadable"
)

// Layout opens the image with the digest ("sha256:…") of an OCI layout (image-spec, image-layout.md). The engine's own form,
// docker-archive, is streamed from it, so that no second copy lies on the disk.
func Layout(dir, digest string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, fmt.Errorf("OCI layout %s: %w", dir, err)
	}
	hash, err := v1.NewHash(digest)
	if err != nil {
		return nil, fmt.Errorf("digest of the image: %w", err)
	}
	image, err := index.Image(hash)
	if err != nil {
		return nil, fmt.Errorf("OCI layout %s holds another image than %s (%w): run a2c containerize again", dir, digest, err)
	}
	return image, nil
}

// Load gives the engine an image under a reference of a2c's own ("a2c.invalid/verify:…"). Layers that it has are not stored twice.
func (c *Client) Load(ctx context.Context, image v1.Image, reference string) error {
	tag, err := name.NewTag(reference, name.StrictValidation)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if image, err = loadable.Image(image); err != nil {
		return err
	}
	unbroken, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	r, w := io.Pipe()
	// A cancelled ctx cuts the archive short, which the engine refuses. One that it has whole by then is waited for: else the image would come after
	// the clean-up.
	stop := context.AfterFunc(ctx, func() {
		w.CloseWithError(ctx.Err())
		time.AfterFunc(makeLimit, cancel)
	})
	defer stop()
	go func() { w.CloseWithError(tarball.Write(tag, image, w)) }()
	answer, err := c.api.ImageLoad(unbroken, r, client.ImageLoadWithQuiet(true))
	r.CloseWithError(errors.New("the engine stopped reading")) // ends the writer, whatever happened
	if err != nil {
		return fmt.Errorf("load the image into the Docker Engine: %w", errors.Join(ctx.Err(), err))
	}
	defer answer.Close()
	return loaded(answer)
}

// loaded reads the engine's answer, a stream of JSON objects, in which alone it tells that a load went wrong.
func loaded(answer io.Reader) error {
	d := json.NewDecoder(answer)
	for {
		var line struct {
			Error  string
			Detail struct{ Message string } `json:"errorDetail"`
		}
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("the Docker Engine's answer to a load: %w", err)
		}
		if text := max(line.Error, line.Detail.Message); text != "" {
			return fmt.Errorf("load the image into the Docker Engine: %s", text)
		}
	}
}

// RemoveImage takes the reference away, and the image with it unless another reference or container holds it.
// That it is not there is no error.
func (c *Client) RemoveImage(ctx context.Context, reference string) error {
	if _, err := c.api.ImageRemove(ctx, reference, client.ImageRemoveOptions{PruneChildren: true}); gone(err) != nil {
		return fmt.Errorf("remove image %s: %w", reference, err)
	}
	return nil
}

// Images lists the references of a repository, sorted.
func (c *Client) Images(ctx context.Context, repository string) ([]string, error) {
	list, err := c.api.ImageList(ctx, client.ImageListOptions{Filters: make(client.Filters).Add("reference", repository)})
	if err != nil {
		return nil, fmt.Errorf("list images %s: %w", repository, err)
	}
	var tags []string
	for _, image := range list.Items {
		for _, tag := range image.RepoTags {
			if strings.HasPrefix(tag, repository+":") {
				tags = append(tags, tag)
			}
		}
	}
	slices.Sort(tags)
	return tags, nil
}
