package proof

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// CFNLint shows that cfn-lint has nothing to say about the CloudFormation templates, and that it finds a seeded fault in each.
func CFNLint() Proof {
	return Proof{
		Name:    "cfn-lint",
		Needs:   []Need{Packages},
		Install: func(t *testing.T, b *Bench) { b.cfnLint(t) },
		Run: func(t *testing.T, b *Bench) {
			rendered := b.Rendered(t, b.Scratch(t, "cfn-lint"))
			var dirs []string
			for _, r := range rendered {
				dirs = append(dirs, filepath.Join(r.Dir, "ecs-fargate"), filepath.Join(r.Dir, "ecs-ec2"), filepath.Join(r.Dir, "eks-fargate", "cloudformation"))
			}
			together := b.RenderedTogether(t, rendered, b.Scratch(t, "cfn-lint-together"))
			dirs = append(dirs, filepath.Join(together, "ecs-fargate"), filepath.Join(together, "ecs-ec2"), filepath.Join(together, "eks-fargate", "cloudformation"))
			b.LintTemplates(t, dirs...)
			tomcat := named(t, rendered, "tomcat").Dir
			for _, fault := range []struct{ file, old, with, rule string }{
				{"ecs-fargate/service.yaml", "TargetType: ip", "TargetTyp: ip", "E3002"},
				{"ecs-fargate/service.yaml", "Memory: \"1024\"", "Memory: \"768\"", "E3047"},
				{"ecs-ec2/service.yaml", "TargetType: instance", "TargetTyp: instance", "E3002"},
				{"ecs-ec2/instances.yaml", "Ref: LaunchTemplate", "Ref: LaunchTemplat", "E1020"},
			} {
				file := filepath.Join(tomcat, fault.file)
				replaceOnce(t, file, fault.old, fault.with)
				out, code, err := try(t.Context(), nil, b.cfnLint(t), file)
				if err != nil || code == 0 || !strings.Contains(string(out), fault.rule) {
					t.Errorf("%s in place of %s: exit code %d, %v, no %s in\n%s", fault.with, fault.old, code, err, fault.rule, out)
				}
				replaceOnce(t, file, fault.with, fault.old)
			}
		},
		Budget: 3 * time.Minute,
	}
}

// cfnLint installs it and returns the program.
func (b *Bench) cfnLint(t *testing.T) string {
	t.Helper()
	return filepath.Join(b.venv(t, "cfn-lint", "cfn-lint==1.51.0"), "bin", "cfn-lint")
}

// LintTemplates fails the test unless cfn-lint, all its default rules on, is silent on every template of the folders.
func (b *Bench) LintTemplates(t *testing.T, dirs ...string) {
	t.Helper()
	var all []string
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no templates (%v)", dir, err)
		}
		all = append(all, files...)
	}
	out, code, err := try(t.Context(), nil, b.cfnLint(t), all...)
	if err != nil || code != 0 || len(out) > 0 {
		t.Errorf("cfn-lint %q: exit code %d, %v\n%s", all, code, err, out)
	}
}
