package generate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"a2c/generate/app2container"
	"a2c/model"
)

// app2containerFile has every documented key, as App2Container writes it: empty, or with its default.
const app2containerFile = `{
  "a2CTemplateVersion": "3.1", "_comment1": "*** EDITABLE: The below section can be edited according to the application requirements. ***",
  "applicationId": "java-tomcat-9e8e4799", "imageName": "", "exposedPorts": [], "environment": [], "ecrParameters": {"ecrRepoTag": ""},
  "ecsParameters": {
    "createEcsArtifacts": true, "ecsFamily": "", "cpu": 2, "memory": 4096, "dockerSecurityOption": "", "enableCloudwatchLogging": true, "publicApp": false, "stackName": "", "resourceTags": [],
    "reuseResources": {"vpcId": "", "reuseExistingA2cStack": {"cfnStackName": "", "microserviceUrlPath": ""}, "sshKeyPairName": "", "acmCertificateArn": ""},
    "gMSAParameters": {"domainSecretsArn": "", "domainDNSName": "", "domainNetBIOSName": "", "createGMSA": false, "gMSAName": "", "ADSecurityGroupName": ""},
    "deployTarget": "", "dependentApps": []
  },
  "fireLensParameters": {"enableFireLensLogging": false, "logDestinations": []},
  "eksParameters": {
    "createEksArtifacts": true, "stackName": "", "cpu": 1.5, "memory": 0, "ingress": "", "dnsRecordName": "", "applicationPath": "",
    "reuseResources": {"vpcId": "", "cfnStackName": "", "sshKeyPairName": "", "resourceTags": [], "rootDomain": "", "acmCertificateArn": ""},
    "gMSAParameters": {"domainSecretsArn": "", "domainDNSName": "", "domainNetBIOSName": "", "createGMSA": false, "gMSAName": "", "gMSAAccountName": "", "ADSecurityGroupName": ""},
    "dependentApps": []
  },
  "appRunnerParameters": {"createAppRunnerArtifacts": false, "stackName": "", "serviceName": "", "autoDeploymentsEnabled": false, "resourceTags": []}
}`

// changedKeys are values for those keys for which another text will not do.
func changedKeys() map[string]any {
	tag := []any{map[string]any{"key": "team", "value": "shop"}}
	apps := []any{map[string]any{"appId": "java-tomcat-2", "privateRootDomain": "x", "dnsRecordName": "y"}}
	return map[string]any{
		"exposedPorts": []any{map[string]any{"localPort": 8080, "protocol": "tcp"}, map[string]any{"localPort": 8005, "protocol": "tcp"}}, "environment": []any{map[string]any{"name": "MODE", "value": "blue"}},
		"ecsParameters.createEcsArtifacts": false, "ecsParameters.cpu": 4, "ecsParameters.memory": "8 GB", "ecsParameters.enableCloudwatchLogging": false, "ecsParameters.publicApp": true,
		"ecsParameters.resourceTags": tag, "ecsParameters.reuseResources.vpcId": "vpc-0123456789abcdef0", "ecsParameters.reuseResources.acmCertificateArn": "arn:aws:acm:eu-central-1:111122223333:certificate/1",
		"ecsParameters.gMSAParameters.createGMSA": true, "ecsParameters.deployTarget": "ec2", "ecsParameters.dependentApps": apps,
		"fireLensParameters.enableFireLensLogging": true, "fireLensParameters.logDestinations": []any{map[string]any{"service": "cloudwatch", "regexFilter": ".*", "streamName": "s"}},
		"eksParameters.createEksArtifacts": false, "eksParameters.cpu": 1, "eksParameters.memory": 3000, "eksParameters.ingress": "nginx", "eksParameters.reuseResources.resourceTags": tag,
		"eksParameters.reuseResources.acmCertificateArn": "arn:aws:acm:eu-central-1:111122223333:certificate/2", "eksParameters.gMSAParameters.createGMSA": true, "eksParameters.dependentApps": apps,
		"appRunnerParameters.createAppRunnerArtifacts": true, "appRunnerParameters.autoDeploymentsEnabled": true, "appRunnerParameters.resourceTags": tag,
	}
}

