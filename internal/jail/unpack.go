package jail

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/moby/go-archive"
	"golang.org/x/sys/unix"
)

// unpackInside reads the request and the layers, in a root that holds nothing but what they bring.
func unpackInside() error {
	if os.Getpid() != 1 || !isPipe(requestFD) {
		return ErrNotStarted
	}
	in := os.NewFile(requestFD, "request")
	var r unpackRequest
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	quiet()
	if err := unpackRoot(r.Root); err != nil {
		return err
	}
	unix.Umask(0)
	for i := range r.Layers {
		layer := os.NewFile(uintptr(requestFD+1+i), "layer")
		if _, err := archive.UnpackLayer("/", layer, &archive.TarOptions{}); err != nil {
			return fmt.Errorf("layer %d: %w", i+1, err)
		}
		if _, err := io.Copy(io.Discard, layer); err != nil { // what stands behind the end of the archive
			return fmt.Errorf("layer %d: %w", i+1, err)
		}
		layer.Close()
	}
	return nil
}

// unpackRoot makes the folder "/", and gives up all but writing files of anybody's.
func unpackRoot(root string) error {
	entries, err := os.ReadDir(root)
	if err == nil && len(entries) > 0 {
		err = errNotEmpty
	}
	if err == nil {
		err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	}
	if err == nil {
		err = bind(root, root, 0)
	}
	if err == nil {
		err = pivot(root)
	}
	if err == nil {
		err = bound(unpackCapabilities())
	}
	if err == nil {
		var keep uint64
		for _, c := range unpackCapabilities() {
			keep |= 1 << c
		}
		err = setCaps(keep)
	}
	if err == nil {
		err = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	if err != nil {
		return errors.Join(errors.New("private root"), err)
	}
	return nil
}

// unpackCapabilities are what it takes to write files with owners, modes, devices and file capabilities.
func unpackCapabilities() []uint {
	return []uint{unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_SETFCAP, unix.CAP_MKNOD}
}
