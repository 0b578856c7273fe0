package host

import (
	"errors"

	"golang.org/x/sys/unix"

	"a2c/model"
	"a2c/parse"
)

// ErrNotRegular is Open's answer for a folder, FIFO, socket or device: opening those could block or act on the host.
var ErrNotRegular = errors.New("is no regular file")

// ErrTooLarge is ReadFile's answer for a file longer than the limit.
var ErrTooLarge error = tooLarge{}

type tooLarge struct{}

func (tooLarge) Error() string { return "is larger than the limit" }

// Is says the same to what knows only the parsers' error.
func (tooLarge) Is(target error) bool { return target == parse.ErrTooLarge } //nolint:errorlint // what Is is for

// ErrTimeout is the answer of a remote or FUSE mount that did not answer in time.
var ErrTimeout = errors.New("mount does not answer")

// pathError says what was done to which name. Unlike fs.PathError it prints the name escaped, so that host text cannot act on a terminal.
type pathError struct {
	op   string
	name string
	err  error
}

func (e *pathError) Error() string {
	return e.op + " " + model.Path(e.name).String() + ": " + e.err.Error()
}

// Unwrap makes errors.Is see fs.ErrNotExist, fs.ErrPermission and errnos.
func (e *pathError) Unwrap() error { return e.err }

func wrap(op, name string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*pathError](err); ok {
		return err
	}
	return &pathError{op, name, err}
}

// Apart calls yield with each of the errors that errors.Join put together, and the name that it is about; "" for one about none.
func Apart(err error, yield func(name string, err error)) {
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range list.Unwrap() {
			Apart(one, yield)
		}
		return
	}
	if err == nil {
		return
	}
	name := ""
	if p, ok := errors.AsType[*pathError](err); ok {
		name = p.name
	}
	yield(name, err)
}

// Vanished reports whether err means that a process (or file) ended while it was looked at: ENOENT, or ESRCH from an open /proc file.
func Vanished(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH)
}

// Denied reports whether err means that more privilege would have shown more.
func Denied(err error) bool {
	return errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM)
}
