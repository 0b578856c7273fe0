package proof

import (
	"encoding/binary"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// plant makes the files. Those that no other word is said of belong to the application's user.
func (h *hard) plant() {
	for _, dir := range []string{"app/res", "app/bin", "app/chain", "app/case", "app/names", "app/special", "app/bound", "app/private", "app/churn", "app/admin-data", "outside", "elsewhere/tree/sub", "source"} {
		h.must(os.MkdirAll(h.path(dir), 0o755))
	}
	for name, text := range map[string]string{
		"app/res/plain.txt": "plain", "app/res/hard-1.txt": "one file, three names", "app/res/holes.bin": "", "app/res/attrs.txt": "attributes",
		"app/res/acl-yes.txt": "read by a list", "app/res/acl-no.txt": "read by others", "app/bin/bind": "capability", "app/bin/su": "setuid",
		"app/case/Name.txt": "1", "app/case/name.TXT": "2", "app/case/NAME.txt": "3", "app/names/latin-\xe9.txt": "bytes", "app/names/" + strings.Repeat("n", 255): "long",
		"elsewhere/tree/a.txt": "a", "elsewhere/tree/sub/b.txt": "b", "elsewhere/other.txt": "nobody's", "source/inside.txt": "bound", "app/bound/below.txt": "under the mount",
		"app/journal.dat": "data", "app/growing.bin": "", "app/res/deleted.dat": strings.Repeat("deleted ", 1000), "app/res/deleted.properties": "db.password = " + hardSecret + "\n",
		"app/churn/spin.txt": "0", "app/admin.properties": "x=1\n", "app/admin-data/admin.db": "other's", "app/res/settings.xml.bak": "backup", "app/plugins-1.zip": "an archive", "app/res/app.trace.log": "old lines",
	} {
		h.write(name, text)
	}
	h.run("chown", "-R", strconv.Itoa(hardUser)+":"+strconv.Itoa(hardUser), h.path("app"), h.path("source"))
	h.links()
	h.rights()
	h.deep()
	h.special()
	h.holes()
}

// hardSecret is planted in a file that is deleted while it is open.
const hardSecret = "Zt7-quarzsand-hardfiles"

func (h *hard) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hard) links() {
	for to, from := range map[string]string{"app/res/hard-2.txt": "app/res/hard-1.txt", "outside/hard-3.txt": "app/res/hard-1.txt"} {
		h.must(os.Link(h.path(from), h.path(to)))
	}
	for name, target := range map[string]string{
		"app/chain/there-and-back": h.path("outside/hop"), "outside/hop": "../outside/hop2", "outside/hop2": h.path("app/res/attrs.txt"), "outside/not": "hop",
		"app/chain/tree": h.path("elsewhere/tree"), "app/chain/loop": "loop", "app/chain/nowhere": "/nowhere/at/all",
	} {
		h.must(os.Symlink(target, h.path(name)))
	}
}

// rights sets what permission bits do not tell.
func (h *hard) rights() {
	for _, name := range []string{"acl-yes.txt", "acl-no.txt"} {
		h.must(os.Chown(h.path("app/res", name), 0, 0))
		h.must(os.Chmod(h.path("app/res", name), 0o600))
	}
	h.must(unix.Setxattr(h.path("app/res/acl-yes.txt"), "system.posix_acl_access", accessList(hardUser), 0))
	h.must(unix.Setxattr(h.path("app/res/attrs.txt"), "user.note", []byte("kept\x00whole"), 0))
	for _, name := range []string{"bind", "su"} {
		h.must(os.Chown(h.path("app/bin", name), 0, 0))
	}
	h.must(unix.Chmod(h.path("app/bin/bind"), 0o755))
	h.must(unix.Chmod(h.path("app/bin/su"), 0o4755))
	h.must(unix.Setxattr(h.path("app/bin/bind"), "security.capability", []byte(bindCapability()), 0))
}

// bindCapability is CAP_NET_BIND_SERVICE, permitted and effective: vfs_cap_data, revision 2 (capabilities(7)).
func bindCapability() string {
	return "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
}

// accessList lets the owner read and write, and one other user read (acl(5), as in struct posix_acl_xattr_header of the kernel).
func accessList(uid uint32) []byte {
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range []struct {
		tag, perm uint16
		id        uint32
	}{{1, 6, ^uint32(0)}, {2, 4, uid}, {4, 0, ^uint32(0)}, {0x10, 4, ^uint32(0)}, {0x20, 0, ^uint32(0)}} {
		list = binary.LittleEndian.AppendUint16(list, e.tag)
		list = binary.LittleEndian.AppendUint16(list, e.perm)
		list = binary.LittleEndian.AppendUint32(list, e.id)
	}
	return list
}

// deep makes a file below 20 folders with names of 250 bytes: no system call takes its path.
func (h *hard) deep() {
	dir, err := unix.Open(h.path("app/names"), unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	h.must(err)
	for range 20 {
		h.must(unix.Mkdirat(dir, strings.Repeat("d", 250), 0o755))
		next, err := unix.Openat(dir, strings.Repeat("d", 250), unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		h.must(err)
		h.must(unix.Close(dir))
		dir = next
	}
	f, err := unix.Openat(dir, "bottom.txt", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
	h.must(err)
	h.must(unix.Close(f))
	h.must(unix.Close(dir))
}

func (h *hard) special() {
	h.must(unix.Mkfifo(h.path("app/special/fifo"), 0o644))
	h.must(unix.Mknod(h.path("app/special/device"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 5)))) // zero
	h.must(unix.Mknod(h.path("app/special/socket"), unix.S_IFSOCK|0o666, 0))
}

// holes makes 5 GB with 1 MB of data in the middle, and a large file without holes.
func (h *hard) holes() {
	f, err := os.OpenFile(h.path("app/res/holes.bin"), os.O_WRONLY, 0)
	h.must(err)
	data := make([]byte, 1<<20)
	for i := range data {
		data[i] = byte(i)
	}
	_, err = f.WriteAt(data, 2<<30)
	h.must(err)
	h.must(f.Truncate(5 << 30))
	h.must(f.Close())
	large, err := os.Create(h.path("app/res/large.bin"))
	h.must(err)
	h.must(unix.Fallocate(int(large.Fd()), 0, 0, 300<<20)) // takes the room and writes nothing
	h.must(large.Close())
}
