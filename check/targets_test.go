package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/check/document"
)

// TestFits: a document is judged for what it says itself, and by what it stands beside.
func TestFits(t *testing.T) {
	const task = `"containerDefinitions": [{"name": "a", "image": "x"}]`
	for name, c := range map[string]struct {
		text, asked string
		want        []string
	}{
		"nothing said":         {text: `{"family": "t", ` + task + `}`, want: []string{ECSFargate}},
		"fargate":              {text: `{"family": "t", "requiresCompatibilities": ["FARGATE"], ` + task + `}`, want: []string{ECSFargate}},
		"both":                 {text: `{"family": "t", "requiresCompatibilities": ["EC2", "FARGATE"], ` + task + `}`, want: []string{ECSFargate}},
		"ec2":                  {text: `{"family": "t", "requiresCompatibilities": ["EC2"], ` + task + `}`, want: []string{ECSEC2}},
		"asked":                {text: `{"family": "t", "requiresCompatibilities": ["EC2"], ` + task + `}`, asked: ECSFargate, want: []string{ECSFargate}},
		"asked for another":    {text: `{"family": "t", ` + task + `}`, asked: EKSEC2},
		"by the service":       {text: `{"taskDefinition": {"family": "t", ` + task + `}, "service": {"serviceName": "s", "taskDefinition": "t", "launchType": "EC2"}}`, want: []string{ECSEC2, ECSEC2}},
		"by the task":          {text: `{"taskDefinition": {"family": "t", "requiresCompatibilities": ["EC2"], ` + task + `}, "service": {"serviceName": "s", "taskDefinition": "t"}}`, want: []string{ECSEC2, ECSEC2}},
		"the service says it":  {text: `{"service": {"serviceName": "s", "taskDefinition": "t", "launchType": "FARGATE"}}`, want: []string{ECSFargate}},
		"spot":                 {text: `{"service": {"serviceName": "s", "taskDefinition": "t", "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}}`, want: []string{ECSFargate}},
		"capacity provider":    {text: `{"service": {"serviceName": "s", "taskDefinition": "t", "capacityProviderStrategy": [{"capacityProvider": "ours"}]}}`, want: []string{ECSEC2}},
		"pod":                  {text: `{"apiVersion": "v1", "kind": "Pod", "spec": {"nodeSelector": {"team": "a"}}}`, want: []string{EKSFargate}},
		"pod on nodes":         {text: `{"apiVersion": "v1", "kind": "Pod", "spec": {"nodeSelector": {"node.kubernetes.io/instance-type": "m5.large"}}}`, want: []string{EKSEC2}},
		"pod on fargate":       {text: `{"apiVersion": "v1", "kind": "Pod", "spec": {"nodeSelector": {"eks.amazonaws.com/compute-type": "fargate"}}}`, want: []string{EKSFargate}},
		"pod not on fargate":   {text: `{"apiVersion": "v1", "kind": "Pod", "spec": {"nodeSelector": {"eks.amazonaws.com/compute-type": "ec2"}}}`, want: []string{EKSEC2}},
		"service beside nodes": {text: `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Service"}, {"apiVersion": "v1", "kind": "Pod", "spec": {"nodeSelector": {"karpenter.sh/nodepool": "x"}}}]}`, want: []string{EKSEC2, EKSEC2}},
		"service beside pods":  {text: `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Service"}, {"apiVersion": "v1", "kind": "Pod", "spec": {}}]}`, want: []string{EKSFargate, EKSFargate}},
	} {
		f, err := document.Read("x", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		var asked, got []string
		if c.asked != "" {
			asked = []string{c.asked}
		}
		verdicts, err := RunDocuments([]*document.File{f}, asked)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verdicts {
			got = append(got, v.Target)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
