package proof

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// SecretsPut shows that secrets arrive whole in Secrets Manager and Parameter Store, as moto has them, and in a real kube-apiserver; that what exists is
// left unless told otherwise; that generate then refers to them; and that no value is printed or written.
func SecretsPut() Proof {
	return Proof{
		Name: "secretsput", Needs: []Need{Root, AMD64, Packages}, Budget: 3 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			b.motoFolder(t)
			b.awsCLI(t)
			b.kubernetes(t)
			InstallApps(apps.Orders())(t, b)
		},
		Run: func(t *testing.T, b *Bench) {
			site := b.Start(t, apps.Orders())
			c := b.Command(filepath.Join(b.Scratch(t, "secretsput"), "workspace"), "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none", "AWS_CONFIG_FILE=/dev/null",
				"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
			jobs, _ := b.Inventory(t, c, site, []apps.App{apps.Orders()})
			j := jobs["orders"]
			j.Analyze(t, c)
			j.Containerize(t, c)
			p := &putter{t: t, b: b, c: c, job: &j, endpoint: b.moto(t), cluster: b.Cluster(t), env: map[string]string{}}
			for _, v := range apps.Orders().Command(site).Env {
				name, value, _ := strings.Cut(v, "=")
				p.env[name] = value
			}
			for _, to := range []string{"secretsmanager", "ssm", "k8s"} {
				p.store(to)
			}
			p.encrypted()
			p.kubeconfigs()
			p.refers()
			checkSecrets(t, ofApp(site.Planted(), "orders"), c.Workspace, []Job{j})
		},
	}
}

func ofApp(list []apps.Planted, name string) (own []apps.Planted) {
	for _, s := range list {
		if s.App == name {
			own = append(own, s)
		}
	}
	return own
}

// moto starts AWS's double on loopback.
func (b *Bench) moto(t *testing.T) string {
	t.Helper()
	host, port, err := net.SplitHostPort(freePorts(t, 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	background(t, b.Scratch(t, "moto"), filepath.Join(b.motoFolder(t), "bin", "moto_server"), "-H", host, "-p", port)
	url := "http://" + net.JoinHostPort(host, port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/moto-api/", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			answer.Body.Close() //nolint:errcheck // nothing was read of it
			return url
		}
		if time.Now().After(deadline) {
			t.Fatalf("moto does not answer: %v", err)
		}
	}
}

type putter struct {
	t        *testing.T
	b        *Bench
	c        Command
	job      *Job
	endpoint string
	cluster  *Cluster
	env      map[string]string // of the application, and what its files say
}

// storedSecret is what a2c says of one.
type storedSecret struct{ Name, Target, Done, ARN string }

func (p *putter) put(code int, to string, args ...string) (list []storedSecret) {
	p.t.Helper()
	args = append([]string{"secrets", "put", "--application-id", p.job.ID, "--to", to, "-o", "json"}, args...)
	if to == "k8s" {
		args = append(args, "--kubeconfig", p.cluster.kubeconfig, "--namespace", "default")
	} else {
		args = append(args, "--region", "eu-central-1", "--endpoint-url", p.endpoint)
	}
	ran := p.c.Run(p.t, []int{code}, args...)
	p.job.Runs = append(p.job.Runs, ran)
	if err := json.Unmarshal(ran.Stdout, &list); err != nil {
		p.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, head(ran.Stdout))
	}
	return list
}

// store puts all secrets there, again, changed, and once more over what was changed; and reads them back by another program.
func (p *putter) store(to string) {
	p.t.Helper()
	needed := map[string]bool{}
	for _, s := range p.job.Image.Needs.Secrets {
		needed[s.Name] = true
		if s.Place.Kind == "file" {
			p.env[s.Name] = assigned(p.t, s.Place)
		}
	}
	if len(needed) < 2 {
		p.t.Fatalf("the image needs %d secrets: too few to show anything", len(needed))
	}
	p.all(p.put(exitDone, to, "--dry-run"), "would be put", len(needed))
	p.all(p.put(exitDone, to), "created", len(needed))
	p.all(p.put(exitDone, to), "left", len(needed))
	const name = "SPRING_DATASOURCE_PASSWORD"
	other := filepath.Join(filepath.Dir(p.c.Workspace), "other")
	if err := os.WriteFile(other, []byte("another value of the secret\n"), 0o600); err != nil {
		p.t.Fatal(err)
	}
	given := []string{"--secret", name + "=@" + other}
	p.all(p.put(exitFailed, to, given...), "left", len(needed)-1) // it differs: refused
	list := p.put(exitDone, to, append(given, "--overwrite")...)
	for _, s := range list {
		want := p.env[s.Name]
		if s.Name == name {
			want = "another value of the secret"
		}
		p.compare(to, s, want)
	}
	for _, s := range p.put(exitDone, to, "--overwrite") {
		p.compare(to, s, p.env[s.Name])
	}
	fmt.Fprintf(p.b.Log, "secrets put --to %s: %d secrets came back as they are\n", to, len(list))
}

func (p *putter) all(list []storedSecret, done string, n int) {
	p.t.Helper()
	if len(list) != n {
		p.t.Errorf("%d secrets, not %d: %+v", len(list), n, list)
	}
	for _, s := range list {
		if s.Done != done {
			p.t.Errorf("%s: %s, not %s", s.Name, s.Done, done)
		}
	}
}

