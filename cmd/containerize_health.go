package cmd

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"a2c/containerize"
	"a2c/verify"
)

// healthFlags adds how the image is asked whether it is well.
func (f *planFlags) healthFlags(c *cobra.Command) {
	c.Flags().BoolVar(&f.noHealthcheck, "no-healthcheck", false, "leave the image without a HEALTHCHECK")
	c.Flags().StringVar(&f.healthPath, "health-path", "", "have the HEALTHCHECK ask this `path` over HTTP, with its port where that is not the main one, such as 8081/actuator/health (default it only connects)")
}

func (f *planFlags) health(o *containerize.Options) error {
	o.NoHealthcheck = f.noHealthcheck
	if f.healthPath == "" {
		return nil
	}
	if f.noHealthcheck {
		return errors.New("health-path: leave one of --health-path and --no-healthcheck out")
	}
	q, err := verify.ParseRequest(f.healthPath)
	if err != nil {
		return fmt.Errorf("health-path: %w", err)
	}
	o.HealthPort, o.HealthPath = q.Port, q.Path
	return nil
}
