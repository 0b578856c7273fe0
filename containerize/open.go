package containerize

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"a2c/inventory/host"
	"a2c/parse"
)

// open opens the host's file that analyze decided on. The application's user may have exchanged it since for a link or a hard link to a file that
// he cannot read himself: a2c, which can, must not carry that into the image.
func (p *plan) open(it *item) (host.File, error) {
	if it.made != "" {
		tree, err := host.Machine(it.madeIn)
		if err != nil {
			return nil, err
		}
		return host.OpenExact(tree, it.made)
	}
	if it.recovered != "" {
		return p.openRecovered(it.recovered)
	}
	f, err := host.OpenExact(p.tree, string(it.Path))
	if errors.Is(err, host.ErrLink) {
		return nil, fmt.Errorf("%w now, and was none when it was analyzed; analyze the application again", err)
	}
	if err != nil {
		return nil, err
	}
	want := owned{it.Mode, it.UID, it.GID}
	if it.host != nil {
		want = *it.host
	}
	if i := f.Info(); i.UID != want.uid || i.GID != want.gid || i.Mode != want.mode {
		f.Close()
		return nil, fmt.Errorf("another file lies there now: owner %d:%d, mode %04o instead of %d:%d, %04o; analyze the application again", i.UID, i.GID, i.Mode, want.uid, want.gid, want.mode)
	}
	return f, nil
}

// openRecovered opens a copy that analyze made.
func (p *plan) openRecovered(name string) (host.File, error) {
	tree, err := host.Machine(p.recovered)
	if err != nil {
		return nil, fmt.Errorf("what was recovered of it is gone: %w; analyze the application again with --recover-deleted", err)
	}
	return host.OpenExact(tree, "/"+name)
}

// current is a whole file of at most limit bytes as the image is to have it: edited, or the host's.
func (p *plan) current(it *item, limit int64) ([]byte, error) {
	if it.content != nil {
		return it.content, nil
	}
	return p.read(it, limit)
}

// read returns a whole file of at most limit bytes.
func (p *plan) read(it *item, limit int64) ([]byte, error) {
	f, err := p.open(it)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", it.Path, limit)
	}
	return data, err
}

// archive opens one as the image is to have it, until done is called.
func (p *plan) archive(it *item) (j *parse.Jar, done func(), err error) {
	if it.content != nil {
		j, err = parse.OpenJar(bytes.NewReader(it.content), it.Size)
		return j, func() {}, err
	}
	f, err := p.open(it)
	if err != nil {
		return nil, nil, err
	}
	if j, err = parse.OpenJar(f, f.Info().Size); err != nil {
		f.Close()
		return nil, nil, err
	}
	return j, func() { f.Close() }, nil
}
