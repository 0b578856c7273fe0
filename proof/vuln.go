package proof

import (
	"bytes"
	"cmp"
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
				why, found := unreached(f.id)
				if !found {
					t.Errorf("a2c-kaniko calls %s", f)
					continue
				}
				fmt.Fprintf(b.Log, "known: %s: %s\n", f, why)
			}
		},
	}
}

// unreached says why a known finding in what comes with Kaniko does not reach us. All of it runs only in a2c-kaniko: in a private root
// without network, with few capabilities, on a context and base image that the parent hands over. A finding that is not listed fails.
func unreached(id string) (string, bool) {
	why, ok := map[string]string{
		"GO-2026-4858": "BuildKit's frontends: Kaniko uses its Dockerfile parser only, and has no frontend and no storage of it",
		"GO-2026-4859": "BuildKit's git sources: Kaniko uses its Dockerfile parser only, and there is no network to fetch from",
		"GO-2026-4883": "plugins of the Docker daemon: Kaniko uses Docker's types and archive code, no daemon runs",
		"GO-2026-4887": "authorisation plugins of the Docker daemon: as GO-2026-4883",
		"GO-2026-5378": "containerd's handling of a container's user: Kaniko uses its archive code, no container is started",
		"GO-2026-6225": "credentials sent to a false registry: there is no network, and the environment holds no credentials",
	}[id]
	return why, ok
}

// finding is a vulnerability that a program calls.
type finding struct{ id, module, version, function string }

func (f finding) String() string {
	return fmt.Sprintf("%s in %s@%s by %s", f.id, f.module, f.version, f.function)
}

// vulnerable runs govulncheck and returns what is called, not what is merely linked.
func vulnerable(t *testing.T, b *Bench, program string) []finding {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(b.Dir, "bin", "govulncheck"), "-format", "json", "-db", vulnerabilityDatabase(), program)
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

// vulnerabilityDatabase is where govulncheck looks: GOVULNDB, as in the programs of Go's own team, or the public one.
func vulnerabilityDatabase() string {
	return cmp.Or(os.Getenv("GOVULNDB"), "https://vuln.go.dev")
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
	return slices.CompactFunc(found, func(x, y finding) bool { return x.id == y.id && x.module == y.module }), nil // one way to it is enough to read
}
