package cmd

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	builders "a2c/containerize/build"
	"a2c/internal/term"
)

// builderFlags adds who builds.
func (f *containerizeFlags) builderFlags(a *app, c *cobra.Command) {
	c.Flags().StringVar(&f.builder, "builder", builders.Names()[0], "`who` builds: kaniko in a private root (as root), docker in a container of a Docker Engine or Podman that you may speak to, dockerfile nobody: it leaves Dockerfile and context")
	a.completes(c, "builder", cobra.FixedCompletions(builders.Names(), cobra.ShellCompDirectiveNoFileComp))
	c.Flags().StringVar(&f.dockerHost, "docker-host", "", "`address` of the engine of --builder docker (default DOCKER_HOST, else the usual socket)")
}

// chosen is the builder of the flags.
func (f containerizeFlags) chosen() (builders.Builder, error) {
	if !slices.Contains(builders.Names(), f.builder) {
		return nil, fmt.Errorf("builder %q: there are %s", f.builder, strings.Join(builders.Names(), ", "))
	}
	docker := builders.Docker{Host: f.dockerHost}
	if f.dockerHost != "" && f.builder != docker.Name() {
		return nil, errors.New("docker-host: only --builder docker speaks to an engine")
	}
	switch f.builder {
	case docker.Name():
		return docker, nil
	case builders.Dockerfile{}.Name():
		if f.tar != "" || f.destination != "" || f.buildOnly {
			return nil, errors.New("builder dockerfile: it makes no image: leave out --tar, --destination and --build-only, or choose another builder")
		}
		return builders.Dockerfile{}, nil
	}
	return builders.Kaniko{}, nil
}

// dockerfileResult is what --builder dockerfile leaves.
type dockerfileResult struct {
	ApplicationID string `json:"applicationId"`
	Dockerfile    string `json:"dockerfile"`
	Context       string `json:"context"`
}

// dockerfileOnly says what lies there, and what to do with it.
func (a *app) dockerfileOnly(id, dir string) error {
	d := dockerfileResult{id, filepath.Join(dir, "Dockerfile"), filepath.Join(dir, "context")}
	err := a.print(d, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s: no image was built\nDockerfile  %s\ncontext     %s\n", id, term.Safe(d.Dockerfile), term.Safe(d.Context))
		return err
	})
	a.Note("next: %s; verify and generate need an image of a2c's own: %s --application-id %s", commandLine("docker", "build", "-f", d.Dockerfile, d.Context), a.command("containerize"), id)
	return err
}
