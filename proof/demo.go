package proof

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/proof/apps"
)

// Demo proves the main job on the four applications: found with the right kind, user and ports; an image that answers as the live
// application does; files to deploy it, the same bytes each time. No byte that a2c prints or writes meanwhile holds a planted secret.
func Demo() Proof {
	return Proof{
		Name: "demo", Needs: []Need{Root, AMD64, Packages}, Budget: 9 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.All()...)(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Docker()}); err != nil {
				t.Fatal(err)
			}
			b.awsCLI(t)
			b.cfnLint(t)
			b.kubernetes(t)
		},
		Run: func(t *testing.T, b *Bench) {
			list := apps.All()
			site := b.Start(t, list...)
			c := b.Command(b.Scratch(t, "demo"), "DOCKER_HOST="+b.Engine(t))
			cluster := b.Cluster(t)
			archives := b.Scratch(t, "demo-archives")
			jobs, inventory := b.Inventory(t, c, site, list)
			var done []Job
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					j := jobs[a.Name]
					j.Tar = filepath.Join(archives, a.Name+".tar")
					if a.Name == "portal" { // of the others, gzip is loaded, pushed and run
						j.Compression = "zstd"
					}
					checkFound(t, site, j)
					j.Whole(t, c, site)
					checkWhole(t, c, j)
					checkParts(t, c, j)
					dockerRun(t, c, site, j)
					files := filepath.Join(c.Workspace, j.ID)
					b.RegisterTaskDefinition(t, filepath.Join(files, "ecs-fargate", "task-definition.json"))
					b.LintTemplates(t, filepath.Join(files, "ecs-fargate"))
					cluster.DryRun(t, filepath.Join(files, "eks-ec2"))
					if a.Name == "shop" {
						proveRecorded(t, c, site, &j)
					}
					done = append(done, j)
				})
			}
			t.Run("secrets", func(t *testing.T) {
				checkOutput(t, site.Planted(), inventory)
				checkSecrets(t, site.Planted(), c.Workspace, done)
			})
		},
	}
}

// port is what a listener is compared by.
type port struct {
	Address string
	Port    int
	Purpose string
}

func checkFound(t *testing.T, site *apps.Site, j Job) {
	t.Helper()
	if j.Found.ApplicationType != j.App.Kind || !strings.HasPrefix(j.ID, j.App.Kind+"-") {
		t.Errorf("%s was found as %s of type %s, not %s", j.App.Title, j.ID, j.Found.ApplicationType, j.App.Kind)
	}
	if j.Found.User.Name != j.App.User() {
		t.Errorf("user %q, want %q", j.Found.User.Name, j.App.User())
	}
	if j.Found.ProcessID != site.PID(j.App) {
		t.Errorf("main process %d, want %d", j.Found.ProcessID, site.PID(j.App))
	}
	var got, want []port
	for n, l := range j.App.Listens {
		want = append(want, port{"127.0.0.1", site.Port(j.App, n), l.Purpose})
	}
	for _, l := range j.Found.Listeners {
		got = append(got, port{l.Address, l.Port, l.Purpose})
	}
	byPort := func(a, b port) int { return a.Port - b.Port }
	slices.SortFunc(want, byPort)
	slices.SortFunc(got, byPort)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listeners (-want +got):\n%s", diff)
	}
}

func checkWhole(t *testing.T, c Command, j Job) {
	t.Helper()
	for _, v := range j.Verdicts {
		if v.Rules == 0 || v.Answer == "" {
			t.Errorf("check gave no answer for %s: %+v", v.Target, v)
		}
	}
	if len(j.Verdicts) == 0 {
		t.Error("check gave no verdict")
	}
	if !strings.HasPrefix(j.Image.Digest, "sha256:") || j.Image.Files == 0 {
		t.Errorf("the image has digest %q and %d files", j.Image.Digest, j.Image.Files)
	}
	if asked := len(j.App.Asks); !j.Verification.Verified || len(j.Verification.Comparisons) < asked {
		t.Errorf("verified %v, %d comparisons of %d requests", j.Verification.Verified, len(j.Verification.Comparisons), asked)
	}
	strict(t, j.Verification)
	for _, folder := range []string{"ecs-fargate", "eks-ec2"} {
		dir := filepath.Join(c.Workspace, j.ID, folder)
		first := tree(t, dir)
		if len(first) == 0 {
			t.Errorf("%s is empty", folder)
		}
		c.Run(t, nil, "generate", "app-deployment", "--application-id", j.ID)
		if diff := cmp.Diff(first, tree(t, dir)); diff != "" {
			t.Errorf("%s: the second generate wrote something else (-first +second):\n%s", folder, diff)
		}
		found := false
		for _, text := range first {
			found = found || strings.Contains(text, j.Image.Digest)
		}
		if !found {
			t.Errorf("%s: no file names the image by its digest %s", folder, j.Image.Digest)
		}
	}
}
