package main

import (
	"encoding/base64"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// file is a secret that is a file as a whole: a variable holds it in base64, and target is where it is written, in memory.
type file struct{ name, target, value string }

func (o *start) addFile(text string) {
	name, target, _ := strings.Cut(text, "=")
	if name == "" || !strings.HasPrefix(target, "/") {
		fail(exitUsage, "-file "+quoted(text)+" is no NAME=/PATH")
	}
	o.files = append(o.files, file{name: name, target: target})
}

// takeFile reports whether a variable holds a file.
func (o *start) takeFile(name, value string) bool {
	isFile := false
	for i, f := range o.files {
		if f.name == name {
			o.files[i].value, isFile = value, true
		}
	}
	return isFile
}

// missing reports a file that no variable gives, and nobody mounted.
func (f file) missing() bool {
	return f.value == "" && syscall.Access(f.target, unix.R_OK) != nil
}

// write makes the file for the user alone whom the application runs as. One that is left from an earlier start of the container is replaced.
func (f file) write() {
	if f.value == "" {
		return // it is mounted
	}
	content, err := base64.StdEncoding.DecodeString(strings.TrimSpace(f.value))
	if err != nil {
		fail(exitConfig, "the secret variable "+quoted(f.name)+" has to hold a file in base64, and does not: base64 -w0 FILE prints it so")
	}
	if err := syscall.Unlink(f.target); err != nil && err != syscall.ENOENT { //nolint:errorlint // a system call's error is a plain number
		f.refuse(err)
	}
	fd, err := syscall.Open(f.target, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_EXCL|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0o400)
	if err != nil {
		f.refuse(err)
	}
	if err := writeAll(fd, content); err != nil {
		f.refuse(err)
	}
	if err := syscall.Close(fd); err != nil {
		f.refuse(err)
	}
}

func (f file) refuse(err error) {
	fail(exitConfig, "write the secret file of "+quoted(f.name)+" to "+quoted(f.target)+": "+err.Error()+"; the container needs a folder there that it can write to, in memory: docker run --tmpfs, or mount the file itself")
}
