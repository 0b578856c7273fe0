package main

import (
	"errors"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// fill puts the values in and takes their variables out of the environment.
func (o *start) fill(env []string) (argv, rest []string) {
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		if !o.take(name, value) && !o.takeFile(name, value) {
			rest = append(rest, kv)
		}
	}
	var missing []string
	for _, s := range o.secrets {
		if s.value == "" {
			missing = append(missing, quoted(s.name))
		}
	}
	for _, f := range o.files {
		if f.missing() {
			missing = append(missing, quoted(f.name))
		}
	}
	if len(missing) > 0 {
		fail(exitConfig, "the container needs the secret variable "+strings.Join(missing, ", ")+", which is not set or empty: docker run -e NAME, or a secret of the task or pod")
	}
	for _, f := range o.files {
		f.write()
	}
	for _, a := range o.argv {
		argv = append(argv, o.argument(a))
	}
	return argv, rest
}

func (o *start) take(name, value string) bool {
	isSecret := false
	for i, s := range o.secrets {
		if s.name == name {
			o.secrets[i].value, isSecret = value, true
		}
	}
	return isSecret
}

// argument puts values in the place of names, in one pass: a value that looks like a name stays as it is.
func (o *start) argument(a string) string {
	var b strings.Builder
	toFile := false
	for {
		before, after, found := strings.Cut(a, "${")
		b.WriteString(before)
		if !found {
			break
		}
		if s, rest := o.named(after); s != nil {
			b.WriteString(s.value)
			toFile = toFile || s.isOption
			a = rest
			continue
		}
		b.WriteString("${")
		a = after
	}
	if toFile {
		fd := inMemory(argFile(b.String()))
		o.memory = append(o.memory, fd)
		return "@/proc/self/fd/" + strconv.Itoa(fd)
	}
	return b.String()
}

func (o *start) named(text string) (*secret, string) {
	name, rest, closed := strings.Cut(text, "}")
	for i := range o.secrets {
		if closed && o.secrets[i].name == name {
			return &o.secrets[i], rest
		}
	}
	return nil, ""
}

// argFile writes one word as the launcher of Java reads it (java(1), "java Command-Line Argument Files"): in quotes, where a backslash
// stands before quote and backslash, and control characters have letters. A line break itself would end the quotes.
func argFile(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\f", `\f`).Replace(word) + `"` + "\n"
}

// inMemory keeps text where no disk holds it, also under a read-only root, in a descriptor that stays open: the program opens it by its
// number, again when it executes itself anew. Kernels before 3.17 have no memfd; /dev/shm is memory, too.
func inMemory(text string) int {
	fd, err := unix.MemfdCreate("arguments", 0)
	if errors.Is(err, unix.ENOSYS) {
		fd, err = unix.Open("/dev/shm", unix.O_TMPFILE|unix.O_RDWR, 0o400)
	}
	if err != nil {
		fail(exitConfig, "keep an option that holds a secret in memory: "+err.Error())
	}
	if err := writeAll(fd, []byte(text)); err != nil {
		fail(exitConfig, "keep an option that holds a secret in memory: "+err.Error())
	}
	return fd
}

func writeAll(fd int, rest []byte) error {
	for len(rest) > 0 {
		n, err := unix.Write(fd, rest)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}