// deployedAs is what is written for a file of App2Container, and what is not applied of it. No target named: the file's switches choose.
func deployedAs(t *testing.T, file map[string]any) (files map[string]string, left []model.NotApplied) {
	t.Helper()
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	s := samples()["tomcat"]
	d := Propose(s.analysis, s.image, s.seen)
	d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
	if left, err = app2container.Take(&d, data); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	d.NotApplied = nil
	outputs, err := Render(t.Context(), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for target, o := range outputs {
		for name, text := range o.Files {
			files[target+"/"+name] = string(text)
		}
	}
	return files, left
}

// TestApp2Container changes each documented key, and finds the change in a file or among what is not applied.
func TestApp2Container(t *testing.T) {
	parsed := func() (file map[string]any) {
		if err := json.Unmarshal([]byte(app2containerFile), &file); err != nil {
			t.Fatal(err)
		}
		return file
	}
	before, left := deployedAs(t, parsed())
	if len(left) > 0 {
		t.Errorf("of its own defaults there is not applied: %v", left)
	}
	others := changedKeys()
	for _, key := range app2container.Keys() {
		if key == "a2CTemplateVersion" {
			continue
		}
		t.Run(key, func(t *testing.T) {
			file := parsed()
			at, parts := file, strings.Split(key, ".")
			for _, p := range parts[:len(parts)-1] {
				at = at[p].(map[string]any)
			}
			last := parts[len(parts)-1]
			if _, there := at[last]; !there {
				t.Fatal("the file has no such key")
			}
			if at[last] = "changed"; others[key] != nil {
				at[last] = others[key]
			}
			if key == "fireLensParameters.logDestinations" {
				at["enableFireLensLogging"] = true
			}
			after, left := deployedAs(t, file)
			told := slices.ContainsFunc(left, func(x model.NotApplied) bool { return x.Key == key && x.Why != "" })
			if !told && maps.Equal(before, after) {
				t.Error("neither is a file another one, nor is it said why not")
			}
			t.Log(outcome(told, before, after))
		})
	}
}

func outcome(told bool, before, after map[string]string) string {
	n := 0
	for name, text := range before {
		if after[name] != text {
			n++
		}
	}
	if told {
		return fmt.Sprintf("not applied; %d files are others", n)
	}
	return fmt.Sprintf("%d of %d files are others", n, len(before))
}

// TestApp2ContainerRefused: what is no such file says where.
func TestApp2ContainerRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{"a2CTemplateVersion": "1.0"}`:                                             `1:1: a2CTemplateVersion: want "3.1"`,
		`{"a2CTemplateVersion": "3.1", "surprise": 1}`:                              "1:31: surprise: is no key",
		`{"a2CTemplateVersion": "3.1", "ecsParameters": 7}`:                         "ecsParameters: want an object, got a number",
		`{"a2CTemplateVersion": "3.1", "ecsParameters": {"cpu": "much"}}`:           "ecsParameters.cpu: want a number",
		`{"a2CTemplateVersion": "3.1", "eksParameters": {"memory": ["1", "2"]}}`:    "eksParameters.memory: want a number, got an array",
		`{"a2CTemplateVersion": "3.1", "ecsParameters": {"cpu": "4.4.4"}}`:          "ecsParameters.cpu: is no number",
		"{\"a2CTemplateVersion\": \"3.1\", \"ecsParameters\": {\"\\u001b[2J\": 1}}": `is no key`,
	} {
		_, err := app2container.Take(&model.Deployment{}, []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestApp2ContainerSecrets: the value of a secret does not come into the model.
func TestApp2ContainerSecrets(t *testing.T) {
	var d model.Deployment
	left, err := app2container.Take(&d, []byte(`{"a2CTemplateVersion": "3.1", "environment": [{"name": "DB_PASSWORD", "value": "hunter2!x"}, {"name": "MODE", "value": "blue"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(d, left); strings.Contains(text, "hunter2") || len(d.Environment) != 1 || len(left) != 1 {
		t.Errorf("%s", text)
	}
}

// TestApp2ContainerSizes: either default says nothing beside a value that was chosen.
func TestApp2ContainerSizes(t *testing.T) {
	for text, want := range map[string]model.ECSParameters{
		`"cpu": 2, "memory": 4096`:   {CPU: 0.25, Memory: 512},
		`"cpu": 2, "memory": 8192`:   {CPU: 1, Memory: 8192},
		`"cpu": 4, "memory": 4096`:   {CPU: 4, Memory: 8192},
		`"cpu": 1, "memory": "3 GB"`: {CPU: 1, Memory: 3072},
	} {
		d := model.Deployment{ECSParameters: model.ECSParameters{CPU: 0.25, Memory: 512}}
		if _, err := app2container.Take(&d, []byte(`{"a2CTemplateVersion": "3.1", "ecsParameters": {`+text+`}}`)); err != nil {
			t.Fatal(err)
		}
		if got := d.ECSParameters; got.CPU != want.CPU || got.Memory != want.Memory {
			t.Errorf("%s: %g vCPU with %d MiB, want %g with %d", text, got.CPU, got.Memory, want.CPU, want.Memory)
		}
	}
}
