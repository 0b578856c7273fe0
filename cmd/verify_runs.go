package cmd

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"a2c/model"
	"a2c/verify"
)

// runsFlags say who runs the image, and as large as which task.
type runsFlags struct {
	runtime, dockerHost, size string
	stopGrace                 time.Duration
}

func (f *runsFlags) registerRuns(s *pflag.FlagSet) {
	s.StringVar(&f.runtime, "runtime", verify.RuntimeAuto, "`who` runs the image: docker; sandbox, a2c itself, in namespaces as a container has them (as root; it proves images and is no container engine); or auto, docker where an engine answers, else the sandbox")
	s.StringVar(&f.dockerHost, "docker-host", "", "`address` of the Docker Engine (default DOCKER_HOST, else the usual socket)")
	s.DurationVar(&f.stopGrace, "stop-grace", 10*time.Second, "how long the image may take to end when it is asked to, at most 2m, as on Fargate")
	s.StringVar(&f.size, "size", "", "run it as a Fargate task of this size would: `CPU,MEM` in vCPU and MiB or GiB (0.5,1GiB); in place of --cpus and --memory; auto: beside the comparison, find the smallest at which it starts in time and answers within 1.5 times the live latency")
}

// runs puts what was said into the options.
func (f *runsFlags) runs(o *verify.Options) error {
	if !slices.Contains([]string{verify.RuntimeAuto, verify.RuntimeDocker, verify.RuntimeSandbox}, f.runtime) {
		return fmt.Errorf("--runtime %q: say docker, sandbox or auto", f.runtime)
	}
	if f.stopGrace != 0 && f.stopGrace < time.Second || f.stopGrace > 2*time.Minute {
		return fmt.Errorf("--stop-grace %v: say 1s to 2m", f.stopGrace)
	}
	o.RuntimeName, o.DockerHost, o.StopGrace = f.runtime, f.dockerHost, f.stopGrace
	switch f.size {
	case "":
		return nil
	case "auto":
		o.SizeAuto = true
		return nil
	}
	if o.MemoryBytes != 0 || o.CPUs != 0 {
		return errors.New("--size names processors and memory: leave out --cpus and --memory")
	}
	cpu, memory, err := taskSize(f.size)
	if err != nil {
		return fmt.Errorf("--size %q: %w", f.size, err)
	}
	o.CPUs, o.MemoryBytes = float64(cpu)/1024, int64(memory)<<20
	return nil
}

// taskSize reads "0.5,1GiB", "1,2048" or "2,4096MiB": CPU units and MiB. GB is how AWS's pages call GiB.
func taskSize(text string) (cpu, memory int, err error) {
	first, second, ok := strings.Cut(strings.ReplaceAll(text, " ", ""), ",")
	cores, errCPU := strconv.ParseFloat(strings.TrimSuffix(strings.ToLower(first), "vcpu"), 64)
	number, unit := strings.ToLower(second), 1.0
	for suffix, factor := range map[string]float64{"mib": 1, "mb": 1, "gib": 1024, "gb": 1024} {
		if rest, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = rest, factor
			break
		}
	}
	amount, errMemory := strconv.ParseFloat(number, 64)
	if !ok || errCPU != nil || errMemory != nil {
		return 0, 0, errors.New("give CPU,MEM: 0.5,1GiB")
	}
	units, mib := cores*1024, amount*unit
	if units == math.Trunc(units) && mib == math.Trunc(mib) && model.ValidFargate(int(units), int(mib)) {
		return int(units), int(mib), nil
	}
	if c, m, ok := model.FitFargate(int(math.Ceil(units)), int(math.Ceil(mib))); ok {
		return 0, 0, fmt.Errorf("there is no such Fargate task size; the next that holds it is %g,%dMiB", float64(c)/1024, m)
	}
	return 0, 0, errors.New("no Fargate task is as large")
}
