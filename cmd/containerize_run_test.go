package cmd

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// TestDockerRun has a shell take the line apart again: each word is what was meant, also where a name would be syntax.
func TestDockerRun(t *testing.T) {
	image := model.Image{
		ApplicationID: "java-tomcat-1", Config: model.ImageConfig{ExposedPorts: []string{"8080/tcp", "53/udp"}},
		Needs: model.Needs{
			Secrets:  []model.Secret{{Name: "DB_PASSWORD"}, {Name: "DB_PASSWORD"}, {Name: "$(touch x)'`;"}},
			State:    []model.Mount{{Name: "data", Path: `/srv/a "b",c`}, {Name: "shop-db", Path: "/srv/shop.db", SingleFile: true}},
			Writable: []model.Path{"/tmp", "/srv/a b"}, User: model.User{GID: 5, Groups: []int{5, 44}}, ReadOnlyRoot: true,
		},
	}
	want := []string{
		"docker", "run", "-d", "-p", "8080:8080", "-p", "53:53/udp", "-e", "DB_PASSWORD", "-e", "$(touch x)'`;", "--group-add", "44",
		"--mount", `type=volume,source=java-tomcat-1-data,"target=/srv/a ""b"",c"`, "--read-only", "--tmpfs", "/tmp:exec,mode=1777", "--tmpfs", "/srv/a b:exec,mode=1777", "shop:1",
	}
	got := dockerRun(image, "shop:1")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	out, err := exec.CommandContext(t.Context(), "/bin/sh", "-c", `printf '%s\n' `+commandLine(got...)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Join(want, "\n")+"\n", string(out)); d != "" {
		t.Errorf("as a shell reads it (-want +got):\n%s", d)
	}
	image.Needs.Writable = []model.Path{"/srv/a:b"}
	if got := dockerRun(image, "shop:1"); strings.Contains(strings.Join(got, " "), "--read-only") {
		t.Errorf("a path that --tmpfs cannot say: %q", got)
	}
}
