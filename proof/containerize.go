package proof

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"a2c/containerize"
	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/jail"
	"a2c/inventory/host"
	"a2c/model"
)

// Containerize proves on the real Kaniko that an image is exactly what the plan says, and that no Dockerfile reaches the host.
func Containerize() Proof {
	return Proof{
		Name: "containerize", Needs: []Need{Root}, Budget: 2 * time.Minute,
		Run: func(t *testing.T, b *Bench) {
			t.Run("exact", func(t *testing.T) { proveExact(t, b) })
			t.Run("edited", func(t *testing.T) { proveEdited(t, b) })
			t.Run("hostile", func(t *testing.T) { proveHostile(t, b) })
			t.Run("killed", func(t *testing.T) { proveKilled(t, b) })
			t.Run("full-disk", func(t *testing.T) { proveFullDisk(t, b) })
		},
	}
}

// odd is one path that some tool on the way loses or changes.
type odd struct {
	path   string
	kind   byte // as ls -l shows, 'h' for a hard link
	mode   uint32
	uid    int
	gid    int
	body   string
	target string
	xattr  map[string]string
	size   int64 // of a sparse file
}

func odds() []odd {
	// vfs_cap_data, revision 2: CAP_NET_BIND_SERVICE permitted and effective (capabilities(7)).
	bind := "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	return []odd{
		{path: "/bin/app", kind: '-', mode: 0o755, body: "#!program"},
		{path: "/opt/app", kind: 'd', mode: 0o2750, uid: 4242, gid: 4243},
		{path: "/opt/app/-rf", kind: '-', mode: 0o644, uid: 4242, gid: 4243, body: "rf"},
		{path: "/opt/app/$(x) `y` [z]*?", kind: '-', mode: 0o600, uid: 4242, gid: 4243, body: "glob"},
		{path: "/opt/app/bound", kind: '-', mode: 0o755, body: "cap", xattr: map[string]string{"security.capability": bind}},
		{path: "/opt/app/dangling", kind: 'l', target: "/nowhere/at/all", uid: 4242, gid: 4243},
		{path: "/opt/app/empty", kind: '-', mode: 0o400, uid: 1, gid: 2},
		{path: "/opt/app/first", kind: '-', mode: 0o640, uid: 4242, gid: 4243, body: "linked"},
		{path: "/opt/app/line\nRUN rm -rf \\\nname", kind: '-', mode: 0o644, uid: 4242, gid: 4243, body: "newline"},
		{path: "/opt/app/loop", kind: 'l', target: "loop"},
		{path: "/opt/app/not-utf8-\xff\xfe", kind: '-', mode: 0o644, uid: 4000000000, gid: 4000000000, body: "bytes"},
		{path: "/opt/app/ro", kind: 'd', mode: 0o555, uid: 4242, gid: 4243},
		{path: "/opt/app/ro/deep", kind: '-', mode: 0o444, uid: 7, gid: 7, body: "below a read-only folder"},
		{path: "/opt/app/second", kind: 'h', mode: 0o640, uid: 4242, gid: 4243, target: "/opt/app/first"},
		{path: "/opt/app/sparse", kind: '-', mode: 0o644, uid: 4242, gid: 4243, size: 64 << 20},
		{path: "/opt/app/su", kind: '-', mode: 0o4755, body: "setuid"},
		{path: "/opt/app/sg", kind: '-', mode: 0o2711, uid: 4242, gid: 5, body: "setgid", xattr: map[string]string{"user.note": "kept\x00whole"}},
		{path: "/opt/app/through-a-file", kind: 'l', target: "su/x"},
		{path: "/opt/app/" + strings.Repeat("long", 60), kind: '-', mode: 0o644, body: "long"},
	}
}

