package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"

// Vulnerabilities asks the Go vulnerability database about what the programs call. a2c itself may have no finding. a2c-kaniko links Kaniko's
// last version with its dependencies of that day: findings there are printed, each with the reason why it does not reach us.
func Vulnerabilities() Proof {
	return Proof{
		Name: "vulnerabilities", Needs: []Need{Packages, VulnerabilityDatabase}, Budget: 3 * time.Minute,
		Install: func(t *testing.T, b *Bench) { b.GoInstall(t, govulncheck) },
		Run: func(t *testing.T, b *Bench) {
			for _, f := range vulnerable(t, b, "./cmd/a2c") {
				t.Errorf("a2c calls %s", f)
			}
			for _, f := range vulnerable(t, b, "./cmd/a2c-kaniko") {
				why, found := unreached(f.module)
				if !found {
					t.Errorf("a2c-kaniko calls %s", f)
					continue
				}
				fmt.Fprintf(b.Log, "known: %s: %s\n", f, why)
			}
		},
	}
}

// unreached says why a finding in a module that comes with Kaniko does not reach us. All of it runs only in a2c-kaniko: in a private root,
// network namespace and with few capabilities, on a context and base image that the parent hands over.
func unreached(module string) (string, bool) {
	reasons := []struct{ prefix, why string }{
		{"github.com/GoogleContainerTools/kaniko", "runs in a private root without network; what it writes is discarded or corrected to the plan"},
		{"github.com/docker/docker", "Kaniko uses its types and archive code, never the daemon; it reads the context and base image only"},
		{"github.com/docker/", "credentials and registries: a2c-kaniko has no network, the parent fetches base images with go-containerregistry"},
		{"github.com/containerd/", "types and platforms only: no containerd is run or spoken to"},
		{"github.com/moby/", "the Dockerfile parser and archive code; the input is the Dockerfile of the user's own workspace"},
		{"github.com/opencontainers/", "types only: no container is started"},
		{"github.com/Azure/", "credentials: a2c-kaniko has no network"},
		{"github.com/aws/", "credentials: a2c-kaniko has no network"},
		{"github.com/golang-jwt/", "credentials: a2c-kaniko has no network"},
		{"github.com/prometheus/", "linked by Kaniko's dependencies: a2c-kaniko listens nowhere"},
		{"google.golang.org/", "linked by Kaniko's dependencies: a2c-kaniko has no network"},
		{"go.opentelemetry.io/", "linked by Kaniko's dependencies: a2c-kaniko has no network"},
		{"golang.org/x/oauth2", "credentials: a2c-kaniko has no network"},
		{"golang.org/x/crypto", "linked for SSH by Kaniko's git contexts: a2c-kaniko has no network"},
	}
	for _, r := range reasons {
		if strings.HasPrefix(module, r.prefix) {
			return r.why, true
		}
	}
	return "", false
}

// finding is a vulnerability that a program calls.
type finding struct{ id, module, version, function string }

func (f finding) String() string {
	return fmt.Sprintf("%s in %s@%s by %s", f.id, f.module, f.version, f.function)
}

// vulnerable runs govulncheck and returns what is called, not what is merely linked.
func vulnerable(t *testing.T, b *Bench, program string) []finding {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(b.Dir, "bin", "govulncheck"), "-format", "json", program)
	cmd.Dir = b.Repo
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("govulncheck %s: %v\n%s", program, err, problems.Bytes())
	}
	found, err := parseFindings(&out)
	if err != nil {
		t.Fatalf("govulncheck %s: %v", program, err)
	}
	return found
}

// parseFindings reads govulncheck's stream of JSON messages (golang.org/x/vuln/internal/govulncheck); the first frame of a trace is the
// vulnerable symbol, and it has a function only when the program calls it.
func parseFindings(r io.Reader) ([]finding, error) {
	type frame struct{ Module, Version, Function string }
	var found []finding
	for d := json.NewDecoder(r); ; {
		var message struct {
			Finding *struct {
				OSV   string
				Trace []frame
			}
		}
		err := d.Decode(&message)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if m := message.Finding; m != nil && len(m.Trace) > 0 && m.Trace[0].Function != "" {
			found = append(found, finding{m.OSV, m.Trace[0].Module, m.Trace[0].Version, m.Trace[0].Function})
		}
	}
	slices.SortFunc(found, func(x, y finding) int { return strings.Compare(x.String(), y.String()) })
	return slices.Compact(found), nil
}
