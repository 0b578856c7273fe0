package proof

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/internal/term"
	"a2c/model"
	"a2c/proof/apps"
)

// Bases proves what images can stand on besides the whole runtime of the host: a smaller Java runtime, and a vendor's image, give images that answer
// as the live application does.
func Bases() Proof {
	var list []apps.App // Install, which runs first, chooses them
	return Proof{
		Name: "bases", Needs: []Need{Root, AMD64, Packages}, Budget: 16 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			list = b.basesApps()
			InstallApps(list...)(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Docker()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			site := b.Start(t, list...)
			c := b.Command(b.Scratch(t, "bases"), "DOCKER_HOST="+b.Engine(t))
			jobs, _ := b.Inventory(t, c, site, list)
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					j := jobs[a.Name]
					j.Analyze(t, c)
					if a.Name == apps.Portal().Name {
						root := string(j.Found.Runtime.Home)
						t.Run("vendor", func(t *testing.T) { proveVendor(t, b, c, site, j, dotnetBase(t, root, true)) })
						t.Run("no icu", func(t *testing.T) { refuseVendor(t, c, j, dotnetBase(t, root, false)) })
						return
					}
					if a.Name != apps.FromItself { // the vendor's image is of the other JDK
						t.Run("vendor", func(t *testing.T) { proveVendor(t, b, c, site, j, javaBase(t)) })
					}
					t.Run("jlink", func(t *testing.T) { proveJlink(t, b, c, site, j) })
				})
			}
		},
	}
}

// basesApps are two Spring Boot, one again on a JDK that links from itself where there is one, a Tomcat and an ASP.NET Core on a shared runtime, or the one
// that the commit chooses.
func (b *Bench) basesApps() []apps.App {
	list := []apps.App{apps.Orders(), apps.Shop(), apps.Portal(), apps.Hello()}
	if a, there := apps.HelloFromItself(); there {
		list = append(list, a)
	}
	names := make([]string, 0, len(list))
	for _, a := range list {
		names = append(names, a.Name)
	}
	chosen := b.Choose("bases", names, 1)
	return slices.DeleteFunc(list, func(a apps.App) bool { return !slices.Contains(chosen, a.Name) })
}

func proveJlink(t *testing.T, b *Bench, c Command, site *apps.Site, j Job) {
	j.Containerize(t, c)
	whole := j.Image
	j.Containerize(t, c, "--jlink")
	small := j.Image
	fmt.Fprintf(b.Log, "%s: host %s compressed, --jlink %s\n", j.App.Title, term.Size(whole.Size), term.Size(small.Size))
	if small.Size >= whole.Size*8/10 {
		t.Errorf("--jlink: %d bytes compressed of %d", small.Size, whole.Size)
	}
	t.Run("jdeps", func(t *testing.T) { checkJdeps(t, j) })
	j.Verify(t, c, site)
	if !j.Verification.Verified {
		t.Errorf("--jlink: not verified: %+v", j.Verification)
	}
	if j.Containerize(t, c, "--jlink", "--force"); j.Image.Digest != small.Digest {
		t.Errorf("--jlink again: %s, was %s", j.Image.Digest, small.Digest)
	}
	t.Run("cds", func(t *testing.T) { proveCDS(t, b, c, site, j, whole) })
}

// linkedModules are those that image.json says the runtime has.
func linkedModules(image model.Image) []string {
	for _, c := range image.Changes {
		if strings.HasSuffix(c.Target, "/lib/modules") {
			_, names, _ := strings.Cut(c.After, ": ")
			return strings.Fields(names)
		}
	}
	return nil
}

// checkJdeps asks the JDK's own tool which modules the classes of each archive need: all must be there.
func checkJdeps(t *testing.T, j Job) {
	java, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	have := linkedModules(j.Image)
	if len(have) == 0 {
		t.Fatal("image.json names no modules")
	}
	asked := 0
	list := archives(t, j)
	const most = 15 // a second each
	for _, archive := range list[:min(len(list), most)] {
		out, err := exec.CommandContext(t.Context(), filepath.Join(java, "bin/jdeps"), "--print-module-deps", "--ignore-missing-deps", "--multi-release", "17", archive).Output()
		if err != nil {
			continue // an archive that requires modules which are not beside it
		}
		asked++
		for name := range strings.SplitSeq(strings.TrimSpace(string(out)), ",") {
			if name != "" && !slices.Contains(have, name) {
				t.Errorf("jdeps: %s needs module %s, which the image has not", filepath.Base(archive), name)
			}
		}
	}
	if asked == 0 {
		t.Error("jdeps read no archive")
	}
}

// archives are the jars of an application and of its server, those in others unpacked.
func archives(t *testing.T, j Job) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(string(j.Found.Platform.Home), "lib", "*.jar"))
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(string(j.Found.Artifact)) != ".jar" {
		return list
	}
	z, err := zip.OpenReader(string(j.Found.Artifact))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }() // was only read
	list = append(list, string(j.Found.Artifact))
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".jar") {
			list = append(list, unpackEntry(t, f))
		}
	}
	return list
}

func unpackEntry(t *testing.T, f *zip.File) string {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), filepath.Base(f.Name))
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
