package proof

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Again proves that an image stays valid when its application is restarted and analyzed again, and becomes invalid when what it is made from changes.
func Again() Proof {
	return Proof{
		Name: "again", Needs: []Need{Root, AMD64, Packages}, Budget: 3 * time.Minute,
		Install: InstallApps(apps.Shop(), apps.Portal()),
		Run: func(t *testing.T, b *Bench) {
			list := againApps(b)
			site := b.Start(t, list...)
			c := b.Command(b.Scratch(t, "again"), "DOCKER_HOST="+b.Engine(t))
			jobs, _ := b.Inventory(t, c, site, list)
			for _, a := range list {
				job := jobs[a.Name]
				job.Whole(t, c, site)
				jobs[a.Name] = job
			}
			if err := site.Restart(t.Context(), list); err != nil {
				t.Fatal(err)
			}
			after, _ := b.Inventory(t, c, site, list)
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) { sameImage(t, c, site, jobs[a.Name], after[a.Name]) })
			}
		},
	}
}

// againApps is one application of Java and one of .NET, or one of the two, chosen by the commit.
func againApps(b *Bench) []apps.App {
	list := []apps.App{apps.Shop(), apps.Portal()}
	chosen := b.Choose("again", []string{list[0].Name, list[1].Name}, 1)
	return slices.DeleteFunc(list, func(a apps.App) bool { return !slices.Contains(chosen, a.Name) })
}

// sameImage goes on with the image of before in the application's new process, and then with an edited analysis.
func sameImage(t *testing.T, c Command, site *apps.Site, before, after Job) {
	if after.ID != before.ID || after.Found.ProcessID == before.Found.ProcessID {
		t.Fatalf("%s, process %d, is %s, process %d, after its restart", before.ID, before.Found.ProcessID, after.ID, after.Found.ProcessID)
	}
	after.Analyze(t, c)
	after.Generate(t, c)
	after.Verify(t, c, site)
	if after.Verification.ImageDigest != before.Image.Digest {
		t.Errorf("verified image %s, it was %s", after.Verification.ImageDigest, before.Image.Digest)
	}
	file := filepath.Join(c.Workspace, after.ID, "analysis.json")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := after.Analysis
	edited.ContainerParameters.Environment = append(edited.ContainerParameters.Environment, model.NameValue{Name: "ADDED", Value: "1"})
	text, err := json.Marshal(edited)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"verify"}, {"generate", "app-deployment"}} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		ran := c.Run(t, []int{exitFailed}, append(command, "--application-id", after.ID)...)
		if !regexp.MustCompile(`image\.json is out of date: analysis\.json has changed since; run .*a2c containerize`).Match(ran.Stderr) {
			t.Errorf("a2c %s: %s", command[0], head(ran.Stderr))
		}
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	after.Containerize(t, c, "--force") // built, although nothing has changed
	if after.Image.Digest != before.Image.Digest {
		t.Errorf("containerized again it is %s, it was %s", after.Image.Digest, before.Image.Digest)
	}
}
