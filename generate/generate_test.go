package generate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/golden"
	"a2c/model"
)

// TestPropose keeps the proposals; TestTargets renders them.
func TestPropose(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			golden.JSON(t, filepath.Join("testdata", "deployments", name+".json"), Propose(s.analysis, s.image, s.seen))
		})
	}
}

// TestTargets renders each proposal for each target, with account and region for all but dotnet-single, where they stay unknown.
func TestTargets(t *testing.T) {
	for name, s := range samples() {
		d := Propose(s.analysis, s.image, s.seen)
		if name != "dotnet-single" {
			d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		}
		d.ECSParameters.WithNetwork = name == "springboot"
		outputs, err := Render(t.Context(), d, Names())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for target, o := range outputs {
			t.Run(target+"/"+name, func(t *testing.T) {
				files := o.Files
				files["NOTES"] = []byte(strings.Join(append(o.Notes, ""), "\n"))
				golden.Files(t, filepath.Join("testdata", target, name+".txtar"), files)
			})
		}
	}
}

// TestRegistry holds All, the targets' files and their folders of cases equal as sets.
func TestRegistry(t *testing.T) {
	names := slices.Sorted(slices.Values(Names()))
	var folders, files []string
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{"deployments", "fuzz", "together"}, e.Name()) {
			folders = append(folders, e.Name())
		}
	}
	for _, name := range names {
		if _, err := os.Stat(strings.ReplaceAll(name, "-", "_") + ".go"); err == nil {
			files = append(files, name)
		}
	}
	if diff := cmp.Diff(names, folders); diff != "" {
		t.Errorf("targets and testdata folders (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(names, files); diff != "" {
		t.Errorf("targets and their files (-want +got):\n%s", diff)
	}
}

// TestStable renders twice: nothing may depend on the order of maps, on time or on chance.
func TestStable(t *testing.T) {
	for name, s := range samples() {
		d := Propose(s.analysis, s.image, s.seen)
		d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		first, err := Render(t.Context(), d, Names())
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			again, err := Render(t.Context(), d, Names())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first, again); diff != "" {
				t.Fatalf("%s (-first +again):\n%s", name, diff)
			}
		}
	}
}

// TestRenderRefuses lists what is wrong with a deployment, each problem with its key.
func TestRenderRefuses(t *testing.T) {
	change := func(edit func(*model.Deployment)) model.Deployment {
		s := tomcat()
		d := Propose(s.analysis, s.image, s.seen)
		d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		edit(&d)
		return d
	}
	cases := map[string]struct {
		d    model.Deployment
		want []string
	}{
		"no_digest":     {change(func(d *model.Deployment) { d.Image.Digest = "" }), []string{"image.digest", "64 hex digits"}},
		"two_problems":  {change(func(d *model.Deployment) { d.AWS.AccountID, d.AWS.Region = "1234", "Frankfurt" }), []string{"aws.accountId", `"1234"`, "aws.region", `"Frankfurt"`}},
		"port_range":    {change(func(d *model.Deployment) { d.ExposedPorts[0].LocalPort = 70000 }), []string{"exposedPorts[0].localPort", "70000"}},
		"port_protocol": {change(func(d *model.Deployment) { d.ExposedPorts[0].Protocol = "sctp" }), []string{"exposedPorts[0].protocol", "sctp"}},
		"port_twice": {change(func(d *model.Deployment) {
			d.ExposedPorts = append(d.ExposedPorts, model.Port{LocalPort: 8080, Protocol: "tcp6"})
		}), []string{"exposedPorts[1]", "exposedPorts[0]"}},
		"variable_twice":     {change(func(d *model.Deployment) { d.Secrets[0].Name = "SHOP_CURRENCY" }), []string{"secrets[0].name", "environment[0]"}},
		"variable_with_nul":  {change(func(d *model.Deployment) { d.Environment[0].Value = "a\x00b" }), []string{"environment[0].value", "NUL"}},
		"variable_no_utf8":   {change(func(d *model.Deployment) { d.Environment[0].Value = "\xff" }), []string{"environment[0].value", "UTF-8"}},
		"dynamic_reference":  {change(func(d *model.Deployment) { d.Environment[0].Value = "{{resolve:ssm:x}}" }), []string{"environment[0].value", "CloudFormation"}},
		"secret_value":       {change(func(d *model.Deployment) { d.Secrets[0].ValueFrom = "hunter2" }), []string{"secrets[0].valueFrom", "no ARN"}},
		"relative_volume":    {change(func(d *model.Deployment) { d.Volumes[0].Path = "data" }), []string{"volumes[0].path", "absolute"}},
		"volume_is_writable": {change(func(d *model.Deployment) { d.Writable[1] = d.Volumes[0].Path }), []string{"writable[1]", "volumes[0].path"}},
		"health_path":        {change(func(d *model.Deployment) { d.HealthCheck.Path = "health" }), []string{"healthCheck.path"}},
		"too_large":          {change(func(d *model.Deployment) { d.ECSParameters.CPU = 32 }), []string{"ecsParameters", "16 vCPU"}},
		"ephemeral_20":       {change(func(d *model.Deployment) { d.ECSParameters.EphemeralStorageGiB = 20 }), []string{"ephemeralStorageGiB", "21 to 200"}},
		"aws_tag":            {change(func(d *model.Deployment) { d.ECSParameters.ResourceTags = []model.Tag{{Key: "aws:x"}} }), []string{"resourceTags", "aws:x"}},
		"kubernetes_name":    {change(func(d *model.Deployment) { d.Environment[0].Name = "BASH_FUNC_x%%" }), []string{"environment[0].name", "Kubernetes"}},
		"kubectl_characters": {change(func(d *model.Deployment) { d.Environment[0].Value = "a\u0085b" }), []string{"environment[0].value", "kubectl"}},
		"shell_in_sysctl": {change(func(d *model.Deployment) {
			d.HostNeeds = []model.HostNeed{{Kind: model.NeedSysctl, Name: "vm.x", Value: "1'; reboot"}}
		}), []string{"hostNeeds[0].value", "kernel value"}},
		"need_twice":    {change(func(d *model.Deployment) { d.HostNeeds = []model.HostNeed{{Kind: model.NeedHostPath, Name: "/tmp"}} }), []string{"hostNeeds[0].name", "writable[0]"}},
		"need_unknown":  {change(func(d *model.Deployment) { d.HostNeeds = []model.HostNeed{{Kind: "root"}} }), []string{"hostNeeds[0].kind", "root"}},
		"deploy_target": {change(func(d *model.Deployment) { d.ECSParameters.DeployTarget = "lambda" }), []string{"deployTarget", "fargate or ec2"}},
		"network_mode":  {change(func(d *model.Deployment) { d.ECSParameters.EC2.NetworkMode = "host" }), []string{"networkMode", "bridge or awsvpc"}},
		"no_size":       {change(func(d *model.Deployment) { d.ECSParameters.CPU, d.ECSParameters.Memory = 0, 0 }), []string{"ecsParameters.cpu"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			outputs, err := Render(t.Context(), c.d, Names())
			if err == nil || outputs != nil {
				t.Fatalf("Render gave %d outputs, error %v; want an error alone", len(outputs), err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not name %q", err, want)
				}
			}
		})
	}
	if _, err := Render(t.Context(), change(func(*model.Deployment) {}), []string{"ecs-fargat"}); err == nil || !strings.Contains(err.Error(), "ecs-fargate, ecs-ec2") {
		t.Errorf("unknown target: %v", err)
	}
}

