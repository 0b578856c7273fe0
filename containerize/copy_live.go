package containerize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
)

// attempts is how often a file is copied that changes meanwhile; the pauses between them add up to 1.7 s.
const attempts = 5

func pause(attempt int) time.Duration { return 20 * time.Millisecond << (2 * attempt) }

// take copies a file of a running application as it was at one moment, and tells what it was then. A file that grew meanwhile is taken at the length it had
// before; one that changes in every attempt is ErrChanged. was is the size that analyze saw: a file that is written anew is empty for a moment.
func take(ctx context.Context, dst *os.File, open func() (host.File, error), was int64) (info host.Info, grew bool, err error) {
	for attempt := range attempts {
		info, grew, err = takeOnce(ctx, dst, open)
		last := attempt == attempts-1
		if err == nil && (info.Size > 0 || was == 0 || last) || err != nil && (last || !errors.Is(err, ErrChanged)) {
			break
		}
		select {
		case <-ctx.Done():
			return info, false, ctx.Err()
		case <-time.After(pause(attempt)):
		}
		if err := errors.Join(dst.Truncate(0), rewind(dst)); err != nil {
			return info, false, err
		}
	}
	if errors.Is(err, ErrChanged) {
		err = fmt.Errorf("%w, in each of %d attempts: stop the application while it is copied, or leave the file out with containerParameters.appExcludedFiles in analysis.json and mount a volume where it has to last",
			err, attempts)
	}
	return info, grew, err
}

func rewind(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

func takeOnce(ctx context.Context, dst *os.File, open func() (host.File, error)) (before host.Info, grew bool, err error) {
	src, err := open()
	if err != nil {
		return before, false, err
	}
	defer src.Close()
	before = src.Info()
	began := time.Now()
	n, err := cloneContent(ctx, dst, src, before)
	if err != nil {
		return before, false, err
	}
	f, ok := src.(interface{ Fd() int })
	if !ok { // a text fixture
		before.Size = n
		return before, false, nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(f.Fd(), &st); err != nil {
		return before, false, err
	}
	if n == before.Size && st.Size == before.Size && st.Mtim.Nano() == before.MTime.UnixNano() && began.Sub(before.MTime) > settled {
		return before, false, nil
	}
	same, err := sameContent(ctx, dst, src, n)
	if err != nil {
		return before, false, err
	}
	if n != before.Size || !same {
		return before, false, fmt.Errorf("%w: %d bytes before, %d after", ErrChanged, before.Size, st.Size)
	}
	return before, st.Size > n, nil
}

// settled is how old a modification time must be to tell by itself that nothing was written since: it counts in ticks of up to 10 ms, on some
// file systems in up to 2 s. Younger files are read twice.
const settled = 2 * time.Second

// sameContent compares the first n bytes. Where they are the same, they are those of one moment, though more may have been appended.
func sameContent(ctx context.Context, a, b io.ReaderAt, n int64) (bool, error) {
	const step = 256 << 10
	x, y := make([]byte, min(step, n)), make([]byte, min(step, n))
	for at := int64(0); at < n; at += step {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		size := min(step, n-at)
		for _, r := range []struct {
			from io.ReaderAt
			to   []byte
		}{{a, x[:size]}, {b, y[:size]}} {
			if got, err := r.from.ReadAt(r.to, at); int64(got) < size && errors.Is(err, io.EOF) {
				return false, nil // cut off meanwhile
			} else if err != nil && !errors.Is(err, io.EOF) {
				return false, err
			}
		}
		if !bytes.Equal(x[:size], y[:size]) {
			return false, nil
		}
	}
	return true, nil
}
