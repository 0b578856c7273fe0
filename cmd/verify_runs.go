package cmd

import (
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"a2c/verify"
)

// runsFlags say who runs the image.
type runsFlags struct{ runtime, dockerHost string }

func (f *runsFlags) registerRuns(s *pflag.FlagSet) {
	s.StringVar(&f.runtime, "runtime", verify.RuntimeAuto, "`who` runs the image: docker; sandbox, a2c itself, in namespaces as a container has them (as root; it proves images and is no container engine); or auto, docker where an engine answers, else the sandbox")
	s.StringVar(&f.dockerHost, "docker-host", "", "`address` of the Docker Engine (default DOCKER_HOST, else the usual socket)")
}

func (f *runsFlags) checkRuns() error {
	if !slices.Contains([]string{verify.RuntimeAuto, verify.RuntimeDocker, verify.RuntimeSandbox}, f.runtime) {
		return fmt.Errorf("--runtime %q: say docker, sandbox or auto", f.runtime)
	}
	return nil
}
