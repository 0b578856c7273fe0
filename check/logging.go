package check

import (
	"slices"
	"strings"

	"a2c/check/document"
	"a2c/model"
	"a2c/parse"
)

// Logging: the drivers that Fargate has, and their options.

const logAPI = ecsAPI + "LogConfiguration.html"

func loggingRules() []Rule {
	return []Rule{
		{
			ID: "fargate.awslogs-options", Severity: model.Blocker, Targets: onECS(), Task: inContainers(awslogs), Source: logAPI,
			Title:  "awslogs has its group, region and stream prefix, and no options that it does not know",
			Remedy: `Give "awslogs-group", "awslogs-region" and "awslogs-stream-prefix"; with "awslogs-create-group": "true" the role needs logs:CreateLogGroup.`,
		},
		{
			ID: "fargate.splunk-options", Severity: model.Blocker, Targets: onTasks(), Task: inContainers(splunk), Source: logAPI,
			Title:  "splunk has its token and its address",
			Remedy: `Give "splunk-url" among the options and "splunk-token" among the secretOptions.`,
		},
		{
			ID: "fargate.firelens-config-file-only", Severity: model.Breaks, Targets: onECS(), Task: inContainers(firelensFile), Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html",
			Title:  "FireLens takes its own configuration from a file of the image",
			Remedy: `Put the file into the router's image, with "config-file-type": "file" and "config-file-value": its path.`,
		},
		{
			ID: "fargate.firelens-pair", Severity: model.Blocker, Targets: onTasks(), Task: firelensPair, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html",
			Title:  "awsfirelens and a log router come together",
			Remedy: "Add a container with firelensConfiguration (type fluentbit), or take the driver out.",
		},
	}
}

// fargateDrivers are the log drivers of Fargate (LogConfiguration, as of November 2026).
func fargateDrivers() []string { return []string{"awslogs", "splunk", "awsfirelens"} }

func containerLogDriver(c *document.Container, s Says) {
	logs := c.LogConfiguration
	s.undecided(logs, "logConfiguration")
	given(s, logs.V.LogDriver, "logDriver", func(driver string) {
		if !slices.Contains(fargateDrivers(), driver) {
			s.Fail(logs.V.LogDriver.At, "%s logs by %s", called(c), safe(driver))
		}
	})
}

// awslogsOptions are the options of the driver (LogConfiguration; https://docs.docker.com/engine/logging/drivers/awslogs/), and those that
// every driver of Docker has.
func awslogsOptions() []string {
	return []string{
		"awslogs-create-group", "awslogs-region", "awslogs-group", "awslogs-stream", "awslogs-stream-prefix", "awslogs-datetime-format", "awslogs-multiline-pattern",
		"awslogs-endpoint", "awslogs-force-flush-interval-seconds", "awslogs-max-buffered-events", "awslogs-credentials-endpoint", "awslogs-format",
		"mode", "max-buffer-size", "tag", "labels", "labels-regex", "env", "env-regex",
	}
}

func awslogs(c *document.Container, s Says) {
	logs := c.LogConfiguration.V
	if !document.Is(logs.LogDriver, "awslogs") {
		return
	}
	needs(c, s, "awslogs-group", "awslogs-region", "awslogs-stream-prefix")
	for _, pair := range logs.Options.V {
		if !slices.Contains(awslogsOptions(), pair.Name) {
			s.Fail(pair.At, "awslogs does not know the option %s", safe(pair.Name))
		}
	}
	pattern := document.Entry(logs.Options, "awslogs-multiline-pattern")
	if pattern.Said() && document.Entry(logs.Options, "awslogs-datetime-format").Said() {
		s.Fail(pattern.At, "awslogs-multiline-pattern and awslogs-datetime-format exclude each other")
	}
}

// needs fails for each option of a log driver that is given neither plain nor as a secret.
func needs(c *document.Container, s Says, options ...string) {
	logs := c.LogConfiguration.V
	for _, name := range options {
		v := document.Entry(logs.Options, name)
		secret := slices.ContainsFunc(logs.SecretOptions.V, func(o document.Value[document.Variable]) bool {
			return o.Is != document.Set || document.Is(o.V.Name, name)
		})
		switch {
		case secret || v.Said():
		case v.Is == document.Unknown:
			s.undecided(v, "the option "+name)
		default:
			s.Fail(c.LogConfiguration.At, "%s logs by %s without %s", called(c), safe(logs.LogDriver.V), name)
		}
	}
}

func splunk(c *document.Container, s Says) {
	if document.Is(c.LogConfiguration.V.LogDriver, "splunk") {
		needs(c, s, "splunk-token", "splunk-url")
	}
}

func firelensFile(c *document.Container, s Says) {
	kind := document.Entry(c.FirelensConfiguration.V.Options, "config-file-type")
	given(s, kind, "config-file-type", func(text document.Scalar) {
		if text != "file" {
			s.Fail(kind.At, "%s takes its configuration from %s", called(c), safe(string(text)))
		}
	})
}

func firelensPair(t *document.Task, s Says) {
	var router, sender *document.Container
	open := false
	for i := range t.Containers.V {
		c := &t.Containers.V[i]
		open = open || c.Is != document.Set || c.V.FirelensConfiguration.Is == document.Unknown || c.V.LogConfiguration.Is == document.Unknown || c.V.LogConfiguration.V.LogDriver.Is == document.Unknown
		if c.V.FirelensConfiguration.Said() {
			router = &c.V
		}
		if document.Is(c.V.LogConfiguration.V.LogDriver, "awsfirelens") {
			sender = &c.V
		}
	}
	switch {
	case open:
	case router == nil && sender != nil:
		s.Fail(sender.LogConfiguration.V.LogDriver.At, "%s logs by awsfirelens, and no container has firelensConfiguration", called(sender))
	case router != nil && sender == nil:
		s.Fail(router.FirelensConfiguration.At, "%s is a log router, and no container logs by awsfirelens", called(router))
	}
}

// plainSecret reports whether a variable holds a secret as it stands: references and placeholders are none.
func plainSecret(name, value string) bool {
	_, secret := parse.IsSecret(name, value)
	return secret && !strings.Contains(value, "${")
}

func taskSecrets(c *document.Container, s Says) { environmentSecrets(c.Environment, called(c), s) }

func environmentSecrets(list document.List[document.Variable], who string, s Says) {
	var found []model.Path
	at := list.At
	each(list, func(v *document.Variable, place document.Place) {
		if v.Name.Is == document.Set && v.Value.Is == document.Set && plainSecret(v.Name.V, v.Value.V) {
			if len(found) == 0 {
				at = place
			}
			found = append(found, model.Path(v.Name.V))
		}
	})
	if len(found) > 0 {
		s.Fail(at, "%s is given %s in its environment: %s", who, count(len(found), "secret"), few(found))
	}
}
