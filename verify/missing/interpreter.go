package missing

import (
	"bytes"
	"debug/elf"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/internal/jail"
)

// interpreter looks for what a program of the image is run by, which the kernel itself opens: a script's first line names it, or an ELF file does (execve(2)).
// Without it the program is there and execve says that it is not.
func (f *Finder) interpreter(l jail.Lookup, program string) {
	fd, err := unix.Openat2(f.roots.twin, program, &unix.OpenHow{
		Flags: unix.O_RDONLY | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return
	}
	file := os.NewFile(uintptr(fd), program)
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return
	}
	if name := interpreter(file); strings.HasPrefix(name, "/") && !f.isAside(name) {
		if there, err := below(f.roots.twin, name, false); err == nil {
			unix.Close(there)
		} else if err == unix.ENOENT || err == unix.ENOTDIR { //nolint:errorlint // of the system call itself
			f.missing(l, name)
		}
	}
}

// interpreter is what a program names; "" when it names none.
func interpreter(file *os.File) string {
	head := make([]byte, 256) // BINPRM_BUF_SIZE
	n, _ := file.ReadAt(head, 0)
	head = head[:n]
	if line, ok := bytes.CutPrefix(head, []byte("#!")); ok {
		line, _, _ = bytes.Cut(line, []byte("\n"))
		if words := bytes.Fields(line); len(words) > 0 {
			return string(words[0])
		}
		return ""
	}
	e, err := elf.NewFile(file)
	if err != nil {
		return ""
	}
	for _, p := range e.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < unix.PathMax {
			text := make([]byte, p.Filesz)
			if _, err := p.ReadAt(text, 0); err != nil {
				return ""
			}
			return string(bytes.TrimRight(text, "\x00"))
		}
	}
	return ""
}
