package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
	"a2c/proof/servers"
)

// Secrets of a command line that the proof makes, and what they are there.
const (
	argvOption   = "pr00f-0nly of an option\\'\"#"
	argvArgument = "pr00f-0nly-of-an-argument"
)

// secretCommand is a server with a secret among the options of its JVM and one among its own arguments, and a umask that no engine gives.
func secretCommand() servers.Server {
	s := servers.MicronautFat()
	s.Name = "micronaut-secret-command"
	command := s.Command
	s.Command = func(p servers.Place) apps.Command {
		c := command(p)
		java, rest := c.Argv[0], c.Argv[1:]
		c.Argv = append([]string{"/bin/sh", "-c", `umask 027; exec "$@"`, "sh", java, "-Dpartner.password=" + argvOption}, append(rest, "--partner.api-password="+argvArgument)...)
		return c
	}
	return s
}

// proveEntry runs the image of it and looks at the process: its umask, its command line, what it prints, and how it ends.
func (s imageSubject) proveEntry(t *testing.T, c Command, j Job) {
	t.Helper()
	values := map[string]string{"PARTNER_PASSWORD": argvOption, "PARTNER_API_PASSWORD": argvArgument}
	d := docker{env: c.Env}
	args := []string{"--read-only", "--tmpfs", "/tmp"}
	var secrets []string
	for _, k := range j.Image.Needs.Secrets {
		value, known := values[k.Name]
		if !known {
			t.Fatalf("a secret that was not planted: %s", k.Name)
		}
		args, secrets = append(args, "-e", k.Name), append(secrets, k.Name+"="+value)
	}
	if len(secrets) != len(values) {
		t.Errorf("image.json needs %v, not the %d secrets of the command line", j.Image.Needs.Secrets, len(values))
	}
	proc := s.runImage(t, d, j.Tar, secrets, args)
	line := procFile(t, proc, "cmdline")
	if strings.Contains(line, argvOption) || !strings.Contains(line, "\x00@/proc/self/fd/") || !strings.HasSuffix(line, "\x00--partner.api-password="+argvArgument+"\x00") {
		t.Errorf("command line %q", line)
	}
	if environ := procFile(t, proc, "environ"); strings.Contains(environ, "PARTNER_") {
		t.Errorf("environment %q", environ)
	}
	if status := procFile(t, proc, "status"); !strings.Contains(status, "\nUmask:\t0027\n") {
		t.Errorf("no umask 027: %s", status)
	}
	log := d.run(t, nil, "logs", entryName)
	for _, secret := range values {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds a secret:\n%s", log)
		}
	}
	d.printed(t, j)
	d.terminated(t)
}

// entryName is what the container is called.
const entryName = "a2c-proof-entry"

// runImage does what a user does with the archive, and waits until the application answers; it returns the folder of /proc of the container's first process.
func (s imageSubject) runImage(t *testing.T, d docker, file string, secrets, options []string, command ...string) (proc string) {
	t.Helper()
	reference := d.load(t, file)
	d.run(t, secrets, slices.Concat([]string{"run", "-d", "--network", "none", "--name", entryName}, options, []string{reference}, command)...)
	t.Cleanup(func() { d.run(t, nil, "rmi", reference) })
	t.Cleanup(func() { d.run(t, nil, "rm", "-f", entryName) })
	proc = "/proc/" + strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{.State.Pid}}", entryName))
	client := inside(proc + "/ns/net")
	for begin := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/", s.server.Ports)) //nolint:noctx // ends with the container
		if err == nil {
			_ = answer.Body.Close() // it answers
			return proc
		}
		if time.Since(begin) > 2*time.Minute {
			t.Fatalf("docker run: %v\n%s", err, d.run(t, nil, "logs", "--tail", "30", entryName))
		}
	}
}

// load returns the name of the archive's image.
func (d docker) load(t *testing.T, file string) string {
	t.Helper()
	_, reference, _ := strings.Cut(d.run(t, nil, "load", "-i", file), "Loaded image: ")
	return strings.TrimSpace(reference)
}

// terminated has the engine end it by SIGTERM, which the application answers with its own exit code.
func (d docker) terminated(t *testing.T) {
	t.Helper()
	d.run(t, nil, "stop", entryName)
	if code := strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{.State.ExitCode}}", entryName)); code != "143" { // of a JVM that SIGTERM ended
		t.Errorf("ended with code %s", code)
	}
}

func procFile(t *testing.T, proc, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(proc, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