// TestRenderSelects renders what deployment.json asks for when no target is named.
func TestRenderSelects(t *testing.T) {
	s := aspNet()
	d := Propose(s.analysis, s.image, s.seen)
	d.ECSParameters.CreateECSArtifacts = false
	outputs, err := Render(t.Context(), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := outputs["eks-ec2"]; !ok || len(outputs) != 1 {
		t.Errorf("got %d outputs, want eks-ec2 alone", len(outputs))
	}
}

// TestHeapBeyondHost: -Xmx64g on a machine of 24 GB is no measure of what to ask for; what is proposed, and why, is said with the figures.
func TestHeapBeyondHost(t *testing.T) {
	s := springBoot()
	s.seen = nil
	s.analysis.AnalysisInfo.Usage = model.Usage{RSSBytes: 290 << 20, PeakRSSBytes: 300 << 20, Threads: 40, MaxHeapBytes: 64 << 30, HostMemoryBytes: 24 << 30}
	s.image.Needs.MemoryBytes = s.analysis.AnalysisInfo.Usage.UnlimitedBytes()
	d := Propose(s.analysis, s.image, nil)
	if got := d.ECSParameters.Memory; got != 1024 {
		t.Errorf("%d MiB, want 1024 (%s)", got, d.Reasons["ecsParameters.memory"])
	}
	outputs, err := Render(t.Context(), d, Names())
	if err != nil {
		t.Fatal(err)
	}
	for target, o := range outputs {
		if notes := strings.Join(o.Notes, "\n"); !strings.Contains(notes, "-Xmx allows a heap of 65536 MiB on a machine of 24576 MiB") {
			t.Errorf("%s: %s", target, notes)
		}
	}
	s.analysis.AnalysisInfo.Usage.HostMemoryBytes = 128 << 30
	if got := Propose(s.analysis, s.image, nil).ECSParameters.Memory; got < 64<<10 {
		t.Errorf("a heap that the machine can hold counts for %d MiB", got)
	}
}

// TestNoTCP: what listens on UDP alone, or not at all, gets neither probes nor a load balancer that could never find it healthy.
func TestNoTCP(t *testing.T) {
	for name, ports := range map[string][]model.Listener{"udp": {{Address: "0.0.0.0", Port: 514, Protocol: "udp"}}, "none": nil} {
		s := aspNet()
		s.image.Needs.Ports = ports
		outputs, err := Render(t.Context(), Propose(s.analysis, s.image, s.seen), Names())
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range []struct{ target, file, text string }{
			{"ecs-fargate", "service.yaml", "LoadBalancer"}, {"eks-ec2", "base/deployment.yaml", "Probe"}, {"eks-ec2", "base/kustomization.yaml", "ingress"}, {"eks-fargate", "base/kustomization.yaml", "ingress"},
		} {
			if strings.Contains(string(outputs[found.target].Files[found.file]), found.text) {
				t.Errorf("%s: %s holds %s", name, found.file, found.text)
			}
		}
		if notes := strings.Join(outputs["ecs-fargate"].Notes, "\n"); !strings.Contains(notes, "load balancer") {
			t.Errorf("%s: no note says why there is no load balancer: %s", name, notes)
		}
	}
}

// TestRoundTrip: a deployment that was saved and loaded renders alike.
func TestRoundTrip(t *testing.T) {
	s := tomcat()
	d := Propose(s.analysis, s.image, s.seen)
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var again model.Deployment
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, again); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
