package generate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// comments is comments.md: where each number of the files beside it comes from, and what the application was seen to use of the machine, since JSON holds
// no comments. It is text that people read; what it quotes is escaped, but for Markdown's own characters.
func (t *task) comments() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!-- %s -->\n# Where the settings of %s come from\n\nThe names are the keys of deployment.json.\n\n", generatedLine, t.family)
	if t.ec2 {
		fmt.Fprintf(&b, "- Size: %d CPU units, a share of which more is taken while it is free, and %d MiB, the limit.\n", t.cpu, t.memory)
	} else {
		fmt.Fprintf(&b, "- Size: %g vCPU, %d MiB.\n", float64(t.cpu)/1024, t.memory)
	}
	reasons(&b, t.d, t.foreign)
	listNeeds(&b, t.d.HostNeeds, t.fate)
	return b.Bytes()
}

// reasons lists where settings come from, but those that are foreign to the target.
func reasons(b *bytes.Buffer, d model.Deployment, foreign func(string) bool) {
	if source := d.HealthCheck.Source; source != "" {
		fmt.Fprintf(b, "- healthCheck: %s\n", term.Safe(source))
	}
	for _, key := range slices.Sorted(maps.Keys(d.Reasons)) {
		if !foreign(key) {
			fmt.Fprintf(b, "- %s: %s\n", term.Safe(key), term.Safe(d.Reasons[key]))
		}
	}
}

// foreign reasons are those of other targets.
func (t *task) foreign(key string) bool {
	switch {
	case strings.HasPrefix(key, "eksParameters."):
		return key != "eksParameters.replicas"
	case strings.HasPrefix(key, "ecsParameters.ec2."):
		return !t.ec2
	}
	return t.ec2 && key == "ecsParameters.memory"
}

// listNeeds lists what is used of the machine, each with what becomes of it and its evidence.
func listNeeds(b *bytes.Buffer, needs []model.HostNeed, fate func(model.HostNeed) string) {
	if len(needs) > 0 {
		b.WriteString("\nBeyond what every container has, it was seen to use:\n\n")
	}
	for _, n := range needs {
		fmt.Fprintf(b, "- %s: %s\n", fate(n), needText(n))
	}
}

func (t *task) fate(n model.HostNeed) string {
	switch {
	case slices.Contains(t.granted.refused, n):
		return "not granted"
	case n.Kind == model.NeedSysctl && !namespaced(n.Name):
		return "set on the instances by instances.yaml"
	}
	return "granted"
}
