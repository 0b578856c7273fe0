package apps

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Probe is a Java program of ours (testdata/apps/probe) each of whose pages shows one thing that an image may lack: a class of another archive, a native library, a
// font, the time zone, the encoding, trusted certificates, a setuid program, the umask, a file by a relative name, a virtual host.
func Probe() App {
	return App{
		Name: "probe", Title: "a Java program that shows what it stands on", Kind: "java-generic",
		Listens: []Listen{{Offset: 6, Purpose: "http"}},
		Asks: []Ask{
			{Path: "/settings", Status: 200, Why: "the configuration"},
			{Path: "/greeting", Status: 200, Why: "a class of another archive, and a variable of the environment"},
			{Path: "/native", Status: 200, Why: "its own native library"},
			{Path: "/zone", Status: 200, Why: "the time zone of the environment"},
			{Path: "/zones", Status: 200, Why: "the rules of zones"},
			{Path: "/text", Status: 200, Why: "the encoding"},
			{Path: "/locale", Status: 200, Why: "numbers and names of the locale"},
			{Path: "/font", Status: 200, Why: "a font, and the libraries that draw it"},
			{Path: "/trust", Status: 200, Why: "the certificates that the runtime trusts"},
			{Path: "/rights", Status: 200, Why: "a setuid program"},
			{Path: "/current", Status: 200, Why: "a file behind a symbolic link, by a relative name"},
			{Path: "/count", Status: 200, Why: "the state"},
			{Path: "/mode", Status: 200, Why: "a property of the command line"},
			{Path: "/java", Status: 200, Why: "the Java version"},
			{Path: "/new", Status: 200, Why: "the umask"},
			{File: "probe/news.http", Status: 200, Why: "a virtual host"},
		},
		Tools:     []Tool{jdk(), Compiler(), dejavu()},
		Program:   installProbe,
		Configure: configureProbe,
		Command:   probeCommand,
		Residue:   []string{"/tmp/hsperfdata_a2c-demo-probe"}, // the JVM leaves the folder
	}
}

// labelFont is the font that the probe has a copy of.
const labelFont = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

func dejavu() Tool {
	return Tool{Name: "the fonts of DejaVu", Present: func() bool { _, err := os.Stat(labelFont); return err == nil }, Packages: [][]string{{"fonts-dejavu-core"}, {"libfreetype6"}}}
}

// installProbe compiles the two archives, the native library and the program that is setuid.
func installProbe(ctx context.Context, s *Site) error {
	java, err := JavaHome()
	if err != nil {
		return err
	}
	build := s.path("build", "probe")
	if err := freshFolder(build, filepath.Join(build, "lib"), filepath.Join(build, "bin"), filepath.Join(build, "native")); err != nil {
		return err
	}
	to := func(name string) string { return filepath.Join(build, name) }
	from := func(name string) string { return s.source("probe", name) }
	manifest := "Main-Class: probe.Probe\nClass-Path: lib/greeting.jar\n"
	if err := os.WriteFile(to("manifest"), []byte(manifest), 0o644); err != nil {
		return err
	}
	bin := func(name string) string { return filepath.Join(java, "bin", name) }
	for _, argv := range [][]string{
		{bin("javac"), "-encoding", "UTF-8", "--release", "17", "-d", to("greeting"), from("Greeting.java")},
		{bin("javac"), "-encoding", "UTF-8", "--release", "17", "-cp", to("greeting"), "-d", to("classes"), from("Probe.java")},
		{bin("jar"), "--create", "--file", to("lib/greeting.jar"), "-C", to("greeting"), "."},
		{bin("jar"), "--create", "--file", to("probe.jar"), "--manifest", to("manifest"), "-C", to("classes"), "."},
		{"gcc", "-O2", "-shared", "-fPIC", "-I" + filepath.Join(java, "include"), "-I" + filepath.Join(java, "include/linux"), "-o", to("native/libgreet.so"), from("greet.c")},
		{"gcc", "-O2", "-o", to("bin/rights"), from("rights.c")},
	} {
		if err := s.run(ctx, nil, argv...); err != nil {
			return err
		}
	}
	return nil
}

func configureProbe(s *Site) error {
	a := Probe()
	opt, etc, data, logs := s.path("opt", "probe"), s.path("etc", "probe"), s.path("var/lib", "probe"), s.path("var/log", "probe")
	if err := freshFolder(opt, etc, data, logs, filepath.Join(opt, "data/release-2"), filepath.Join(opt, "fonts")); err != nil {
		return err
	}
	for _, name := range []string{"lib", "bin", "native"} {
		if err := os.CopyFS(filepath.Join(opt, name), os.DirFS(s.path("build", "probe", name))); err != nil {
			return err
		}
	}
	for _, name := range []string{"www", "hosts"} {
		if err := os.CopyFS(filepath.Join(opt, name), os.DirFS(s.source("probe", name))); err != nil {
			return err
		}
	}
	for from, to := range map[string]string{s.path("build", "probe", "probe.jar"): "probe.jar", labelFont: "fonts/label.ttf"} {
		if err := copyFile(from, filepath.Join(opt, to)); err != nil {
			return err
		}
	}
	settings := fmt.Sprintf("# this machine's settings\nmotto=slow and steady\nstate=%s\n", data)
	for name, text := range map[string]string{
		filepath.Join(etc, "probe.properties"): settings, filepath.Join(data, "count.txt"): "41\n", filepath.Join(opt, "data/release-2/list.txt"): "Teapot, Cup, Spoon\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := os.Symlink("release-2", filepath.Join(opt, "data/current")); err != nil {
		return err
	}
	if err := s.own(a, readOnly, etc); err != nil {
		return err
	}
	if err := shareTree(opt); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(opt, "bin/rights"), 0o755|fs.ModeSetuid); err != nil {
		return err
	}
	return s.own(a, writable, data, logs)
}

// probeCommand starts it with a umask of its own, as a unit of systemd with UMask= does.
func probeCommand(s *Site) Command {
	java, _ := JavaHome() // found when it was compiled
	return Command{
		Argv: []string{
			"/bin/sh", "-c", `umask 027; exec "$@"`, "sh", filepath.Join(java, "bin", "java"), "-Xms32m", "-Xmx128m", "-XX:+UseSerialGC", "-Djava.awt.headless=true", "-Dprobe.mode=brisk",
			"-Djava.library.path=" + s.path("opt", "probe", "native"), "-jar", s.path("opt", "probe", "probe.jar"), s.path("etc", "probe", "probe.properties"),
			fmt.Sprint("127.0.0.1:", s.Port(Probe(), 0)),
		},
		Dir: s.path("opt", "probe"),
		Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=Europe/Berlin", "PROBE_NAME=visitor"},
	}
}
