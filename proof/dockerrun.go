package proof

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/jail"
	"a2c/model"
	"a2c/proof/apps"
)

// dockerRun does with the archive what a user does, `docker load` and `docker run`, and demands of the container the answers of the live
// application, to every request. It gives the container no network, no volume and the secrets that image.json says it needs.
func dockerRun(t *testing.T, c Command, site *apps.Site, j Job) {
	t.Helper()
	d := docker{env: c.Env}
	name := "a2c-proof-" + j.App.Name
	loaded := d.run(t, nil, "load", "-i", j.Tar)
	_, reference, _ := strings.Cut(loaded, "Loaded image: ") // before it a line about an image of that name that was there
	reference = strings.TrimSpace(reference)
	if id := strings.TrimSpace(d.run(t, nil, "image", "inspect", "-f", "{{.Id}}", reference)); id != j.Image.ConfigDigest {
		t.Errorf("docker load made image %s (%q), image.json says %s", id, loaded, j.Image.ConfigDigest)
	}
	args := []string{"run", "-d", "--network", "none", "--health-interval", "1s", "--name", name}
	values := environment(t, site.PID(j.App))
	var secrets []string
	for _, s := range j.Image.Needs.Secrets {
		if s.Place.Kind == "file" {
			values[s.Name] = assigned(t, s.Place)
		}
		if values[s.Name] == "" {
			t.Fatalf("image.json needs the secret %s, which is not in the environment of process %d", s.Name, site.PID(j.App))
		}
		args = append(args, "-e", s.Name) // the value is taken from docker's own environment
		secrets = append(secrets, s.Name+"="+values[s.Name])
	}
	d.run(t, secrets, append(args, reference)...)
	t.Cleanup(func() { d.run(t, nil, "rmi", reference) })
	t.Cleanup(func() { d.run(t, nil, "rm", "-f", name) })
	pid := strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{.State.Pid}}", name))
	client := inside("/proc/" + pid + "/ns/net")
	for _, k := range j.App.Asks {
		live, err := site.Ask(t.Context(), j.App, k)
		if err != nil {
			t.Fatal(err)
		}
		twin, err := site.AskAt(t.Context(), client, j.App, k)
		for begin := time.Now(); err != nil && time.Since(begin) < 2*time.Minute; twin, err = site.AskAt(t.Context(), client, j.App, k) {
			time.Sleep(200 * time.Millisecond) // it is starting
		}
		if err != nil {
			t.Fatalf("docker run: %v\n%s", err, d.run(t, nil, "logs", "--tail", "30", name))
		}
		if diff := cmp.Diff(string(live), string(twin)); diff != "" {
			t.Errorf("docker run: %s answers otherwise (-live +container):\n%s", k.Path+k.File, diff)
		}
	}
	d.healthy(t, name)
	d.printed(t, j)
}

// printed has a shell and the engine take the line that containerize printed. The container is not started, as it would listen on every address.
func (d docker) printed(t *testing.T, j Job) {
	t.Helper()
	const name = "a2c-proof-line"
	for _, ran := range j.Runs {
		_, line, found := strings.Cut(string(ran.Stderr), " && docker run -d ")
		if !found {
			continue
		}
		line, _, _ = strings.Cut(line, "\n")
		d.command(t, nil, "/bin/sh", "-c", "docker create --name "+name+" "+line)
		ports := d.run(t, nil, "inspect", "-f", "{{json .HostConfig.PortBindings}}", name)
		d.run(t, nil, "rm", name)
		for _, m := range slices.DeleteFunc(slices.Clone(j.Image.Needs.State), func(m model.Mount) bool { return m.SingleFile }) {
			d.run(t, nil, "volume", "rm", j.ID+"-"+m.Name)
		}
		for _, p := range j.Image.Config.ExposedPorts {
			if !strings.Contains(ports, `"`+p+`"`) {
				t.Errorf("docker run %s: publishes %s, not %s", line, ports, p)
			}
		}
		return
	}
	t.Error("containerize --tar printed no line with docker run")
}

// healthy waits for what the engine says of the image's own check.
func (d docker) healthy(t *testing.T, name string) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		health := strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{.State.Health.Status}}", name))
		if health == "healthy" {
			return
		}
		if health != "starting" || time.Since(begin) > time.Minute {
			t.Fatalf("it answers, its health is %q: %s", health, d.run(t, nil, "inspect", "-f", "{{json .State.Health}}", name))
		}
	}
}

// assigned reads by hand what a line of a configuration file says: the last word in quotes of JSON and YAML, the attribute in XML, what follows the key.
func assigned(t *testing.T, at model.Place) string {
	t.Helper()
	text, err := os.ReadFile(string(at.Path))
	if err != nil {
		t.Fatal(err)
	}
	if at.Encoding == model.Base64 {
		return base64.StdEncoding.EncodeToString(text)
	}
	line := strings.Split(string(text), "\n")[at.Line-1]
	key := at.Key[strings.LastIndexAny(at.Key, "@.:")+1:]
	if key == "" {
		key = "=" // an .ini file of Jetty
	}
	if _, after, ok := strings.Cut(line, key); ok {
		line = after
	}
	value := strings.Trim(strings.TrimLeft(line, `"=: `), " \r")
	if quoted := strings.Split(line, `"`); len(quoted) > 2 {
		value = quoted[len(quoted)-2]
		if strings.HasPrefix(line, "=") {
			value = quoted[1]
		}
	}
	return html.UnescapeString(value)
}

// environment reads the variables that a process was started with.
func environment(t *testing.T, pid int) map[string]string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for variable := range strings.SplitSeq(string(b), "\x00") {
		key, value, _ := strings.Cut(variable, "=")
		values[key] = value
	}
	return values
}

// inside is a client whose connections begin in the network namespace.
func inside(namespace string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (conn net.Conn, err error) {
			inner := jail.InNetNS(namespace, func() error {
				conn, err = (&net.Dialer{}).DialContext(ctx, network, address)
				return err
			})
			return conn, inner
		},
	}}
}

// docker runs Docker's command line on the engine of the test.
type docker struct{ env []string }

func (d docker) run(t *testing.T, secrets []string, args ...string) string {
	t.Helper()
	return d.command(t, secrets, "docker", args...)
}

func (d docker) command(t *testing.T, secrets []string, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	cmd.Env = append(append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, d.env...), secrets...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatal(fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args[:min(len(args), 2)], " "), err, problems.Bytes()))
	}
	return out.String()
}

// both is what a command prints to both of its outputs.
func (d docker) both(t *testing.T, args ...string) string {
	t.Helper()
	return d.command(t, nil, "sh", append([]string{"-c", `exec docker "$@" 2>&1`, "docker"}, args...)...)
}
