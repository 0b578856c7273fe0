package containerize

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

// live plans one file of a folder that stands for the host, while write goes on until the test ends.
func live(t *testing.T, content []byte, write func(f *os.File)) *subject {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "data")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := host.Machine(dir)
	if err != nil {
		t.Fatal(err)
	}
	it := &item{Entry: layer.Entry{Path: "/data", Kind: layer.File, Mode: 0o600, UID: os.Getuid(), GID: os.Getgid(), Size: int64(len(content))}, name: model.GroupApplication}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() {
		for ctx.Err() == nil {
			write(f)
		}
	})
	t.Cleanup(func() {
		stop()
		ended.Wait()
		f.Close()
	})
	return &subject{plan: &plan{items: map[model.Path]*item{"/data": it}, tree: tree}, item: it, source: name}
}

// subject is a plan of one file, and where that file lies.
type subject struct {
	*plan
	item   *item
	source string
}

func (s *subject) copy(t *testing.T) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	if err := s.writeContext(t.Context(), dir, "", 1, func(int64) {}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, folderOf(s.item).Name, "data"))
}

// A log to which 200 lines a second are appended: the copy is a beginning of it that ends where it did at one moment.
func TestCopyOfAFileThatGrows(t *testing.T) {
	line := []byte("0123456789abcdef\n")
	began := bytes.Repeat(line, 1<<20) // long enough that it grows while it is read
	p := live(t, began, func(f *os.File) {
		if _, err := f.Seek(0, 2); err != nil {
			t.Error(err)
		}
		if _, err := f.Write(line); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Millisecond)
	})
	time.Sleep(50 * time.Millisecond)
	got, err := p.copy(t)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) < len(began) || len(got)%len(line) != 0 || int64(len(got)) != p.item.Size || !bytes.Equal(got, bytes.Repeat(line, len(got)/len(line))) {
		t.Errorf("copied %d bytes of %d and more, planned are %d", len(got), len(began), p.item.Size)
	}
	if len(p.skips) != 1 || p.skips[0].Path != "/data" || !strings.Contains(p.skips[0].Reason, "written to since") && !strings.Contains(p.skips[0].Reason, "grew") {
		t.Errorf("skips %v", p.skips)
	}
}

// A file that is written anew 200 times a second, emptied first, as many programs save: what is copied was there at one moment, and is not the empty file.
func TestCopyOfAFileThatIsRewritten(t *testing.T) {
	const size = 64 << 10
	fill := byte('a')
	p := live(t, bytes.Repeat([]byte{fill}, size), func(f *os.File) {
		fill = 'a' + (fill-'a'+1)%26
		if err := f.Truncate(0); err != nil {
			t.Error(err)
		}
		if _, err := f.WriteAt(bytes.Repeat([]byte{fill}, size), 0); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Millisecond)
	})
	got, err := p.copy(t)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 || !bytes.Equal(got, bytes.Repeat(got[:1], len(got))) {
		t.Errorf("copied %d bytes, a mixture of several versions or none", len(got))
	}
}

// restless is a host whose file is written to whenever it is read a second time.
type restless struct {
	host.Tree
	write func()
}

func (r restless) Open(name string) (host.File, error) {
	f, err := r.Tree.Open(name)
	return restlessFile{f, r.write}, err
}

type restlessFile struct {
	host.File
	write func()
}

func (f restlessFile) Fd() int { return f.File.(interface{ Fd() int }).Fd() }

func (f restlessFile) ReadAt(p []byte, at int64) (int, error) {
	f.write()
	return f.File.ReadAt(p, at)
}

// A file that never rests is an error that names it and says what to do.
func TestCopyOfAFileThatNeverRests(t *testing.T) {
	p := live(t, make([]byte, 100), func(*os.File) { time.Sleep(time.Millisecond) })
	version := byte(0)
	p.tree = restless{p.tree, func() {
		version++
		if err := os.WriteFile(p.source, bytes.Repeat([]byte{version}, 100), 0o600); err != nil {
			t.Error(err)
		}
	}}
	_, err := p.copy(t)
	if !errors.Is(err, ErrChanged) || !strings.HasPrefix(err.Error(), "copy /data: ") || !strings.Contains(err.Error(), "appExcludedFiles") {
		t.Errorf("got %v", err)
	}
	if version != attempts {
		t.Errorf("%d attempts, want %d", version, attempts)
	}
}

func TestCopyOfAFileThatIsCut(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "data")
	if err := os.WriteFile(name, []byte("before and longer"), 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := host.Machine(dir)
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	info, grew, err := take(t.Context(), created(t), func() (host.File, error) {
		f, err := tree.Open("/data")
		if tries++; tries == 1 { // between fstat and the copy
			err = errors.Join(err, os.WriteFile(name, []byte("after"), 0o600))
		}
		return f, err
	}, 17)
	if info.Size != 5 || grew || err != nil || tries != 2 {
		t.Errorf("%d bytes after %d attempts, grew %v, %v", info.Size, tries, grew, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := take(ctx, created(t), func() (host.File, error) { return tree.Open("/data") }, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestCopyWhateverTheClockSays holds that a file that was written while it is copied is copied whole, also when its time is that of a clock that was set: ahead of
// now, where it says nothing, and long ago.
func TestCopyWhateverTheClockSays(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, when := range []time.Time{time.Now().Add(year), time.Now(), time.Now().Add(-year)} {
		dir := t.TempDir()
		name := filepath.Join(dir, "data")
		write := func(text string) error {
			return errors.Join(os.WriteFile(name, []byte(text), 0o600), os.Chtimes(name, when, when))
		}
		if err := write("before"); err != nil {
			t.Fatal(err)
		}
		tree, err := host.Machine(dir)
		if err != nil {
			t.Fatal(err)
		}
		tries := 0
		open := func() (host.File, error) {
			if tries++; tries > 1 || !when.After(time.Now()) {
				return tree.Open("/data")
			}
			late := restless{tree, func() { // between the copy and the look at what was copied, with the same time and size
				if err := write("after!"); err != nil {
					t.Error(err)
				}
			}}
			return late.Open("/data")
		}
		out := created(t)
		if _, grew, err := take(t.Context(), out, open, 6); err != nil || grew {
			t.Fatalf("%v, grew %v", err, grew)
		}
		got, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		if have, _ := os.ReadFile(name); string(got) != string(have) {
			t.Errorf("written %v from now: copied %q, it is %q", time.Until(when).Round(time.Hour), got, have)
		}
	}
}
