package proof

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
)

// ReadmeLines runs every line that the README.md of ECS and EKS shows, in order: against AWS's double, a real registry and a kube-apiserver.
func ReadmeLines() Proof {
	return Proof{
		Name: "readmelines", Needs: []Need{Root, AMD64, Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Orders())(t, b)
			if err := apps.Ensure(t.Context(), b.Log, apps.ImageTools()); err != nil {
				t.Fatal(err)
			}
			b.GoInstall(t, distributionRegistry)
			b.motoFolder(t)
			b.awsCLI(t)
			b.kubernetes(t)
		},
		Run: func(t *testing.T, b *Bench) {
			_, c, j := b.imageOf(t, "readmelines", apps.Orders())
			j.Generate(t, c)
			targets := []string{"ecs-fargate", "ecs-ec2", "eks-ec2", "eks-fargate"}
			c.Run(t, nil, "generate", "app-deployment", "--application-id", j.ID, "--target", strings.Join(targets, ","))
			for _, target := range b.Choose("readmelines", targets, 2) {
				t.Run(target, func(t *testing.T) { newReader(t, b, c).read(filepath.Join(c.Workspace, j.ID, target)) })
			}
		},
	}
}

// reader does what somebody does who follows README.md.
type reader struct {
	*double
	environment       []string
	ran, stopped, not int
}

func newReader(t *testing.T, b *Bench, c Command) *reader {
	t.Helper()
	const account = "111122223333"
	const host = account + ".dkr.ecr.eu-central-1.amazonaws.com"
	t.Setenv("MOTO_ACCOUNT_ID", account)
	m := &double{t: t, b: b, endpoint: b.moto(t), cannot: map[string]int{}}
	registry := b.registry(t, "readmelines", registryOptions{tls: true, names: []string{host}, user: "AWS", password: account + "-auth-token"})
	r := &reader{double: m}
	r.environment = append(m.env(), "HOME="+registry.dir, "HTTPS_PROXY="+leading(t, registry.address), "SSL_CERT_FILE="+registry.certificate, "A2C_WORKSPACE="+c.Workspace, "KUBECONFIG="+b.Cluster(t).kubeconfig,
		"PATH="+strings.Join([]string{filepath.Dir(b.A2C), filepath.Dir(b.awsCLI(t)), b.kubernetes(t), os.Getenv("PATH")}, ":"))
	return r
}

// read follows the README.md of a folder in an account of its own.
func (r *reader) read(dir string) {
	r.t.Helper()
	given := r.reset()
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		r.t.Fatal(err)
	}
	value := filepath.Join(r.t.TempDir(), "value")
	if err := os.WriteFile(value, []byte("a value"), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if strings.HasPrefix(filepath.Base(dir), "ecs-") {
		r.reduced(filepath.Join(dir, "service.yaml"))
	} else { // its README.md says that the repository is one of ecs-fargate's, or another
		r.line(dir, "aws cloudformation deploy --stack-name repository --template-file ../ecs-fargate/repository.yaml")
	}
	names := strings.NewReplacer("SUBNET,SUBNET", given["SUBNET,SUBNET"], "=VPC", "="+given["VPC"], "=GROUP", "="+given["GROUP"], "=PROVIDER", "=proof", "CLUSTER", "proof", "FILE", value,
		"=ARN", "=arn:aws:secretsmanager:eu-central-1:111122223333:secret:proof-AbCdEf", "--services SERVICE", "--services $(aws ecs list-services --cluster proof --query serviceArns --output text)",
		"ImageUri=IMAGE@sha256:DIGEST", "ImageUri=111122223333.dkr.ecr.eu-central-1.amazonaws.com/x@sha256:"+strings.Repeat("1", 64))
	lines := shellLines(string(text))
	if len(lines) < 8 {
		r.t.Errorf("%s/README.md has only the lines %q", dir, lines)
	}
	for _, line := range lines {
		r.line(dir, names.Replace(line))
	}
	fmt.Fprintf(r.b.Log, "readmelines: %s: %d lines ran to their end, %d until they were stopped; %d did not:\n", filepath.Base(dir), r.ran, r.stopped, r.not)
	for _, what := range slices.Sorted(maps.Keys(r.cannot)) {
		fmt.Fprintf(r.b.Log, "  %d × %s\n", r.cannot[what], what)
	}
}

// shellLines are the lines in fences and the code in sentences that is a command, as they stand one after the other.
func shellLines(text string) (lines []string) {
	text = strings.ReplaceAll(text, "\\\n", "")
	fence := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			fence = !fence
		case fence && line != "":
			lines = append(lines, line)
		case !fence:
			for _, span := range regexp.MustCompile("`((?:aws|kubectl|docker|a2c) [^`]*)`").FindAllStringSubmatch(line, -1) {
				lines = append(lines, span[1])
			}
		}
	}
	return lines
}

// endless are lines that show what comes until they are stopped.
func endless(line string) bool {
	return strings.HasSuffix(line, " --follow") || strings.HasSuffix(line, " -f")
}

// excuse says why a line cannot work here, "" when it has to.
func excuse(line string) string {
	const controllers = ": nothing runs pods here, the proof \"cluster\" does"
	switch {
	case strings.Contains(line, " rollout "):
		return "kubectl rollout" + controllers
	case strings.Contains(line, "kubectl -n") && endless(line):
		return "kubectl logs" + controllers
	case strings.HasPrefix(line, "aws ecs execute-command"):
		return "aws ecs execute-command: moto runs no tasks"
	case strings.HasPrefix(line, "aws logs tail"):
		return "aws logs tail: the AWS CLI of version 1 has none, and package registries have no other"
	}
	return ""
}

// line has a shell run one.
func (r *reader) line(dir, line string) {
	r.t.Helper()
	if why := excuse(line); why != "" {
		r.not++
		r.cannot[why]++
		return
	}
	if strings.Contains(line, "docker login") { // it is the engine that logs in, and that of the bench has no network
		r.cannot["docker login: skopeo login in its place"]++
		line = strings.Replace(line, "docker login", "skopeo login", 1)
	}
	if strings.HasPrefix(line, "kubectl delete") {
		r.cannot["kubectl delete: it waits for a controller, which the proof \"cluster\" has: --wait=false"]++
		line += " --wait=false"
	}
	wait := 2 * time.Minute
	if endless(line) {
		wait = 5 * time.Second
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), wait)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/bash", "-o", "pipefail", "-c", line)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, r.environment, 5*time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		r.ran++
	case ctx.Err() != nil && endless(line):
		r.stopped++
	case strings.Contains(string(out), "NotImplemented") || strings.Contains(string(out), "has not been implemented"):
		r.not++
		r.cannot["not in moto: "+strings.Join(strings.Fields(line)[:3], " ")]++
	case strings.Contains(string(out), "500 Internal Server Error"): // an exception of moto's own
		r.not++
		r.cannot["moto fails at: "+strings.Join(strings.Fields(line)[:3], " ")+" "+line[strings.LastIndexByte(line, ' ')+1:]]++
	default:
		r.not++
		r.t.Errorf("in %s: %s: %v\n%s", filepath.Base(dir), line, err, out)
	}
}
