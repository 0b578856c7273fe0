// Package fix corrects documents where a rule's correction is mechanical: a value that can only be taken out, or that has one right value. What needs a decision it
// leaves alone.
package fix

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
)

// edit is one change of a document.
type edit struct {
	path  []string // keys and indexes below the document's root
	line  int      // of the place, which tells the document of a stream
	value any      // what is set there; nil: it is taken out
}

// Document corrects what findings say of one file and returns the new text, the findings that it corrected, and the others. Comments and the order of keys stay; JSON
// is indented anew.
func Document(data []byte, findings []model.Finding) (fixed []byte, done, left []model.Finding, err error) {
	var edits []edit
	for _, f := range findings {
		if e, ok := editFor(f); ok && f.Ignored == nil {
			edits, done = append(edits, e...), append(done, f)
		} else {
			left = append(left, f)
		}
	}
	// What is set comes first; what is taken out then goes from the end of each list, so that no index moves.
	slices.SortStableFunc(edits, func(a, b edit) int {
		if (a.value == nil) != (b.value == nil) {
			return cmp.Compare(strconv.FormatBool(a.value == nil), strconv.FormatBool(b.value == nil))
		}
		return comparePaths(b.path, a.path)
	})
	edits = slices.CompactFunc(edits, func(a, b edit) bool { // of two rules that take out one item of a list the second would take out the next one
		return a.value == nil && b.value == nil && a.line == b.line && slices.Equal(a.path, b.path)
	})
	fixed, err = apply(data, edits)
	return fixed, done, left, err
}

func comparePaths(a, b []string) int {
	return slices.CompareFunc(a, b, func(x, y string) int {
		i, errX := strconv.Atoi(x)
		j, errY := strconv.Atoi(y)
		if errX == nil && errY == nil {
			return cmp.Compare(i, j)
		}
		return strings.Compare(x, y)
	})
}

// takenOut are rules whose finding lies at a value that has to go, and without which the program runs as before where AWS runs it.
func takenOut() []string {
	return []string{
		"fargate.privileged-unsupported", "fargate.hostname-unsupported", "fargate.dns-servers-unsupported", "fargate.dns-search-unsupported",
		"fargate.docker-security-options-unsupported", "fargate.disable-networking-unsupported", "fargate.placement-constraints-unsupported", "fargate.pid-mode-task-only",
		"fargate.ipc-mode-unsupported", "fargate.swap-unsupported", "fargate.shared-memory-size-unsupported", "fargate.host-port-equals-container-port",
		"fargate.capabilities-add-sys-ptrace-only", "fargate.service-placement", "ecs-ec2.swappiness-al2023", "ecs-ec2.daemon-maximum-percent", "ecs-ec2.daemon-desired-count",
		"eks-fargate.no-privileged", "eks-fargate.no-host-namespaces", "eks-fargate.no-added-capabilities", "eks-fargate.no-topology-spread", "eks-ec2.replicas-with-hpa",
	}
}

// replaced are rules with one right value, by the name of the value that they are about: set there, or in the object that the finding lies at.
func replaced() map[string]struct {
	name  string
	value any
} {
	type fix = struct {
		name  string
		value any
	}
	return map[string]fix{
		"fargate.network-mode-awsvpc":               {"networkMode", "awsvpc"},
		"fargate.requires-compatibilities":          {"requiresCompatibilities", []any{"FARGATE"}},
		"fargate.service-health-grace":              {"healthCheckGracePeriodSeconds", 60},
		"eks-fargate.no-allow-privilege-escalation": {"allowPrivilegeEscalation", false},
		"ecs-ec2.daemon-deployment-controller":      {"type", "ECS"},
		"ecs-ec2.awsvpc-no-public-ip":               {"assignPublicIp", "DISABLED"},
		"ecs-ec2.dynamic-port-health-check":         {"healthCheckPort", "traffic-port"},
		"fargate.platform-version":                  {"platformVersion", "LATEST"},
		"fargate.stop-timeout":                      {"stopTimeout", 120},
		"fargate.start-timeout":                     {"startTimeout", 120},
		"fargate.service-deregistration-delay":      {"value", "60"},
		"fargate.restart-policy-range":              {"restartAttemptPeriod", 300},
	}
}

func editFor(f model.Finding) ([]edit, bool) {
	if len(f.Places) != 1 || f.Severity == model.CannotTell {
		return nil, false
	}
	place := f.Places[0]
	path := steps(place.Pointer)
	last := ""
	if len(path) > 0 {
		last = path[len(path)-1]
	}
	out := []edit{{path: path, line: place.Line}}
	switch {
	case slices.Contains(takenOut(), f.Rule):
		return out, len(path) > 0
	case f.Rule == "eks-fargate.no-hostport-hostnetwork" && last == "hostNetwork":
		return out, true
	case f.Rule == "eks-fargate.no-hostport-hostnetwork":
		return []edit{{path: append(slices.Clone(path), "hostPort"), line: place.Line}, {path: append(slices.Clone(path), "hostIP"), line: place.Line}}, true
	case f.Rule == "fargate.cpu-memory-combination":
		return nextPair(f, path, last)
	}
	r, ok := replaced()[f.Rule]
	if !ok {
		return nil, false
	}
	if !strings.EqualFold(last, r.name) {
		if slices.Contains([]string{"value", "type", "stopTimeout", "startTimeout", "restartAttemptPeriod"}, r.name) {
			return nil, false
		}
		path = append(slices.Clone(path), spelled(path, r.name))
	}
	return []edit{{path: path, line: place.Line, value: r.value}}, true
}

// spelled writes a name as the document does: CloudFormation begins properties with a capital letter.
func spelled(path []string, name string) string {
	if slices.Contains(path, "Properties") {
		return strings.ToUpper(name[:1]) + name[1:]
	}
	return name
}

// nextPair takes the pair that the finding names: "…; the next one is 0.5 vCPU with 2048 MiB".
func nextPair(f model.Finding, path []string, last string) ([]edit, bool) {
	_, pair, ok := strings.Cut(f.Message, "the next one is ")
	cpu, memory, ok2 := strings.Cut(pair, " vCPU with ")
	vcpu, err := strconv.ParseFloat(cpu, 64)
	mib := strings.TrimSuffix(memory, " MiB")
	if !ok || !ok2 || err != nil || !strings.EqualFold(last, "memory") {
		return nil, false
	}
	beside := append(slices.Clone(path[:len(path)-1]), spelled(path, "cpu"))
	return []edit{{path: path, line: f.Places[0].Line, value: mib}, {path: beside, line: f.Places[0].Line, value: strconv.Itoa(int(vcpu * 1024))}}, true
}

// steps are the parts of a JSON pointer (RFC 6901).
func steps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	parts := strings.Split(pointer[1:], "/")
	for i, p := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(p)
	}
	return parts
}
