package proof

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/model"
)

// Repair shows that verify names the files that an image looks for in vain and that belong to it, that --repair adds these with what they need, and nothing else.
func Repair() Proof {
	return Proof{
		Name: "repair", Needs: []Need{Root, Packages}, Budget: 9 * time.Minute,
		Install: Observe().Install,
		Run: func(t *testing.T, b *Bench) {
			r := &repairProof{newObserve(t, b, "repair", plantFar)}
			r.command.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", r.id)
			r.command.Run(t, []int{exitDone, exitNotAllSeen}, "containerize", "--application-id", r.id, "--keep-bind")
			r.write("far/late.txt", "x") // long after the start
			t.Run("named", r.named)
			t.Run("one round", r.oneRound)
			t.Run("two rounds", r.twoRounds)
			t.Run("library", r.library)
			for name, file := range map[string]string{"log": "far/trace.log", "temporary": "far/core", "late": "far/late.txt"} {
				t.Run(name, func(t *testing.T) { r.nothing(t, file) })
			}
			t.Run("secret", r.secret)
			t.Run("docker", func(t *testing.T) {
				r.command.Run(t, []int{exitUsage}, "verify", "--application-id", r.id, "--repair", "--runtime", "docker")
			})
		},
	}
}

type repairProof struct{ *observeProof }

// plantFar makes the files that nothing but a request leads to: no configuration, no folder of the application.
func plantFar(o *observeProof) {
	o.write("far/read.properties", "a=b\n")
	o.write("far/first.txt", o.path("far/second.txt"))
	o.write("far/second.txt", "\n")
	o.write("far/trace.log", "x")
	o.write("far/core", "x")
	o.write("far/key.pem", privateKey(o.t))
	o.write("far/needed.c", "int needed(void) { return 1; }\n")
	o.write("far/loaded.c", "int needed(void); int loaded(void) { return needed(); }\n")
	o.run("gcc", "-shared", "-fPIC", "-o", o.path("far/libneeded.so"), o.path("far/needed.c"))
	o.run("gcc", "-shared", "-fPIC", "-o", o.path("far/libloaded.so"), o.path("far/loaded.c"), "-L"+o.path("far"), "-lneeded", "-Wl,-rpath,$ORIGIN")
}

func privateKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// verify asks for one path in the sandbox.
func (r *repairProof) verify(t *testing.T, code int, path string, args ...string) (model.Verification, Ran) {
	t.Helper()
	args = append([]string{"verify", "--application-id", r.id, "--path", path, "-o", "table"}, args...)
	ran := r.command.Run(t, []int{code}, args...)
	var v model.Verification
	readJSON(t, filepath.Join(r.command.Workspace, r.id, "verify.json"), &v)
	return v, ran
}

func (r *repairProof) named(t *testing.T) {
	file := r.path("far/read.properties")
	v, ran := r.verify(t, exitAnswerNo, "/read?"+file, "--runtime", "sandbox")
	i := slices.IndexFunc(v.MissingFiles, func(m model.MissingFile) bool { return string(m.Path) == file })
	if i < 0 {
		t.Fatalf("%s is not named: %+v", file, v.MissingFiles)
	}
	if m := v.MissingFiles[i]; !m.Belongs || m.Count == 0 || !strings.HasPrefix(m.Call, "open") || !strings.HasSuffix(string(m.Program), "/bin/java") {
		t.Errorf("%+v", m)
	}
	if want := "likely cause: the image looked for " + file; !strings.Contains(string(ran.Stdout), want) {
		t.Errorf("%q is not said:\n%s", want, ran.Stdout)
	}
	page, err := os.ReadFile(filepath.Join(r.command.Workspace, r.id, "verify.html"))
	if err != nil || !strings.Contains(string(page), file) {
		t.Errorf("the page does not name it: %v", err)
	}
	t.Logf("%d files were looked for in vain, %d belong to the image", len(v.MissingFiles), len(v.Lacking()))
}

// added are the paths of each round.
func added(v model.Verification) (list [][]model.Path) {
	for _, r := range v.Repairs {
		list = append(list, r.Added)
	}
	return list
}

