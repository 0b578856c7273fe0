package cmd

import (
	"context"
	"errors"
	"slices"

	"a2c/internal/workspace"
)

// Code is the program's exit status.
type Code int

// Exit codes; scripts branch on them.
const (
	Done        Code = 0   // yes, done
	Failed      Code = 1   // it could not be done
	Usage       Code = 2   // the command line or the configuration is wrong
	No          Code = 3   // the answer is no: a blocker, the image differs, the user's edits are in the way
	Partial     Code = 4   // done, but not all could be seen
	Interrupted Code = 130 // by SIGINT, SIGTERM or SIGHUP
)

// outcome is an end that is no plain failure. Without an error behind it nothing more is said.
type outcome struct {
	code Code
	err  error
}

func (o *outcome) Error() string {
	if o.err == nil {
		return ""
	}
	return o.err.Error()
}

func (o *outcome) Unwrap() error { return o.err }

// usage marks an error of the command line: the usage is shown with it.
func usage(err error) error { return &outcome{Usage, err} }

// answer is nil for Done, and an outcome that says nothing for another code.
func answer(c Code) error {
	if c == Done {
		return nil
	}
	return &outcome{code: c}
}

// codeOf is the exit code of what a command returned.
func codeOf(err error) Code {
	if err == nil {
		return Done
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	if o, ok := errors.AsType[*outcome](err); ok {
		return o.code
	}
	if _, ok := errors.AsType[*workspace.EditedError](err); ok {
		return No
	}
	return Failed
}

// worst is the one code of several ends.
func worst(all ...Code) Code {
	for _, c := range []Code{Interrupted, Usage, Failed, No, Partial} {
		if slices.Contains(all, c) {
			return c
		}
	}
	return Done
}
