// Package guard_test holds tests over the whole repository: what no single package can see of itself.
package guard_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func tracked(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", "../..", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("git ls-files: %v (not a checkout)", err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// TestShell keeps logic out of shell: it is neither linted nor tested.
func TestShell(t *testing.T) {
	const limit = 200
	lines := 0
	for _, name := range tracked(t) {
		b, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			continue // deleted in the work tree
		}
		if filepath.Ext(name) == ".sh" || bytes.HasPrefix(b, []byte("#!/bin/sh")) || bytes.HasPrefix(b, []byte("#!/usr/bin/env bash")) || bytes.HasPrefix(b, []byte("#!/bin/bash")) {
			lines += bytes.Count(b, []byte("\n"))
		}
	}
	if lines > limit {
		t.Errorf("%d lines of shell, at most %d", lines, limit)
	}
}

// TestNoMachine finds absolute paths of a developer's machine.
func TestNoMachine(t *testing.T) {
	machine := regexp.MustCompile(`/(work|home/[a-z]+|Users/[A-Za-z]+)/(main|shared|wt|src|go)\b`)
	for _, name := range tracked(t) {
		b, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil || bytes.IndexByte(b, 0) >= 0 {
			continue
		}
		if m := machine.Find(b); m != nil && !strings.HasSuffix(name, "repository_test.go") {
			t.Errorf("%s: names a folder of some machine: %q", name, m)
		}
	}
}
