package proof

import (
	"strings"
	"testing"
	"time"
)

// Deployments shows that 10,000 random deployments with nasty values are written for EKS and read back as they were put in.
func Deployments() Proof {
	return Proof{
		Name: "deployments",
		Run: func(t *testing.T, b *Bench) {
			out := b.tool(t, nil, "go", "-C", b.Repo, "test", "-count=1", "./generate", "-run", "^TestDeployments$", "-v", "-deployments", "10000")
			if n := strings.Count(string(out), "--- PASS: TestDeployments/"); n != 10 {
				t.Errorf("%d of 10 parts passed:\n%s", n, out)
			}
		},
		Budget: 6 * time.Minute,
	}
}
