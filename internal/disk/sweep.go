package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"golang.org/x/sys/unix"

	"a2c/model"
)

var asideName = regexp.MustCompile(`^` + regexp.QuoteMeta(AsidePrefix) + `\d+$`)

// lockedTemp creates a file in dir that Sweep leaves alone as long as it is open. File systems without locks do without.
func lockedTemp(dir string) (*os.File, error) {
	const tries = 10 // each is lost only to a Sweep between the two calls
	for n := 1; ; n++ {
		f, err := os.CreateTemp(dir, AsidePrefix)
		if err != nil {
			return nil, err
		}
		var st unix.Stat_t
		held := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err := unix.Fstat(int(f.Fd()), &st); n == tries || err != nil || !errors.Is(held, unix.EWOULDBLOCK) && st.Nlink > 0 {
			return f, err
		}
		f.Close()
	}
}

// Sweep removes from a folder that may be anybody's what a killed a2c left half-written there: files of Create's names that no process has locked. What cannot
// be opened or removed is somebody else's, and stays.
func Sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look for half-written files in %s: %w", model.Path(dir), Cause(err))
	}
	for _, e := range entries {
		if !asideName.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(dir, e.Name())
		if err := sweepOne(name); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("clear the half-written %s away: %w", model.Path(name), Cause(err))
		}
	}
	return nil
}

func sweepOne(name string) error {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return err
	}
	return os.Remove(name)
}
