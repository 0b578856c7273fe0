package containerize

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"a2c/containerize/entry"
	"a2c/containerize/layer"
	"a2c/model"
)

// usualUmask is what engines start a process with.
const usualUmask = 0o022

// umask has the image's init set it, where it is another than engines give.
func (s *start) umask() {
	if s.info.Umask == usualUmask {
		return
	}
	mask := fmt.Sprintf("%03o", s.info.Umask)
	s.init = append([]string{"-umask", mask}, s.init...)
	s.changes = append(s.changes, model.Change{
		Kind: "argument", Target: "umask", Before: mask, After: entry.Path + " -umask " + mask, Reason: "a container starts with umask 022; the image's init sets that of the process, then the application takes its place",
	})
}

// parent has the image's init stay as the first process of what leaves processes behind: the kernel gives them to the first one, and a JVM or CLR does not wait
// for what it does not know. Everything else is the first process itself.
func (s *start) parent() {
	if !s.reaps() {
		return
	}
	s.init = append([]string{"-reap"}, s.init...)
	s.changes = append(s.changes, model.Change{
		Kind: "argument", Target: "first process", After: entry.Path + " -reap",
		Reason: fmt.Sprintf("it was seen with child processes (%s): the image's init stays as the parent, waits for what they leave behind, and hands signals on", s.info.Children[0]),
	})
}

func (s *start) reaps() bool { return len(s.info.Children) > 0 }

// entrypoint is the live command line, behind the image's init where that has something to do.
func (s *start) entrypoint() []string {
	if len(s.init) == 0 {
		return s.argv
	}
	return slices.Concat([]string{entry.Path}, s.init, []string{"--"}, s.argv)
}

// addInit chooses the health check, and puts the program into the image where the entry point or the check names it.
func (r *runner) addInit() error {
	if err := r.health(); err != nil {
		return err
	}
	if len(r.start.init) == 0 && (r.healthcheck == nil || r.healthcheck.Test[0] == noHealthcheck) {
		return nil
	}
	program, err := entry.Program(r.o.Init)
	if err != nil {
		return err
	}
	r.init = &model.ImageInit{Path: entry.Path, Digest: fmt.Sprintf("sha256:%x", sha256.Sum256(program)), Version: r.o.Version}
	return r.plan.put(layer.Entry{Path: entry.Path, Mode: 0o755}, model.GroupRuntime, program)
}
