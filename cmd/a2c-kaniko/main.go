// Command a2c-kaniko builds an image inside a private root; only a2c starts it. It is the one program that links Kaniko, whose executor
// unpacks over whatever root it sees: nothing of Kaniko is called before internal/jail has proved that this root is the empty one.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"a2c/containerize/build"
	"a2c/internal/jail"
)

func main() {
	join := jail.Join
	if len(os.Args) == 2 && os.Args[1] == build.InContainer {
		join = jail.JoinContainer
	}
	child, err := join(func() { os.Exit(1) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "a2c-kaniko:", err)
		os.Exit(2)
	}
	if err := run(child); err != nil {
		failed, ok := errors.AsType[*stepError](err)
		if !ok {
			failed = &stepError{FailedStep: build.FailedStep{Message: err.Error()}}
		}
		if err := child.Send(build.Message{Error: &failed.FailedStep}); err != nil {
			fmt.Fprintln(os.Stderr, "a2c-kaniko:", err)
		}
		os.Exit(1)
	}
}

func run(child *jail.Child) error {
	var req build.Request
	if err := json.Unmarshal(child.Plan.Request, &req); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	if err := child.Enter(); err != nil {
		return err
	}
	if len(req.Programs) > 0 {
		return runPrograms(child, req.Programs)
	}
	b, err := newBuilder(child, req)
	if err != nil {
		return err
	}
	if req.List {
		needs, err := b.needs()
		if err != nil {
			return err
		}
		return child.Send(build.Message{Bases: needs, Done: &build.Done{}})
	}
	done, err := b.build()
	if err != nil {
		return err
	}
	return child.Send(build.Message{Done: done})
}
