package proof

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// killed kills extract while it writes an archive in a folder that is nobody's workspace: the next run finishes, and removes what stayed.
func (p *extractProof) killed(t *testing.T) {
	dir := p.bench.Scratch(t, "killed")
	args := []string{"extract", "--application-id", p.job.ID, "--archive", filepath.Join(dir, "it"), "--allow-secrets-in-image"}
	const most = 10
	for try := 1; ; try++ {
		cmd := p.here.Make(t.Context(), args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{}, 1)
		go func() {
			_ = cmd.Wait() // that it was killed is no failure
			done <- struct{}{}
		}()
		for begin := time.Now(); len(hidden(t, dir)) == 0 && len(done) == 0 && time.Since(begin) < time.Minute; time.Sleep(time.Millisecond) {
		}
		_ = cmd.Process.Kill() // it may have ended
		<-done
		if len(hidden(t, dir)) > 0 {
			break
		}
		if try == most {
			t.Fatalf("%d runs, and none was killed while it wrote", most)
		}
	}
	p.here.Run(t, []int{exitDone, exitNotAllSeen}, args...)
	if left := hidden(t, dir); len(left) > 0 {
		t.Errorf("beside the archive stays %v", left)
	}
}

func hidden(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// full writes the archive to a disk that is full in the midst of it: one sentence, nothing stays, and the archive that was there is whole.
func (p *extractProof) full(t *testing.T) {
	dir := p.bench.Scratch(t, "full")
	whole, err := os.Stat(p.archive)
	if err != nil {
		t.Fatal(err)
	}
	inMounts(t, func(t *testing.T) {
		d := &smallDisk{c: p.here}
		d.c.Workspace = dir
		if err := sysMount("tmpfs", dir, "tmpfs", 0, "mode=0700,size=4096"); err != nil {
			t.Errorf("mount: %v", err)
			return
		}
		const before = "what was there\n"
		file := filepath.Join(dir, "it")
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Error(err)
			return
		}
		for _, pages := range []int{0, 1, int(whole.Size()) / pageSize / 2} {
			d.resize(t, pages)
			p.fullAt(t, file, before, pages)
		}
	})
}

// fullAt has so many free pages beside the archive that was there before.
func (p *extractProof) fullAt(t *testing.T, file, before string, pages int) {
	t.Helper()
	ran, err := p.here.Try(t.Context(), "extract", "--application-id", p.job.ID, "--archive", file, "--allow-secrets-in-image", "--force")
	if err != nil {
		t.Error(err)
		return
	}
	if said := string(ran.Stderr); ran.Code != exitFailed || !strings.Contains(said, "no space left on device") || !strings.Contains(said, "make room") || strings.Count(said, "a2c: ") != 1 {
		t.Errorf("with %d free pages: exit code %d: %s", pages, ran.Code, said)
	}
	if have, err := os.ReadFile(file); err != nil || string(have) != before {
		t.Errorf("with %d free pages the archive that was there is %.50q (%v)", pages, have, err)
	}
	if left := hidden(t, filepath.Dir(file)); len(left) > 0 {
		t.Errorf("with %d free pages %v stays", pages, left)
	}
}
