package proof

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"a2c/model"
)

// container runs the same program in a container of a real engine, with a published port.
func (m *machine) container(t *testing.T) {
	d := docker{env: []string{"DOCKER_HOST=" + m.b.Engine(t)}}
	m.root("image")
	m.run("tar", "-C", m.path("image"), "-cf", m.path("image.tar"), ".")
	const name, image = "a2c-proof-host", "a2c-proof-host:1"
	d.run(t, nil, "import", m.path("image.tar"), image)
	t.Cleanup(func() { d.run(t, nil, "rmi", image) })
	d.run(t, nil, "rm", "-f", name)                       // what a killed run left; no error where there is none
	t.Cleanup(func() { d.run(t, nil, "rm", "-f", name) }) // no error where there is none
	args := []string{"run", "-d", "--name", name, "-p", "19220:8080", "-v", "/usr:/usr:ro", "-v", m.path("files/srv/a2c-proof") + ":/app:ro"}
	for _, dir := range m.javaSettings(t) {
		args = append(args, "-v", dir+":"+dir+":ro")
	}
	d.run(t, nil, append(args, "--entrypoint", filepath.Join(m.java, "bin/java"), image, "-Xmx32m", "-jar", "/app/web.jar", "0.0.0.0", "8080", "till")...)
	pid, err := strconv.Atoi(strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{.State.Pid}}", name)))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.ask(t, pid, "127.0.0.1:8080", "/", ""); got != "till" {
		t.Fatalf("the container answers %q\n%s", got, d.run(t, nil, "logs", name))
	}
	id := strings.TrimSpace(d.run(t, nil, "inspect", "-f", "{{.Id}}", name))
	app := m.contained(t, pid)
	if app.Container == nil || app.Container.Engine != "docker" || app.Container.ID != id || app.Start.Mechanism != "container" || app.Artifact != "/app/web.jar" {
		t.Errorf("container %+v, started by %q, artifact %s", app.Container, app.Start.Mechanism, app.Artifact)
	}
	if !slices.ContainsFunc(app.Published, func(p model.Published) bool {
		return p.Address == "0.0.0.0" && p.Port == 19220 && p.Target == 8080 && p.Protocol == "tcp" && p.By == "docker-proxy"
	}) {
		t.Errorf("published: %+v", app.Published)
	}
}

// contained is what the inventory of the machine below says of a container's process.
func (m *machine) contained(t *testing.T, pid int) model.App {
	t.Helper()
	return m.listed(t, "process "+strconv.Itoa(pid), func(app model.App) bool { return app.ProcessID == pid })
}

// ofID is what it says of the process of the container with that ID.
func (m *machine) ofID(t *testing.T, id string) model.App {
	t.Helper()
	return m.listed(t, "container "+id, func(app model.App) bool { return app.Container != nil && app.Container.ID == id })
}

func (m *machine) listed(t *testing.T, what string, is func(model.App) bool) model.App {
	t.Helper()
	c := m.b.Command(m.path("workspace"))
	c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-q", "-o", "json", "--include-containers")
	found := model.Inventory{}
	readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
	for _, app := range found {
		if is(app) {
			return app
		}
	}
	t.Fatalf("%s is not in the inventory: %v", what, slices.Sorted(maps.Keys(found)))
	return model.App{}
}

// root lays out a root folder that takes everything but its users from the machine's /usr.
func (m *machine) root(folder string) {
	m.t.Helper()
	m.lay(filepath.Join(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n", 0o644)
	for _, dir := range []string{"usr", "app", "tmp", "proc", "sys", "dev"} {
		m.make(filepath.Join(folder, dir))
	}
	for _, link := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+link, m.path(folder, link)); err != nil {
			m.t.Fatal(err)
		}
	}
}

// javaSettings are the folders outside of /usr that Debian's JDK has links to.
func (m *machine) javaSettings(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob("/etc/java-*-openjdk")
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}
