package host

import (
	"cmp"
	"strings"
	"sync"
)

// Cwd is the target of /proc/PID/cwd (proc_pid_cwd(5)), with the links that the process came through already resolved; deleted says that
// the folder is not there any more, whatever lies at that path now.
func (p *Process) Cwd() (dir string, deleted bool, err error) {
	cwd, err := p.readlink("cwd")
	if err != nil {
		return "", false, err
	}
	dir, deleted = p.unmark("cwd", cwd)
	return dir, deleted, nil
}

// unmark cuts off the mark that the kernel puts behind the name of what has no name any more. A file may end so by its own name: then the
// magic link leads to what has that name.
func (p *Process) unmark(link, target string) (name string, deleted bool) {
	name = p.inside(target)
	cut, marked := strings.CutSuffix(name, deletedMark)
	if _, magic := p.tree.(magicStater); !marked || !magic { // in a captured machine a file of the marked name holds what was deleted
		return cut, marked
	}
	open, err1 := p.statMagic(link)
	named, err2 := Stat(p.tree, p.path("root")+name)
	if err1 == nil && err2 == nil && open.Dev == named.Dev && open.Ino == named.Ino {
		return name, false
	}
	return cut, true
}

// inside turns a name that the kernel prints as the machine sees it (targets of exe, cwd and fd, paths in maps) into one in the process's own
// root: for a process that changed its root (chroot(2)) it prints the root before it. Files outside of the root keep their name.
func (p *Process) inside(name string) string {
	if p.root == "" {
		return name
	}
	if rest, ok := strings.CutPrefix(name, p.root); ok && (rest == "" || rest[0] == '/') {
		return cmp.Or(rest, "/")
	}
	return name
}

// Root is the target of /proc/PID/root (proc_pid_root(5)): "/" unless the process changed its root, and also in a mount namespace of its own.
func (p *Process) Root() (string, error) { return p.readlink("root") }

// Tree is the file system as the process sees it: the machine's own tree when root and mount namespace are the same, else the process's
// own root. The paths in Args, Environ, Exe, Cwd, Maps and FDs are names in it.
func (p *Process) Tree() (Tree, error) {
	p.own.once.Do(func() { p.own.tree, p.own.err = p.openTree() })
	return p.own.tree, p.own.err
}

// ownTree is Tree's answer, kept.
type ownTree struct {
	once sync.Once
	tree Tree
	err  error
}

func (p *Process) openTree() (Tree, error) {
	root, err := p.Root()
	if err != nil {
		return nil, err
	}
	if root == "/" && p.sharesMounts() {
		return p.tree, nil
	}
	return p.tree.Sub(p.path("root"))
}

// sharesMounts compares with a2c itself, whose mounts are the tree's.
func (p *Process) sharesMounts() bool {
	theirs, err1 := p.Namespace("mnt")
	ours, err2 := namespace(p.tree, "/proc/self/ns/mnt")
	return err1 == nil && err2 == nil && theirs == ours
}
