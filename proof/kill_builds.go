package proof

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"a2c/containerize/layer"
)

// builds kills n builds at random moments, each time a2c itself or one of its children, and after each looks at what is left: no process, mount or
// loop device, whole documents, and the last good image. The next run clears what is half-written away, and the last one finishes with the same image.
func (k *killer) builds(t *testing.T, n int) {
	loops, hit := loopDevices(t), map[string]int{}
	id := []string{"containerize", "--application-id", k.job.ID}
	commands := [][]string{append(slices.Clone(id), "--force"), id} // where nothing has changed it takes less
	whole := []time.Duration{k.undisturbed(t, commands[0]), k.undisturbed(t, commands[1])}
	t.Logf("undisturbed a build takes %v, %v where nothing has changed", whole[0], whole[1])
	for i := 0; hit["parent"]+hit["child"] < n && i < 2*n+20; i++ {
		begin := time.Now()
		r := k.start(t, commands[i%2])
		time.Sleep(time.Duration(k.random.Int64N(int64(whole[i%2]))))
		r.members = family(t, r.cmd.Process.Pid)
		victims := slices.Sorted(maps.Keys(r.members))
		victim := victims[k.random.IntN(len(victims))]
		_ = syscall.Kill(victim, syscall.SIGKILL) // a child may have ended meanwhile
		code := r.wait(t)
		switch {
		case code == exitDone || code == exitNotAllSeen:
			hit["too late"]++
			whole[i%2] = min(whole[i%2], time.Since(begin))
		case victim == r.cmd.Process.Pid:
			hit["parent"]++
		default:
			hit["child"]++
		}
		k.nothingRuns(t, r)
		validDocuments(t, k.c.Workspace)
		k.lastImage(t)
		if d := cmp.Diff(loops, loopDevices(t)); d != "" {
			t.Errorf("loop devices (-before +after):\n%s", d)
		}
		if t.Failed() {
			t.Fatalf("after %d kills: %v, the last of process %d of %v", i+1, hit, victim, victims)
		}
	}
	k.job.Containerize(t, k.c, "--force")
	k.lastImage(t)
	k.nothingLeft(t, nil)
	if hit["parent"]+hit["child"] < n {
		t.Errorf("only few of %d builds were killed before their end: %v", n, hit)
	}
	t.Logf("%d builds killed: %v", n, hit)
}

// undisturbed is the shorter of two runs of a build.
func (k *killer) undisturbed(t *testing.T, command []string) time.Duration {
	t.Helper()
	least := time.Hour
	for range 2 {
		begin := time.Now()
		k.c.Run(t, []int{exitDone, exitNotAllSeen}, command...)
		least = min(least, time.Since(begin))
	}
	return least
}

// slowDisk builds where each call that a file server would be asked for takes its time, as on NFS: the image is the same.
func (k *killer) slowDisk(t *testing.T) {
	c := k.c
	c.Path, c.Prefix = "strace", []string{
		"-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync,renameat2,renameat,linkat,mkdirat,unlinkat",
		"-e", "inject=fsync,fdatasync:delay_exit=100000", "-e", "inject=renameat2,renameat,linkat,mkdirat,unlinkat:delay_exit=3000", k.c.Path,
	}
	slow := k.job
	slow.Containerize(t, c, "--force")
	if slow.Image.Digest != k.job.Image.Digest {
		t.Errorf("on a slow disk it is %s, it was %s", slow.Image.Digest, k.job.Image.Digest)
	}
	t.Logf("%.1f s, else %.1f s", slow.Runs[len(slow.Runs)-1].Seconds, k.whole["containerize"].Seconds())
	k.nothingLeft(t, nil)
}

// lastImage demands that the layout holds the good image, every byte of it.
func (k *killer) lastImage(t *testing.T) {
	t.Helper()
	img, err := layer.Load(filepath.Join(k.c.Workspace, k.job.ID, "image", "oci"))
	if err != nil {
		t.Errorf("the last good image: %v", err)
		return
	}
	if digest, err := img.Digest(); err != nil || digest.String() != k.job.Image.Digest {
		t.Errorf("the last good image is %v (%v), it was %s", digest, err, k.job.Image.Digest)
	}
	if err := validate.Image(img); err != nil {
		t.Errorf("the last good image: %v", err)
	}
}

// loopDevices are those in use (loop(4)).
func loopDevices(t *testing.T) []string {
	t.Helper()
	used, err := filepath.Glob("/sys/block/loop*/loop/backing_file")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, name := range used {
		if text, err := os.ReadFile(name); err == nil { // else it was given back meanwhile
			list = append(list, string(text))
		}
	}
	return list
}
