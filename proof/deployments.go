package proof

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Deployments shows that 10,000 random deployments (2,000 in the part of CI) with nasty values are written for EKS, and as many for ECS and Compose, and read back as they were put in.
func Deployments() Proof {
	return Proof{
		Name: "deployments",
		Run: func(t *testing.T, b *Bench) {
			out := b.tool(t, nil, "go", "-C", b.Repo, "test", "-count=1", "./generate", "-run", "^Test(Random)?Deployments$", "-v", "-timeout", "30m", "-deployments", fmt.Sprint(b.Repeat(2000, 10000, 10000)))
			for test, parts := range map[string]int{"TestDeployments": 10, "TestRandomDeployments": 4} {
				if n := strings.Count(string(out), "--- PASS: "+test+"/"); n != parts {
					t.Errorf("%s: %d of %d parts passed:\n%s", test, n, parts, out)
				}
			}
		},
		Budget: 12 * time.Minute,
	}
}