// plant makes the odd files below root and the list that analyze would write of them.
func plant(t *testing.T, root string) []model.File {
	t.Helper()
	for _, o := range odds() {
		name := filepath.Join(root, o.path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := plantOne(root, name, o); err != nil {
			t.Fatalf("%q: %v", o.path, err)
		}
	}
	return listOdd(t, root)
}

func plantOne(root, name string, o odd) error {
	switch o.kind {
	case 'd':
		if err := os.Mkdir(name, 0o700); err != nil {
			return err
		}
	case 'l':
		if err := os.Symlink(o.target, name); err != nil {
			return err
		}
	case 'h':
		return os.Link(filepath.Join(root, o.target), name)
	default:
		if err := os.WriteFile(name, []byte(o.body), 0o600); err != nil {
			return err
		}
		if o.size > 0 {
			if err := os.Truncate(name, o.size); err != nil {
				return err
			}
		}
	}
	if err := os.Lchown(name, o.uid, o.gid); err != nil || o.kind == 'l' {
		return err
	}
	if err := unix.Chmod(name, o.mode); err != nil {
		return err
	}
	for key, value := range o.xattr { // after chown, which takes capabilities away
		if err := unix.Lsetxattr(name, key, []byte(value), 0); err != nil {
			return err
		}
	}
	return nil
}

func listOdd(t *testing.T, root string) []model.File {
	t.Helper()
	tree := oddTree(t, root)
	var out []model.File
	for _, o := range odds() {
		info, err := tree.Lstat(o.path)
		if err != nil {
			t.Fatal(err)
		}
		f := model.File{Path: model.Path(o.path), Mode: o.mode, UID: o.uid, GID: o.gid, Size: info.Size, MTime: info.MTime, Decision: model.In, Layer: model.LayerApp}
		switch o.kind {
		case 'd':
			f.Type = "dir"
		case 'l':
			f.Type, f.Target = "symlink", model.Path(o.target)
		case 'h':
			f.Type, f.HardLink = "file", model.Path(o.target)
		default:
			f.Type = "file"
		}
		if strings.HasPrefix(o.path, "/bin") {
			f.Layer = model.LayerRuntime
		}
		if f.Xattrs, err = tree.Xattrs(o.path); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b model.File) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return out
}

func oddTree(t *testing.T, root string) host.Tree {
	t.Helper()
	tree, err := host.Machine(root)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// oddOptions containerizes the odd files into dir.
func oddOptions(t *testing.T, b *Bench, root string, files []model.File, dir string) containerize.Options {
	t.Helper()
	return containerize.Options{
		Analysis: model.Analysis{AnalysisInfo: model.AnalysisInfo{
			AppID: "odd-00000001", Exe: "/bin/app", Cwd: "/opt/app", Umask: 0o022, Cmdline: []string{"/bin/app", "a\nb"},
			App: model.App{Name: "odd\nRUN x", User: model.User{Name: "odd", UID: 4242, GID: 4243}},
		}},
		Files: sequence(files), Tree: oddTree(t, root), Dir: dir, Force: true, Jobs: 2,
		Builder: build.Kaniko{Program: filepath.Join(filepath.Dir(b.A2C), build.ProgramName)},
	}
}

func sequence(files []model.File) iter.Seq2[model.File, error] {
	return func(yield func(model.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// proveExact compares the layers with what was planted, and builds again: in another workspace, after a touch, with zstd and another number of threads.
func proveExact(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-exact")
	root := filepath.Join(dir, "root")
	files := plant(t, root)
	o := oddOptions(t, b, root, files, filepath.Join(dir, "first"))
	first, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("peak memory of both processes: %d MB", first.PeakBytes>>20)
	if d := cmp.Diff(wantOdd(), readOdd(t, filepath.Join(o.Dir, "oci")), cmp.AllowUnexported(odd{})); d != "" {
		t.Errorf("layers (-want +got):\n%s", d)
	}

	later := time.Now().Add(time.Hour)
	for _, odd := range odds() {
		if odd.kind == '-' {
			if err := os.Chtimes(filepath.Join(root, odd.path), later, later); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := oddOptions(t, b, root, listOdd(t, root), filepath.Join(dir, "second/with a longer name"))
	again.Jobs = 1
	second, err := containerize.Run(t.Context(), again)
	if err != nil {
		t.Fatal(err)
	}
	if second.Digest != first.Digest {
		t.Errorf("after a touch, in another workspace: %s, was %s", second.Digest, first.Digest)
	}
}

func wantOdd() map[string]odd {
	want := map[string]odd{}
	for _, o := range odds() {
		if o.kind == '-' && o.size > 0 {
			o.body = "" // compared by size and by being zeros
		}
		if o.kind == 'l' {
			o.mode = 0o777
		}
		want[o.path] = o
	}
	return want
}

// readOdd reads the image's entries below /opt/app and /bin, as planted ones.
func readOdd(t *testing.T, oci string) map[string]odd {
	t.Helper()
	img, err := layer.Load(oci)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]odd{}
	for _, l := range layers {
		r, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		tr := tar.NewReader(r)
		for {
			h, err := tr.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			name := "/" + strings.TrimSuffix(h.Name, "/")
			if name != "/bin/app" && !strings.HasPrefix(name, "/opt/app") {
				continue
			}
			got[name] = oddOf(t, name, h, tr)
		}
		r.Close()
	}
	return got
}

func oddOf(t *testing.T, name string, h *tar.Header, body io.Reader) odd {
	t.Helper()
	o := odd{path: name, mode: uint32(h.Mode), uid: h.Uid, gid: h.Gid, target: h.Linkname}
	if !h.ModTime.Equal(layer.Epoch()) {
		t.Errorf("%q has time %v", name, h.ModTime)
	}
	switch h.Typeflag {
	case tar.TypeDir:
		o.kind = 'd'
	case tar.TypeSymlink:
		o.kind = 'l'
	case tar.TypeLink:
		o.kind, o.target = 'h', "/"+h.Linkname
	case tar.TypeReg:
		o.kind = '-'
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if zeros := strings.Trim(string(data), "\x00"); len(data) > 1<<20 && zeros == "" {
		o.size = int64(len(data))
	} else {
		o.body = string(data)
	}
	for key, value := range h.PAXRecords {
		if name, ok := strings.CutPrefix(key, "SCHILY.xattr."); ok {
			if o.xattr == nil {
				o.xattr = map[string]string{}
			}
			o.xattr[name] = value
		}
	}
	return o
}

// proveEdited builds what a user made of the Dockerfile: wrong lines are named, and a program is run in the build.
func proveEdited(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-edited")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, b, root, plant(t, root), filepath.Join(dir, "image"))
	if _, err := containerize.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(o.Dir, "Dockerfile")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(string(text), "\n")
	o.BuildOnly = true
	for _, c := range []struct{ name, add, want string }{
		{"unknown_instruction", "NONSENSE here\n", "unknown instruction: NONSENSE"},
		{"missing_source", "COPY nothing /x\n", "nothing"},
		{"failing_run", "RUN [\"/bin/app\"]\n", "starting command"},
		{"image_in_copy", "COPY --from=alpine /x /y\n", "FROM alpine AS x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(name, append(slices.Clone(text), c.add...), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := containerize.Run(t.Context(), o)
			if line := fmt.Sprintf("line %d", lines+1); err == nil || !strings.Contains(err.Error(), line) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q and %q", err, line, c.want)
			}
		})
	}
}

// proveHostile runs a program as root in a build that tries to reach the host; then one that hands a host's file over as a layer.
func proveHostile(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-hostile")
	h := newHostile(t, b, dir)
	secret := filepath.Join(dir, "secret.tar")
	if err := os.WriteFile(secret, make([]byte, 10240), 0o600); err != nil { // an empty tar
		t.Fatal(err)
	}
	tcp, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	abstract := "a2c-proof-" + strconv.Itoa(os.Getpid())
	unixSocket, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", "@"+abstract)
	if err != nil {
		t.Fatal(err)
	}
	defer unixSocket.Close()
	before := kernelPicture(t)
	env := fmt.Sprintf("ENV ATTACK_TCP=%q ATTACK_ABSTRACT=%q ATTACK_FILE=%q\n", tcp.Addr(), abstract, secret)
	built, err := h.build(t.Context(), env+"RUN [\"/attack\"]\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(built.Layers) < 2 {
		t.Fatalf("the attack made no layer: it did not run: %+v", built)
	}
	if d := differences(before, kernelPicture(t)); len(d) > 0 {
		t.Errorf("the host changed:\n%s", strings.Join(d, "\n"))
	}
	for _, how := range []string{"file", "folder"} {
		built, err := h.build(t.Context(), fmt.Sprintf("RUN [\"/attack\", \"link\", %q, %q]\n", how, secret))
		if err != nil {
			t.Logf("%s: %v", how, err)
			continue // refused
		}
		for _, l := range built.Layers { // Kaniko's own rename has replaced the link
			info, err := os.Lstat(l.File)
			if err != nil || !info.Mode().IsRegular() || info.Size() == 10240 {
				t.Errorf("%s: a layer is %v (%v): a file of the host", how, info, err)
			}
		}
	}
}

// kernelPicture is what root in a namespace could change of the machine; files and processes are FirstPromise's, which runs alone.
func kernelPicture(t *testing.T) picture {
	t.Helper()
	p := picture{}
	p.mounts(t)
	p.sysctls(t)
	p.cgroups(t)
	delete(p, "sysctl fs/quota/syncs") // counts calls of sync(2) by anybody
	return p
}

// hostile is a context with the attacking program.
type hostile struct {
	dir, program string
	context      string
}

func newHostile(t *testing.T, b *Bench, dir string) *hostile {
	t.Helper()
	h := &hostile{dir: dir, program: filepath.Join(filepath.Dir(b.A2C), build.ProgramName), context: filepath.Join(dir, "context")}
	if err := os.MkdirAll(h.context, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(h.context, "attack"), "./testdata/attack")
	cmd.Dir = b.Repo
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build testdata/attack: %v\n%s", err, out)
	}
	return h
}

func (h *hostile) build(ctx context.Context, rest string) (build.RawLayers, error) {
	out := filepath.Join(h.dir, "out")
	if err := os.RemoveAll(out); err != nil {
		return build.RawLayers{}, err
	}
	if err := os.MkdirAll(out, 0o700); err != nil {
		return build.RawLayers{}, err
	}
	file := filepath.Join(h.dir, "Dockerfile")
	if err := os.WriteFile(file, []byte("FROM scratch\nCOPY attack /attack\n"+rest), 0o600); err != nil {
		return build.RawLayers{}, err
	}
	return build.Kaniko{Program: h.program}.Build(ctx, build.Spec{Context: h.context, Dockerfile: file, Output: out, Platform: "linux/amd64", Jobs: 1})
}

// proveKilled kills the builder in the middle of a build, then interrupts one: an error that says so, nothing left, and the next build works.
func proveKilled(t *testing.T, b *Bench) {
	h := newHostile(t, b, b.Scratch(t, "containerize-killed"))
	mounts := lines(t, "/proc/self/mountinfo")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	for _, c := range []struct {
		name string
		stop func(builder int) error
		want error
	}{
		{"killed", func(builder int) error { return unix.Kill(builder, unix.SIGKILL) }, jail.ErrKilled},
		{"interrupted", func(int) error { interrupt(); return nil }, context.Canceled},
	} {
		done := make(chan error, 1)
		go func() {
			_, err := h.build(ctx, "RUN [\"/attack\", \"wait\"]\n")
			done <- err
		}()
		members, builder := waitForAttack(t)
		if err := c.stop(builder); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		for begin := time.Now(); len(living(members)) > 0; time.Sleep(10 * time.Millisecond) {
			if time.Since(begin) > 5*time.Second {
				t.Fatalf("%s: left are %v", c.name, living(members))
			}
		}
		if d := cmp.Diff(mounts, lines(t, "/proc/self/mountinfo")); d != "" {
			t.Errorf("%s: mounts (-before +after):\n%s", c.name, d)
		}
	}
	if _, err := h.build(t.Context(), "LABEL again=1\n"); err != nil {
		t.Errorf("the next build: %v", err)
	}
}

// waitForAttack waits until the build step runs, and returns the processes of the build and the builder among them.
func waitForAttack(t *testing.T) (members map[int]uint64, builder int) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < 20*time.Second; time.Sleep(10 * time.Millisecond) {
		members = family(t, os.Getpid())
		delete(members, os.Getpid())
		running := false
		for pid := range members {
			s, err := readStat(pid)
			if err != nil {
				continue
			}
			running = running || s.comm == "attack"
			if s.parent == os.Getpid() {
				builder = pid
			}
		}
		if running {
			return members, builder
		}
	}
	t.Fatal("the build step did not start")
	return nil, 0
}

// proveFullDisk builds on a disk that is too small: the last good image stays, and the message says what is needed.
func proveFullDisk(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-full")
	root := filepath.Join(dir, "root")
	files := plant(t, root)
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, megabytes := range []int{1, 40, 100} { // full while copying, while unpacking or while compressing: the sparse file has 64 MB
		t.Run(strconv.Itoa(megabytes), func(t *testing.T) {
			mountDisk(t, disk, megabytes)
			o := oddOptions(t, b, root, files, filepath.Join(disk, "image"))
			_, err := containerize.Run(t.Context(), o)
			if !errors.Is(err, containerize.ErrNoSpace) || !strings.Contains(err.Error(), "needs up to") {
				t.Errorf("got %v, want ErrNoSpace", err)
			}
			for _, name := range []string{"oci", "oci.new", "build", "context.new"} {
				if _, err := os.Lstat(filepath.Join(o.Dir, name)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("left behind: %s", name)
				}
			}
		})
	}
}

// mountDisk mounts a small file system for the time of the test.
func mountDisk(t *testing.T, at string, megabytes int) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", megabytes), "tmpfs", at).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", at).CombinedOutput(); err != nil { //nolint:noctx // the test's context has ended
			t.Errorf("umount: %v: %s", err, out)
		}
	})
}