// compare reads a value back. Values are not printed.
func (p *putter) compare(to string, s storedSecret, want string) {
	p.t.Helper()
	got := ""
	switch to {
	case "secretsmanager":
		got = p.aws("secretsmanager", "get-secret-value", "--secret-id", s.ARN, "--query", "SecretString")
	case "ssm":
		got = p.aws("ssm", "get-parameter", "--with-decryption", "--name", s.Target, "--query", "Parameter.Value")
		if kind := p.aws("ssm", "get-parameter", "--name", s.Target, "--query", "Parameter.Type"); kind != "SecureString" {
			p.t.Errorf("%s is a %s, no SecureString", s.Target, kind)
		}
	case "k8s":
		place, key, _ := strings.Cut(s.Target, "#")
		namespace, name, _ := strings.Cut(place, "/")
		out, code := p.cluster.run(p.t, "-n", namespace, "get", "secret", name, "-o", "json")
		var object struct{ Data map[string]string }
		if err := json.Unmarshal([]byte(out), &object); code != 0 || err != nil {
			p.t.Fatalf("kubectl get secret: exit code %d, %v", code, err)
		}
		value, err := base64.StdEncoding.DecodeString(object.Data[key])
		if err != nil {
			p.t.Fatal(err)
		}
		got = string(value)
	}
	if got != want || want == "" {
		p.t.Errorf("%s in %s: %d bytes, not the %d of the application, or others", s.Name, to, len(got), len(want))
	}
}

func (p *putter) aws(args ...string) string {
	p.t.Helper()
	out := p.b.tool(p.t, []string{
		"AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_PAGER=", "NO_PROXY=127.0.0.1",
	}, p.b.awsCLI(p.t), append(args, "--region", "eu-central-1", "--endpoint-url", p.endpoint, "--output", "json")...)
	var text string
	if err := json.Unmarshal(out, &text); err != nil {
		p.t.Fatalf("aws %s: %v", strings.Join(args, " "), err)
	}
	return text
}

// encrypted demands that what is created anew is encrypted by the key that was named.
func (p *putter) encrypted() {
	p.t.Helper()
	const key = "alias/a2c-proof"
	for _, to := range []string{"secretsmanager", "ssm"} {
		for _, s := range p.put(exitDone, to, "--kms-key-id", key, "--prefix", "other") {
			got := ""
			if to == "ssm" {
				got = p.aws("ssm", "describe-parameters", "--filters", "Key=Name,Values="+s.Target, "--query", "Parameters[0].KeyId")
			} else {
				got = p.aws("secretsmanager", "describe-secret", "--secret-id", s.ARN, "--query", "KmsKeyId")
			}
			if got != key {
				p.t.Errorf("%s in %s is encrypted by the key %q, not %q", s.Name, to, got, key)
			}
		}
	}
}

// kubeconfigs are taken with the authority's certificate in them and the token in a file; one whose token a program makes is refused, with what to do.
func (p *putter) kubeconfigs() {
	p.t.Helper()
	dir := filepath.Dir(p.cluster.kubeconfig)
	data, err1 := os.ReadFile(p.cluster.kubeconfig)
	ca, err2 := os.ReadFile(filepath.Join(dir, "certs", "apiserver.crt"))
	if err := errors.Join(err1, err2); err != nil {
		p.t.Fatal(err)
	}
	text := string(data)
	before, rest, ok1 := strings.Cut(text, "{token: ")
	token, after, ok2 := strings.Cut(rest, "}")
	if !ok1 || !ok2 || !strings.Contains(text, "insecure-skip-tls-verify: true") {
		p.t.Fatal("the kubeconfig is not what was expected")
	}
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			p.t.Fatal(err)
		}
		return file
	}
	write("token", token+"\n")
	trusting := strings.Replace(before, "insecure-skip-tls-verify: true", "certificate-authority-data: "+base64.StdEncoding.EncodeToString(ca), 1)
	args := []string{"secrets", "put", "--application-id", p.job.ID, "--to", "k8s", "--namespace", "default", "--kubeconfig"}
	p.c.Run(p.t, nil, append(args, write("trusting", trusting+"{tokenFile: token}"+after))...)
	ran := p.c.Run(p.t, []int{exitFailed}, append(args, write("program", trusting+`{exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, interactiveMode: Never}}`+after))...)
	if !strings.Contains(string(ran.Stderr), "aws eks get-token") {
		p.t.Errorf("a2c secrets put does not say what to do about a program that makes the token:\n%s", head(ran.Stderr))
	}
}

// refers demands that deployment.json and the generated files name the ARNs.
func (p *putter) refers() {
	p.t.Helper()
	var d model.Deployment
	readJSON(p.t, filepath.Join(p.c.Workspace, p.job.ID, "deployment.json"), &d)
	p.job.Generate(p.t, p.c)
	task, err := os.ReadFile(filepath.Join(p.c.Workspace, p.job.ID, "ecs-fargate", "task-definition.json"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, s := range d.Secrets {
		if !strings.HasPrefix(s.ValueFrom, "arn:aws:secretsmanager:eu-central-1:") || !strings.Contains(string(task), `"`+s.ValueFrom+`"`) {
			p.t.Errorf("%s: valueFrom is %q, and the task definition has to name it", s.Name, s.ValueFrom)
		}
	}
}
