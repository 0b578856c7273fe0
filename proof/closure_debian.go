package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/proof/apps"
)

// debianTomcat is the Tomcat of the distribution, which lies in nine folders of the system and is knit together by links. Its packages are installed on
// a machine over an overlay of this one's root, that a real systemd boots, and its own unit starts it, in a mount namespace of its own. There the proof
// is run once more, for this subject alone: what it looks at must be that machine.
const debianTomcat = "tomcat-debian"

// debianMachine is set in the environment of the proof that runs on the machine.
const debianMachine = "A2C_PROOF_MACHINE"

// debianPackages lists what is fetched here and installed there.
func debianPackages() []string {
	return []string{"tomcat10", "tomcat10-common", "libtomcat10-java", "libeclipse-jdt-core-java"}
}

// installDebian fetches the packages into the bench. Nothing of them is installed on this machine.
func installDebian(t *testing.T, b *Bench) {
	t.Helper()
	if os.Getenv(debianMachine) != "" {
		return
	}
	tools := append(apps.JavaTools(), apps.HostTools()[0], apps.UCF())
	if err := apps.Ensure(t.Context(), b.Log, tools); err != nil {
		t.Fatal(err)
	}
	if err := apps.Download(t.Context(), b.debs(), debianPackages()...); err != nil {
		t.Fatal(err)
	}
}

func (b *Bench) debs() string { return filepath.Join(b.Dir, "debian") }

// onDebian boots the machine, installs and starts Tomcat there, and runs the proof of this subject on it.
func onDebian(t *testing.T, b *Bench) {
	m := newMachine(t, b, debianTomcat)
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m.run("cp", test, m.path("files/srv/a2c-proof/proof.test"))
	m.make("files/srv/a2c-proof/repo/proof")
	m.run("cp", "-a", filepath.Join(b.Repo, "bin"), filepath.Join(b.Repo, "testdata"), m.path("files/srv/a2c-proof/repo")) // the checkout may lie in /tmp, of which the machine has its own
	for name, target := range map[string]string{
		"var/lib/tomcat10/webapps/shop/WEB-INF/lib/commons-io.jar": "/usr/share/java/commons-io.jar",
		"var/lib/tomcat10/lib/commons-lang3.jar":                   "../../../../usr/share/java/commons-lang3.jar",
	} {
		m.make(filepath.Join("files", filepath.Dir(name)))
		if err := os.Symlink(target, m.path("files", name)); err != nil {
			t.Fatal(err)
		}
	}
	m.boot()
	debs, err := filepath.Glob(filepath.Join(b.debs(), "*.deb"))
	if err != nil {
		t.Fatal(err)
	}
	m.enter(t, "env", slices.Concat([]string{"DEBIAN_FRONTEND=noninteractive", "dpkg", "-i"}, debs)...)
	m.enter(t, "install", "-D", "-o", "root", "-g", "tomcat", "-m", "640", "/srv/a2c-proof/orders.xml", "/etc/tomcat10/Catalina/localhost/orders.xml")
	m.enter(t, "systemctl", "start", "tomcat10.service")
	if t.Failed() {
		t.Fatal(m.log())
	}
	got := ""
	for tries := 0; got != "Shop" && tries < 6; tries++ { // half a minute each
		got = strings.TrimSpace(m.ask(t, m.pid, "127.0.0.1:8080", "/shop/", ""))
	}
	if got != "Shop" {
		said, _ := m.command(t.Context(), "sh", "-c", "tail -n 40 /var/log/tomcat10/*").CombinedOutput() // for the message alone
		t.Fatalf("Tomcat answers %q\n%s\n%s", got, m.log(), said)
	}
	m.proveInside(t, "closure/"+debianTomcat)
}

// proveInside runs one proof on the machine, with the folders of this one.
func (m *machine) proveInside(t *testing.T, name string) {
	t.Helper()
	var run []string
	for part := range strings.SplitSeq("TestProofs/"+name, "/") {
		run = append(run, "^"+part+"$")
	}
	cmd := m.command(t.Context(), "env", "-C", "/srv/a2c-proof/repo/proof", "/srv/a2c-proof/proof.test", "-test.v", "-test.run", strings.Join(run, "/"))
	cmd.Env = append(cmd.Env, debianMachine+"="+debianTomcat, "SERVERS=^"+debianTomcat+"$", "BENCH="+m.b.Dir, "A2C_PROOF="+string(m.b.Extent), "CI=true")
	cmd.Stdout, cmd.Stderr = m.b.Log, m.b.Log
	fmt.Fprintf(m.b.Log, "%s: on the machine of process %d\n", name, m.pid)
	if err := cmd.Run(); err != nil {
		t.Errorf("the proof on the machine: %v", err)
		m.keep(t)
	}
}

// keep takes what lies in the bench of the machine, which is gone with it.
func (m *machine) keep(t *testing.T) {
	t.Helper()
	out, err := os.Create(m.path("scratch.tar"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := m.command(t.Context(), "tar", "-C", m.b.Dir, "--one-file-system", "-c", "scratch")
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		t.Errorf("keep the scratch folder of the machine: %v", err)
	}
}

// startDebian makes the image of the Tomcat that runs on this machine.
func (s closureSubject) startDebian(t *testing.T, c Command) closureCase {
	t.Helper()
	found := takeInventory(t, c)
	j := Job{}
	for id, app := range found {
		if strings.HasPrefix(id, "java-tomcat-") && app.Start.Name == "tomcat10.service" {
			j.ID = id
		}
	}
	if j.ID == "" {
		t.Fatalf("Tomcat is not in the inventory, started by its unit: %+v", found)
	}
	one := s.image(t, c, &j)
	java, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	one.expand = strings.NewReplacer("${java}", java).Replace
	return one
}
