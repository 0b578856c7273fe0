package proof

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
)

// lxc runs the same program in a container of LXC, which makes its control groups in the machine's own hierarchies.
func (m *machine) lxc(t *testing.T) {
	m.root("crate")
	m.lay("lxc/crate.conf", fmt.Sprintf(`lxc.uts.name = crate
lxc.rootfs.path = dir:%s
lxc.net.0.type = none
lxc.apparmor.profile = unconfined
lxc.mount.auto = proc:rw
lxc.mount.entry = /usr usr none bind,ro 0 0
lxc.mount.entry = %s app none bind,ro 0 0
lxc.init.cmd = %s -Xmx32m -jar /app/web.jar 127.0.0.1 19247 crate
`, m.path("crate"), m.path("files/srv/a2c-proof"), filepath.Join(m.java, "bin/java"))+m.javaMounts(t), 0o644)
	m.sweepGroups(t, "lxc.*")
	cmd := session(t, m.path("lxc.log"), apps.Command{
		Argv: []string{"/usr/bin/lxc-start", "-P", m.path("lxc"), "-F", "-n", "crate", "--rcfile", m.path("lxc/crate.conf")}, Dir: "/", Env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"},
	}, nil)
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "lxc-stop", "-P", m.path("lxc"), "-k", "-n", "crate").CombinedOutput(); err != nil {
			t.Errorf("lxc-stop: %v\n%s", err, out)
		}
		_ = cmd.Wait() // that its container was killed is no failure
	})
	pid := 0
	for deadline := time.Now().Add(30 * time.Second); pid == 0 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		out, err := exec.CommandContext(t.Context(), "lxc-info", "-P", m.path("lxc"), "-H", "-p", "-n", "crate").Output()
		if err == nil {
			pid, _ = strconv.Atoi(strings.TrimSpace(string(out)))
		}
	}
	if got := m.ask(t, pid, "127.0.0.1:19247", "/", ""); got != "crate" {
		t.Fatalf("the container answers %q", got)
	}
	app := m.contained(t, pid)
	if app.Container == nil || app.Container.Engine != "lxc" || app.Container.ID != "crate" || app.Start.Mechanism != "container" || app.Start.Name != "lxc" || app.Artifact != "/app/web.jar" {
		t.Errorf("container %+v, started by %q %q, artifact %s", app.Container, app.Start.Mechanism, app.Start.Name, app.Artifact)
	}
}

// javaMounts are the folders outside of /usr that Debian's JDK has links to, as LXC's configuration takes them.
func (m *machine) javaMounts(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for _, dir := range m.javaSettings(t) {
		fmt.Fprintf(&text, "lxc.mount.entry = %s %s none bind,ro,create=dir 0 0\n", dir, strings.TrimPrefix(dir, "/"))
	}
	return text.String()
}
