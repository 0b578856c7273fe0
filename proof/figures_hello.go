package proof

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"a2c/proof/apps"
)

// hello measures the smallest Spring Boot application with --jlink: what a registry keeps, and how much more is on disk than what cannot be left out, which
// others' tools tell: the JDK's own jlink makes a runtime of the same modules, ldd names the libraries that this needs, and the archive comes as it is.
func (f *figures) hello() {
	list := []apps.App{apps.Hello()}
	site := f.b.Start(f.t, list...)
	c := f.b.Command(f.b.Scratch(f.t, "figures-hello"))
	jobs, _ := f.b.Inventory(f.t, c, site, list)
	j := jobs[list[0].Name]
	j.Analyze(f.t, c)
	j.Containerize(f.t, c, "--jlink")
	f.note("image of Spring Boot hello world, --jlink", float64(j.Image.Uncompressed)/1e6, 0, "MB")
	f.note("  compressed, as a registry keeps it", float64(j.Image.Size)/1e6, 60, "MB")
	runtime, libraries := f.linkedByHand(j)
	archive := megabytes(f.t, string(j.Found.Artifact))
	f.note("  share of jlink's runtime, jar and libc closure", float64(j.Image.Uncompressed)/1e6/(runtime+libraries+archive), 1.1, "")
	f.note("    jlink's runtime", runtime, 0, "MB")
	f.note("    its libraries of the system", libraries, 0, "MB")
	f.note("    jar", archive, 0, "MB")
	j.Containerize(f.t, c, "--jlink", "--compression", "zstd")
	f.note("  compressed by zstd", float64(j.Image.Size)/1e6, 0, "MB")
	j.Containerize(f.t, c, "--jlink", "--cds")
	f.note("  compressed, with --cds", float64(j.Image.Size)/1e6, 0, "MB")
}

// linkedByHand are the sizes in MB of a runtime of the image's modules, as the JDK's jlink makes it, and of the libraries that its files need.
func (f *figures) linkedByHand(j Job) (runtime, libraries float64) {
	f.t.Helper()
	home, dir := string(j.Found.Runtime.Home), filepath.Join(f.t.TempDir(), "runtime")
	link := exec.CommandContext(f.t.Context(), filepath.Join(home, "bin/jlink"), "--module-path", filepath.Join(home, "jmods"), "--add-modules", strings.Join(linkedModules(j.Image), ","),
		"--no-header-files", "--no-man-pages", "--strip-java-debug-attributes", "--output", dir)
	if out, err := link.CombinedOutput(); err != nil {
		f.t.Fatalf("jlink: %v\n%s", err, out)
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		runtime += megabytes(f.t, name)
		for _, l := range f.neededBy(name) {
			if real, err := filepath.EvalSymlinks(l); err == nil && !seen[real] && !strings.HasPrefix(real, dir) {
				seen[real] = true
				libraries += megabytes(f.t, real)
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return runtime, libraries
}

// neededBy are the libraries that ldd(1) names for a program or library; none for other files.
func (f *figures) neededBy(name string) []string {
	head := make([]byte, 4)
	file, err := os.Open(name)
	if err != nil {
		f.t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Read(head); err != nil || string(head) != "\x7fELF" {
		return nil
	}
	out, err := exec.CommandContext(f.t.Context(), "ldd", name).Output() // "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f…)", "\t/lib64/ld-linux-x86-64.so.2 (0x…)"
	if err != nil {
		return nil // a static one
	}
	var libraries []string
	for word := range strings.FieldsSeq(string(out)) {
		if filepath.IsAbs(word) {
			libraries = append(libraries, word)
		}
	}
	return libraries
}
