// Package proof holds the proofs on real things, as values: real application servers, a real Docker Engine, a real kube-apiserver.
// `make test` runs them (a part of the large matrices, chosen by the commit), `make proof` all of it, `make soak` the repetitions; a plain
// `go test ./...` runs none, so that it needs neither root nor network.
package proof

import (
	"testing"
	"time"
)

// Proof is one mechanism shown on the real thing. What it installs goes below Bench.Dir, which `make clean` removes.
type Proof struct {
	Name    string
	Needs   []Need
	Install func(t *testing.T, b *Bench) // idempotent; its time is printed apart and not counted against Budget
	Run     func(t *testing.T, b *Bench)
	Budget  time.Duration
}

// Need is what the machine must offer; a proof whose need is missing is listed as skipped, with the reason (a failure with CI=true).
type Need string

// Needs that the runner knows how to look for.
const (
	Root     Need = "root"
	Packages Need = "package registries"
	AMD64    Need = "linux/amd64" // the downloaded programs are built for it
	// VulnerabilityDatabase is GOVULNDB, by default on the Internet. Where it cannot be reached nothing on the machine helps: such a skip is
	// listed and fails nothing.
	VulnerabilityDatabase Need = "Go vulnerability database"
	// Benchmark is a run for its figures: make bench, proof or soak. A run of the tests, beside which the machine does what it likes, measures nothing.
	Benchmark Need = "benchmark"
	// Minutes are more of them than a run of the tests has, for an emulated machine or a whole cluster: make proof or soak.
	Minutes Need = "minutes"
)

// All lists the proofs in the order in which they run: what is quick and tells most comes first.
func All() []Proof {
	return []Proof{
		Starts(),
		Helpers(),
		Secrets(),
		Hostile(),
		HostileConfig(),
		HostileStart(),
		Config(),
		Churn(),
		Observe(),
		Sizing(),
		HardFiles(),
		Servers(),
		Dependencies(),
		AroundHost(),
		Containerize(),
		Bases(),
		Builders(),
		Extract(),
		Clock(),
		AWSCLI(),
		CFNLint(),
		APIServer(),
		Moto(),
		ReadmeLines(),
		KubeScore(),
		Verdicts(),
		RealCluster(),
		Deployments(),
		SecretsPut(),
		Registry(),
		Tools(),
		Docker(),
		Closure(),
		Images(),
		Demo(),
		Sandbox(),
		Untouched(),
		Repair(),
		Trials(),
		Defects(),
		BadTwin(),
		FirstPromise(),
		Kill(),
		BadInput(),
		Again(),
		Figures(),
		Speed(),
		Verdict(),
		Buildah(),
		Vulnerabilities(),
	}
}