func (r *repairProof) repaired(t *testing.T, path string, rounds int) model.Verification {
	t.Helper()
	v, ran := r.verify(t, exitDone, path, "--repair")
	if len(v.Repairs) != rounds || v.Runtime != "sandbox" {
		t.Errorf("by %s in %d rounds, want %d: %v", v.Runtime, len(v.Repairs), rounds, added(v))
	}
	t.Logf("equal after %d rounds: %v\n%s", len(v.Repairs), added(v), ran.Stdout)
	return v
}

// oneRound: the file is in, says why, and stays in.
func (r *repairProof) oneRound(t *testing.T) {
	file := r.path("far/read.properties")
	v := r.repaired(t, "/read?"+file, 1)
	ran := r.command.Run(t, nil, "explain", "--application-id", r.id, file, "-o", "table")
	if !strings.Contains(string(ran.Stdout), "because needed at run time") {
		t.Errorf("explain:\n%s", ran.Stdout)
	}
	r.command.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", r.id)
	r.command.Run(t, []int{exitDone, exitNotAllSeen}, "containerize", "--application-id", r.id, "--keep-bind")
	var image model.Image
	readJSON(t, filepath.Join(r.command.Workspace, r.id, "image", "image.json"), &image)
	if image.Digest != v.ImageDigest {
		t.Errorf("made again it is %s, repaired it was %s", image.Digest, v.ImageDigest)
	}
}

// twoRounds: the second file is only looked for when the first was found.
func (r *repairProof) twoRounds(t *testing.T) {
	v := r.repaired(t, "/chain?"+r.path("far/first.txt"), 2)
	for i, name := range []string{"far/first.txt", "far/second.txt"} {
		if len(v.Repairs) > i && !slices.Contains(v.Repairs[i].Added, model.Path(r.path(name))) {
			t.Errorf("round %d added %v, not %s", i+1, v.Repairs[i].Added, name)
		}
	}
}

// library: what the added library needs itself comes with it, in the same round.
func (r *repairProof) library(t *testing.T) {
	r.repaired(t, "/load?"+r.path("far/libloaded.so"), 1)
	if f := r.files(t)[r.path("far/libneeded.so")]; f.Decision != model.In || !strings.Contains(strings.Join(f.Reasons, "\n"), "elf: needed by "+r.path("far/libloaded.so")) {
		t.Errorf("%+v", f)
	}
}

// nothing: a file that is left out for a reason is named with it, and nothing is built.
func (r *repairProof) nothing(t *testing.T, name string) {
	var before model.Image
	readJSON(t, filepath.Join(r.command.Workspace, r.id, "image", "image.json"), &before)
	v, ran := r.verify(t, exitAnswerNo, "/read?"+r.path(name), "--repair")
	i := slices.IndexFunc(v.MissingFiles, func(m model.MissingFile) bool { return string(m.Path) == r.path(name) })
	if i < 0 || v.MissingFiles[i].Belongs || len(v.Repairs) > 0 || v.ImageDigest != before.Digest {
		t.Errorf("%+v, %d rounds", v.MissingFiles, len(v.Repairs))
	} else {
		t.Logf("%s: %s", name, v.MissingFiles[i].Why)
	}
	if !strings.Contains(string(ran.Stderr), "nothing that belongs to the image is missing") {
		t.Errorf("it does not say so:\n%s", ran.Stderr)
	}
}

// secret: what only its content shows to be a secret is taken back.
func (r *repairProof) secret(t *testing.T) {
	file := r.path("far/key.pem")
	v, ran := r.verify(t, exitAnswerNo, "/read?"+file, "--repair")
	if len(v.Repairs) != 1 || len(v.Repairs[0].Added) != 0 || len(v.Repairs[0].Refused) != 1 {
		t.Errorf("%+v", v.Repairs)
	}
	var a model.Analysis
	readJSON(t, filepath.Join(r.command.Workspace, r.id, "analysis.json"), &a)
	if slices.Contains(a.ContainerParameters.RuntimeFiles, model.Path(file)) || r.files(t)[file].Decision == model.In {
		t.Errorf("%s is in the image", file)
	}
	t.Logf("%v\n%s", v.Repairs, ran.Stdout)
}
