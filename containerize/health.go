package containerize

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/containerize/entry"
	"a2c/model"
)

// noHealthcheck is the word of a check that takes away the base image's.
const noHealthcheck = "NONE"

// health chooses the image's check: the init in it asks the path that the user names, else connects to the port that deployments offer first. An application
// may answer on a path of its own and still be well when that says no, so that none is guessed.
func (r *runner) health() error {
	if r.base != nil && r.base.hasHealthcheck {
		r.healthcheck = &model.Healthcheck{Test: []string{noHealthcheck}}
	}
	if r.o.NoHealthcheck {
		return nil
	}
	ports := slices.DeleteFunc(model.Served(r.start.ports, cmp.Or(r.o.HealthPort, r.o.Analysis.ContainerParameters.ApplicationPort)), func(l model.Listener) bool {
		return l.Protocol != "tcp" || bound(l.Address) || r.o.HealthPort != 0 && l.Port != r.o.HealthPort
	})
	switch {
	case len(ports) > 0 && r.o.HealthPath != "" && ports[0].Purpose == "https":
		return fmt.Errorf("health-path: port %d speaks TLS, the check in the image only HTTP; name another port, or leave the path out, so that it connects", ports[0].Port)
	case len(ports) == 0 && r.o.HealthPath != "":
		return fmt.Errorf("health-path %s: the image has no such TCP port that others reach; its ports are %v", model.Path(r.o.HealthPath), r.start.config().ExposedPorts)
	case len(ports) == 0:
		r.start.skips = append(r.start.skips, model.Skip{
			What: "health check", Reason: "no TCP port is open to others in the image, so that there is nothing to ask", Remedy: "a HEALTHCHECK of your own in the Dockerfile, and --build-only",
		})
		return nil
	}
	url := fmt.Sprintf("tcp://127.0.0.1:%d", ports[0].Port)
	if r.o.HealthPath != "" {
		url = fmt.Sprintf("http://127.0.0.1:%d%s", ports[0].Port, r.o.HealthPath)
	}
	r.healthcheck = &model.Healthcheck{
		Test: []string{"CMD", entry.Path, "-health", url}, IntervalSeconds: model.HealthIntervalSeconds, TimeoutSeconds: model.HealthTimeoutSeconds, Retries: model.HealthRetries,
		StartSeconds: float64(r.o.Analysis.AnalysisInfo.App.Runtime.StartSeconds()),
	}
	return nil
}

// healthcheckLine is what stands behind HEALTHCHECK in a Dockerfile.
func healthcheckLine(h *model.Healthcheck) (string, error) {
	switch {
	case h == nil || len(h.Test) == 0:
		return "", nil
	case h.Test[0] == noHealthcheck:
		return noHealthcheck, nil
	}
	command, err := execForm(h.Test[1:])
	return fmt.Sprintf("--interval=%gs --timeout=%gs --start-period=%gs --retries=%d CMD %s", h.IntervalSeconds, h.TimeoutSeconds, h.StartSeconds, h.Retries, command), err
}

// healthConfig is the check as Docker's image configuration has it.
func healthConfig(h *model.Healthcheck) *v1.HealthConfig {
	if h == nil || len(h.Test) == 0 || h.Test[0] == noHealthcheck {
		return nil
	}
	duration := func(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
	return &v1.HealthConfig{Test: h.Test, Interval: duration(h.IntervalSeconds), Timeout: duration(h.TimeoutSeconds), StartPeriod: duration(h.StartSeconds), Retries: h.Retries}
}

// healthcheckOf is what an image's configuration says.
func healthcheckOf(c *v1.HealthConfig) *model.Healthcheck {
	if c == nil {
		return nil
	}
	return &model.Healthcheck{Test: c.Test, IntervalSeconds: c.Interval.Seconds(), TimeoutSeconds: c.Timeout.Seconds(), StartSeconds: c.StartPeriod.Seconds(), Retries: c.Retries}
}
