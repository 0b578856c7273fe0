package proof

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// AWSCLI shows that `aws ecs register-task-definition --cli-input-json` accepts the task definitions as far as a client can tell, and
// that it refuses seeded faults.
func AWSCLI() Proof {
	return Proof{
		Name:    "aws-cli",
		Needs:   []Need{Packages},
		Install: func(t *testing.T, b *Bench) { b.awsCLI(t) },
		Run: func(t *testing.T, b *Bench) {
			rendered := b.Rendered(t, b.Scratch(t, "aws-cli"))
			for _, r := range rendered {
				b.RegisterTaskDefinition(t, filepath.Join(r.Dir, "ecs-fargate", "task-definition.json"))
				b.RegisterTaskDefinition(t, filepath.Join(r.Dir, "ecs-ec2", "task-definition.json"))
			}
			together := b.RenderedTogether(t, rendered, b.Scratch(t, "aws-cli-together"))
			definitions, err := filepath.Glob(filepath.Join(together, "ecs-*", "applications", "*", "task-definition.json"))
			if err != nil || len(definitions) == 0 {
				t.Fatalf("no task definitions of several applications (%v)", err)
			}
			for _, file := range definitions {
				b.RegisterTaskDefinition(t, file)
			}
			for _, fault := range []struct{ sample, target, old, with, says string }{
				{"tomcat", "ecs-fargate", `"networkMode"`, `"networkmode"`, "Unknown parameter in input"},
				{"tomcat", "ecs-fargate", `"cpu": "256"`, `"cpu": 256`, "Invalid type for parameter cpu"},
				{"tomcat", "ecs-fargate", `"family"`, `"famili"`, "Missing required parameter in input"},
				{"agent", "ecs-ec2", `"sharedMemorySize"`, `"sharedMemorysize"`, "Unknown parameter in containerDefinitions[0].linuxParameters"},
				{"agent", "ecs-ec2", `"hostPath"`, `"hostpath"`, "Missing required parameter in containerDefinitions[0].linuxParameters.devices[0]"},
			} {
				file := filepath.Join(named(t, rendered, fault.sample).Dir, fault.target, "task-definition.json")
				replaceOnce(t, file, fault.old, fault.with)
				if out := b.register(t, file); !strings.Contains(out, "Parameter validation failed") || !strings.Contains(out, fault.says) {
					t.Errorf("%s in place of %s: not refused with %q:\n%s", fault.with, fault.old, fault.says, out)
				}
				replaceOnce(t, file, fault.with, fault.old)
			}
		},
		Budget: 2 * time.Minute,
	}
}

func (b *Bench) awsCLI(t *testing.T) string {
	t.Helper()
	return filepath.Join(b.awsCLIFolder(t), "bin", "aws")
}

// awsCLIFolder is Python's environment with it, which has botocore, too.
func (b *Bench) awsCLIFolder(t *testing.T) string {
	t.Helper()
	return b.venv(t, "awscli", "awscli==1.45.11")
}

// RegisterTaskDefinition fails the test unless the AWS CLI gets as far as sending the file.
func (b *Bench) RegisterTaskDefinition(t *testing.T, file string) {
	t.Helper()
	if out := b.register(t, file); !strings.Contains(out, "Could not connect to the endpoint URL") {
		t.Errorf("aws ecs register-task-definition --cli-input-json file://%s:\n%s", file, out)
	}
}

// register calls the CLI with an endpoint where nobody listens: what it says before that is its own validation. No credentials of the
// machine are read.
func (b *Bench) register(t *testing.T, file string) string {
	t.Helper()
	endpoint := "http://" + freePorts(t, 1)[0]
	out, _, err := try(t.Context(), []string{
		"AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1", "NO_PROXY=127.0.0.1",
	}, b.awsCLI(t), "ecs", "register-task-definition", "--region", "eu-central-1", "--endpoint-url", endpoint, "--cli-connect-timeout", "2",
		"--cli-input-json", "file://"+file)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
