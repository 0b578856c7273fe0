package apps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Tool is something that an installation needs on the machine.
type Tool struct {
	Name    string
	Present func() bool
	// Packages are Debian's and Ubuntu's names; of each inner list the first that apt knows is taken. A name that ends in * takes the newest
	// package of that beginning and digits: "libicu*".
	Packages [][]string
}

func jdk() Tool {
	return Tool{Name: "a JDK", Present: func() bool { _, err := JavaHome(); return err == nil }, Packages: [][]string{{"openjdk-17-jdk-headless", "default-jdk-headless"}}}
}

// JavaTools are what is needed to fetch Java programs and to run them.
func JavaTools() []Tool { return []Tool{jdk(), maven()} }

func maven() Tool { return command("mvn", "maven") }
func npm() Tool   { return command("npm", "npm") }
func mcs() Tool   { return command("mcs", "mono-mcs") }

// NPM fetches packages of npm.
func NPM() Tool { return npm() }

// Compiler is for programs in C.
func Compiler() Tool { return command("gcc", "gcc", "libc6-dev") }

// Btrfs makes file systems that have quotas also for root.
func Btrfs() Tool { return command("mkfs.btrfs", "btrfs-progs") }

// SS lists sockets (iproute2).
func SS() Tool { return command("ss", "iproute2") }

// Buildah builds images, as one of those that a2c is held against.
func Buildah() Tool { return command("buildah", "buildah") }

// Strace traces system calls.
func Strace() Tool { return command("strace", "strace") }

// Jsvc starts Java programs as daemons (commons-daemon).
func Jsvc() Tool { return command("jsvc", "jsvc") }

// ServiceWrapper is Tanuki's Java Service Wrapper.
func ServiceWrapper() Tool {
	return Tool{Name: "the Java Service Wrapper", Present: func() bool { _, err := exec.LookPath("/usr/sbin/wrapper"); return err == nil }, Packages: [][]string{{"service-wrapper"}}}
}

// Wrk asks a server as fast as it answers.
func Wrk() Tool { return command("wrk", "wrk") }

// UCF keeps what an administrator changed of a package's files.
func UCF() Tool { return command("ucf", "ucf") }

// Lighttpd is a web server.
func Lighttpd() Tool { return command("lighttpd", "lighttpd") }

// HostTools are a systemd and reverse proxies.
func HostTools() []Tool {
	return []Tool{
		{Name: "systemd", Present: func() bool { _, err := os.Stat("/lib/systemd/systemd"); return err == nil }, Packages: [][]string{{"systemd"}}},
		command("nginx", "nginx-light"), command("haproxy", "haproxy"), Lighttpd(), command("apache2", "apache2-bin"),
		{Name: "mod_jk", Present: func() bool { _, err := os.Stat("/usr/lib/apache2/modules/mod_jk.so"); return err == nil }, Packages: [][]string{{"libapache2-mod-jk"}}},
	}
}

// StartTools are what starts applications beside systemd: supervisors, cron, sessions, engines of containers.
func StartTools() []Tool {
	return []Tool{
		command("supervisord", "supervisor"), command("cron", "cron"), command("tmux", "tmux"), command("screen", "screen"), command("sshd", "openssh-server"), command("ssh", "openssh-client"),
		command("dbus-daemon", "dbus"),
		{Name: "pam_systemd", Present: func() bool { found, _ := filepath.Glob("/lib/*/security/pam_systemd.so"); return len(found) > 0 }, Packages: [][]string{{"libpam-systemd"}}},
		command("systemd-nspawn", "systemd-container"), command("lxc-start", "lxc"), command("podman", "podman", "runc", "conmon", "containernetworking-plugins"),
	}
}

// EngineTools are containerd with its client, and what Podman needs without root.
func EngineTools() []Tool {
	return []Tool{command("ctr", "containerd"), command("slirp4netns", "slirp4netns"), command("newuidmap", "uidmap")}
}

// QEMU emulates a machine.
func QEMU() Tool { return command("qemu-system-x86_64", "qemu-system-x86", "seabios") }

