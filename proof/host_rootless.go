package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"a2c/model"
)

// rootlessUser is one that every Debian has and nobody uses.
const rootlessUser = "games"

// rootlessFirst is the first of the numbers that rootlessUser may give to the users of its containers.
const rootlessFirst = 700000

// rootlessBoot gives the user such numbers, and lets it make network devices, in a mount namespace alone; Podman's locks and sockets lie there, too.
const rootlessBoot = `set -e
for file in subuid subgid; do mount --bind "$1/$file" "/etc/$file"; done
mount --bind "$1/tun" /dev/net/tun
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
install -d /run/user
install -d -o "$2" -g "$3" -m 700 "/run/user/$2"
exec sleep 600
`

// rootlessCase is a container of an unprivileged user. Both run at the same time, so that neither's port may be taken for the other's.
type rootlessCase struct {
	name, network, user string
	port                int
	want                containedApp
}

// containedApp is what the inventory says of an application in a container.
type containedApp struct {
	Container model.Container
	User      model.User
	Published []model.Published
	Mechanism string
	Artifact  model.Path
}

// rootless runs the same program in containers of a Podman that runs as an unprivileged user, whose network is made by slirp4netns.
func (m *machine) rootless(t *testing.T) {
	who := credential(t, rootlessUser)
	podman := m.rootlessPodman(t, who)
	m.lay("hut/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nclerk:x:1000:1000::/:/bin/sh\nwrong:x:700999:700999::/:/bin/sh\n", 0o644)
	m.lay("hut/etc/group", "root:x:0:\nstaff:x:1000:\nwrong:x:700999:\n", 0o644)
	m.run("tar", "-C", m.path("hut"), "-cf", m.path("hut.tar"), ".")
	podman("import", m.path("hut.tar"), "a2c-proof-host:1")
	group, uid, gid := "games", int(who.Uid), int(who.Gid)
	cases := []rootlessCase{
		{"till", "slirp4netns", "1000:1000", 19223, containedApp{
			User:      model.User{UID: rootlessFirst + 999, GID: rootlessFirst + 999, Inside: &model.InsideUser{UID: 1000, GID: 1000, Name: "clerk", Group: "staff"}},
			Published: []model.Published{{Address: "127.0.0.1", Port: 19223, Protocol: "tcp", Target: 8080, By: "rootlessport"}},
		}},
		{"desk", "slirp4netns:port_handler=slirp4netns", "0:0", 19224, containedApp{
			User:      model.User{UID: uid, GID: gid, Name: rootlessUser, Group: group, Inside: &model.InsideUser{Name: "root", Group: "root"}},
			Published: []model.Published{{Address: "127.0.0.1", Port: 19224, Protocol: "tcp", Target: 8080, By: "slirp4netns"}},
		}},
	}
	for i := range cases {
		c := &cases[i]
		args := []string{"run", "-d", "--name", c.name, "--network", c.network, "--user", c.user, "-p", fmt.Sprintf("127.0.0.1:%d:8080", c.port), "-v", "/usr:/usr:ro", "-v", m.path("files/srv/a2c-proof") + ":/app:ro"}
		for _, dir := range m.javaSettings(t) {
			args = append(args, "-v", dir+":"+dir+":ro")
		}
		id := podman(append(args, "--entrypoint", filepath.Join(m.java, "bin/java"), "a2c-proof-host:1", "-Xmx32m", "-jar", "/app/web.jar", "0.0.0.0", "8080", c.name)...)
		c.want.Container, c.want.Mechanism, c.want.Artifact = model.Container{Engine: "podman", ID: id, Name: c.name}, "container", "/app/web.jar"
	}
	for _, c := range cases {
		if got := m.ask(t, os.Getpid(), "127.0.0.1:"+strconv.Itoa(c.port), "/", ""); got != c.name {
			t.Fatalf("%s answers %q\n%s", c.name, got, podman("logs", c.name))
		}
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, seenContained(m.ofID(t, c.want.Container.ID))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// rootlessPodman returns what runs Podman as the user, in namespaces of processes and mounts with which all that it starts ends.
func (m *machine) rootlessPodman(t *testing.T, who *syscall.Credential) func(args ...string) string {
	t.Helper()
	if err := os.Chmod(filepath.Dir(m.dir), 0o755); err != nil { // the user has to enter
		t.Fatal(err)
	}
	m.root("hut")
	for _, file := range []string{"subuid", "subgid"} {
		m.lay("rootless/"+file, fmt.Sprintf("%s:%d:65536\n", rootlessUser, rootlessFirst), 0o644)
	}
	m.make("rootless/home")
	uid, gid := int(who.Uid), int(who.Gid)
	if err := os.Chown(m.path("rootless/home"), uid, gid); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mknod(m.path("rootless/tun"), unix.S_IFCHR|0o666, int(unix.Mkdev(10, 200))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(m.path("rootless/tun"), 0o666); err != nil { // whatever the umask, as udev has it
		t.Fatal(err)
	}
	holder := m.hold(t, "rootless", "-mp", "sleep", rootlessBoot, m.path("rootless"), strconv.Itoa(uid), strconv.Itoa(gid))
	return func(args ...string) string {
		t.Helper()
		all := append([]string{
			"-t", strconv.Itoa(holder), "-m", "-p", "-S", strconv.Itoa(uid), "-G", strconv.Itoa(gid),
			"podman", "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "file", "--runtime", "/usr/sbin/runc",
		}, args...)
		cmd := exec.CommandContext(t.Context(), "nsenter", all...)
		cmd.Dir, cmd.Env = "/", []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + m.path("rootless/home"), "XDG_RUNTIME_DIR=/run/user/" + strconv.Itoa(uid)}
		var problems strings.Builder
		cmd.Stderr = &problems
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("podman %s: %v\n%s", strings.Join(args, " "), err, problems.String())
		}
		return strings.TrimSpace(string(out))
	}
}

// seenContained leaves out what another start changes, and evidence, which the inventory's own tests look at.
func seenContained(app model.App) containedApp {
	got := containedApp{User: app.User, Mechanism: app.Start.Mechanism, Artifact: app.Artifact}
	if app.Container != nil {
		got.Container = *app.Container
		got.Container.Evidence = nil
	}
	if got.User.Evidence, got.User.Groups = nil, nil; app.User.Inside != nil {
		inside := *app.User.Inside
		inside.Evidence = nil
		got.User.Inside = &inside
	}
	for _, p := range app.Published {
		p.PID, p.Evidence = 0, nil
		got.Published = append(got.Published, p)
	}
	return got
}