// DownloadKernel unpacks Linux and Busybox below dir/unpacked, and installs nothing.
func DownloadKernel(ctx context.Context, dir string) error {
	kernel, err := choose(ctx, []string{"linux-image-[0-9.-]+-cloud-amd64", "linux-image-[0-9.-]+-virtual", "linux-image-[0-9.-]+-generic"})
	if err != nil {
		return err
	}
	unpacked := filepath.Join(dir, "unpacked")
	if found, _ := filepath.Glob(filepath.Join(unpacked, "boot/vmlinuz-*")); len(found) == 1 {
		return nil
	}
	if err := errors.Join(Download(ctx, dir, kernel, "busybox-static"), os.RemoveAll(unpacked)); err != nil {
		return err
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	for _, deb := range debs {
		err = errors.Join(err, run(ctx, dir, nil, "dpkg-deb", "-x", deb, unpacked))
	}
	return err
}

// ClusterTools are what a node of Kubernetes consists of, besides Kubernetes itself, and what pushes to its registry.
func ClusterTools() []Tool {
	return []Tool{
		command("ctr", "containerd"), command("runc", "runc"), command("iptables", "iptables"), command("ip", "iproute2"), command("skopeo", "skopeo"),
		{Name: "network plugins", Present: func() bool { _, err := os.Stat("/usr/lib/cni/bridge"); return err == nil }, Packages: [][]string{{"containernetworking-plugins"}}},
	}
}

// Docker is Docker's command line; Debian 12 has it in docker.io, later ones in a package of its own.
func Docker() Tool {
	return Tool{Name: "docker", Present: func() bool { _, err := exec.LookPath("docker"); return err == nil }, Packages: [][]string{{"docker-cli", "docker.io"}}}
}

// ImageTools are other people's programs for images.
func ImageTools() []Tool {
	return []Tool{command("skopeo", "skopeo"), command("podman", "podman"), command("buildah", "buildah"), command("umoci", "umoci"), command("ctr", "containerd"), command("runc", "runc")}
}

func icu() Tool {
	return Tool{Name: "ICU", Present: func() bool {
		found, _ := filepath.Glob("/usr/lib/*/libicuuc.so.*")
		return len(found) > 0
	}, Packages: [][]string{{"libicu*"}}}
}

func command(name string, packages ...string) Tool {
	t := Tool{Name: name, Present: func() bool { _, err := exec.LookPath(name); return err == nil }}
	for _, p := range packages {
		t.Packages = append(t.Packages, []string{p})
	}
	return t
}

// JavaHome returns the JDK that the Java applications run on: 17 if there is one, else what javac belongs to.
func JavaHome() (string, error) {
	found, err := filepath.Glob("/usr/lib/jvm/java-17-openjdk-*/bin/javac")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(filepath.Dir(found[0])), nil
	}
	javac, err := exec.LookPath("javac")
	if err != nil {
		return "", err
	}
	if javac, err = filepath.EvalSymlinks(javac); err != nil {
		return "", err
	}
	return filepath.Dir(filepath.Dir(javac)), nil
}

// Ensure installs by apt the tools that are missing, and says which.
func Ensure(ctx context.Context, log io.Writer, tools []Tool) error {
	var names []string
	for _, t := range tools {
		if t.Present() {
			continue
		}
		for _, choice := range t.Packages {
			name, err := choose(ctx, choice)
			if err != nil {
				return fmt.Errorf("%s is missing: %w", t.Name, err)
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	fmt.Fprintf(log, "apt-get install %s\n", strings.Join(names, " "))
	if err := run(ctx, "", []string{"DEBIAN_FRONTEND=noninteractive"}, append([]string{"apt-get", "install", "-y", "-qq", "--no-install-recommends"}, names...)...); err != nil {
		return err
	}
	for _, t := range tools {
		if !t.Present() {
			return fmt.Errorf("%s is still missing after the installation of %s", t.Name, strings.Join(names, ", "))
		}
	}
	return nil
}

// Download fetches packages by apt into a folder, without installing anything; it leaves alone what it fetched before.
func Download(ctx context.Context, dir string, names ...string) error {
	missing := func(name string) bool {
		found, _ := filepath.Glob(filepath.Join(dir, name+"_*.deb"))
		return len(found) == 0
	}
	if !slices.ContainsFunc(names, missing) {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil { // all of one time: they depend on each other by version
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := choose(ctx, []string{name}); err != nil {
			return err
		}
	}
	return run(ctx, dir, nil, append([]string{"apt-get", "-o", "APT::Sandbox::User=root", "download", "-qq"}, names...)...)
}

func installTools(ctx context.Context, log io.Writer, list []App) error {
	var tools []Tool
	for _, a := range list {
		tools = append(tools, a.Tools...)
	}
	return Ensure(ctx, log, tools)
}

// choose returns the first package that apt can install; it fetches the package lists when none is known.
func choose(ctx context.Context, names []string) (string, error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "", errors.New("there is no apt-get to install it with; install it by hand")
	}
	for range 2 {
		for _, name := range names {
			if found := candidates(ctx, name); len(found) > 0 {
				return found[len(found)-1], nil
			}
		}
		if err := run(ctx, "", nil, "apt-get", "update", "-qq"); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("apt knows none of %s", strings.Join(names, ", "))
}

func candidates(ctx context.Context, name string) []string {
	pattern := "^" + name + "$"
	if stem, open := strings.CutSuffix(name, "*"); open {
		pattern = "^" + stem + "[0-9]+$"
	}
	out, err := exec.CommandContext(ctx, "apt-cache", "search", "--names-only", pattern).Output()
	if err != nil {
		return nil
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		found = append(found, strings.Fields(line)[0])
	}
	slices.Sort(found)
	return found
}

// run runs a command of the site; its output is shown only when it fails.
func (s *Site) run(ctx context.Context, env []string, argv ...string) error {
	return run(ctx, s.Dir, env, argv...)
}

func run(ctx context.Context, dir string, env []string, argv ...string) error {
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv[:min(len(argv), 4)], " "), err, tail(out.String(), 30))
	}
	return nil
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
