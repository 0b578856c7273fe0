package host

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"
)

const fixture = `One machine with everything that the loader knows.
-- etc/app.pw mode=0640 uid=5 gid=6 nlink=2 mtime=100 xattr:user.note=hi --
secret
-- opt/v2/big size=5000 --
x
-- opt/v2/ mode=0700 uid=7 --
-- opt/current -> /opt/v2 --
-- opt/odd\x0aname --
odd
-- run/pipe type=fifo --
-- dev/kvm type=char rdev=10:232 mode=0660 --
-- root/.ssh/ err=EACCES --
-- opt/bin.dat enc=base64 --
AAEC
-- opt/a.war!/WEB-INF/web.xml uid=9 --
<web-app/>
-- opt/a.war!/WEB-INF/lib/b.jar!/META-INF/MANIFEST.MF --
Main-Class: x.Main
-- proc/412/cmdline ppid=1 uid=5 comm=my)java start=900 --
/usr/bin/java

-Da=b\nc\\\x1b
-- proc/412/exe -> /usr/lib/jvm/bin/java (deleted) --
-- proc/413/cmdline --
sleep
-- proc/413/exe err=EACCES --
-- proc/414/stat err=ESRCH --
-- proc/415/cmdline state=Z --
-- proc/416/cmdline --
x
-- proc/416/exe -> /x --
-- proc/416/ns err=EACCES --
-- proc/416/fd err=EACCES --
-- proc/416/environ err=EPERM --
`

func parseText(t *testing.T, s string) Tree {
	t.Helper()
	tr, err := Text(txtar.Parse([]byte(s)))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestText(t *testing.T) {
	tr := parseText(t, fixture)
	info, err := tr.Lstat("/etc/app.pw")
	if info.Mode != 0o640 || info.UID != 5 || info.GID != 6 || info.Nlink != 2 || info.MTime.Unix() != 100 || info.Size != 7 || err != nil {
		t.Errorf("Lstat = %+v, %v", info, err)
	}
	if got, _ := tr.Xattrs("/etc/app.pw"); string(got["user.note"]) != "hi" {
		t.Errorf("Xattrs = %q", got)
	}
	big, err := ReadFile(tr, "/opt/current/big", 5000)
	if len(big) != 5000 || string(big[:3]) != "x\n\x00" || err != nil {
		t.Errorf("padded file: %d bytes, %.3q, %v", len(big), big, err)
	}
	if info, _ := tr.Lstat("/opt/v2"); info.Mode != 0o700 || info.UID != 7 || info.Type != Dir {
		t.Errorf("folder = %+v", info)
	}
	if got, _ := ReadFile(tr, "/opt/odd\nname", 10); string(got) != "odd\n" {
		t.Errorf("odd name: %q", got)
	}
	if got, _ := ReadFile(tr, "/opt/bin.dat", 10); string(got) != "\x00\x01\x02" {
		t.Errorf("base64: %q", got)
	}
	if _, err := tr.Open("/run/pipe"); !errors.Is(err, ErrNotRegular) {
		t.Errorf("Open of a FIFO: %v", err)
	}
	if info, _ := tr.Lstat("/dev/kvm"); info.Type != Char || info.Rdev != unix.Mkdev(10, 232) {
		t.Errorf("device = %+v", info)
	}
	if _, err := tr.ReadDir("/root/.ssh"); !Denied(err) {
		t.Errorf("err=EACCES gives %v", err)
	}
	if _, err := tr.Open("/opt/none"); !Vanished(err) {
		t.Errorf("no such file gives %v", err)
	}
}

func TestTextZip(t *testing.T) {
	tr := parseText(t, fixture)
	f, err := tr.Open("/opt/a.war")
	if err != nil {
		t.Fatal(err)
	}
	if f.Info().UID != 9 {
		t.Errorf("owner of the archive is %d, want 9", f.Info().UID)
	}
	war, err := zip.NewReader(f, f.Info().Size)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := war.Open("WEB-INF/lib/b.jar")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(inner)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := jar.Open("META-INF/MANIFEST.MF")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(m); string(got) != "Main-Class: x.Main\n" {
		t.Errorf("entry = %q", got)
	}
}

func TestReadText(t *testing.T) {
	h, err := Read(context.Background(), parseText(t, fixture))
	if err != nil {
		t.Fatal(err)
	}
	p := h.Process(412)
	if p == nil || p.Comm != "my)java" || p.PPID != 1 || p.Start != 900 || p.Exe != "/usr/lib/jvm/bin/java" || !p.ExeDeleted ||
		!slices.Equal(p.Args(), []string{"/usr/bin/java", "", "-Da=b\nc\\\x1b"}) {
		t.Errorf("412 = %+v", p)
	}
	if p := h.Process(413); p == nil || !Denied(p.ExeErr) {
		t.Errorf("413 = %+v", p)
	}
	closed := h.Process(416)
	if _, err := closed.Namespace("net"); !Denied(err) {
		t.Errorf("ns err=EACCES gives %v", err)
	}
	if _, err := closed.FDs(); !Denied(err) {
		t.Errorf("fd err=EACCES gives %v", err)
	}
	if _, err := closed.Environ(); !Denied(err) {
		t.Errorf("environ err=EPERM gives %v", err)
	}
	got := []int{h.Seen.Processes, h.Seen.Vanished, h.Seen.Unreadable, len(h.Processes)}
	if diff := cmp.Diff([]int{5, 2, 0, 3}, got); diff != "" {
		t.Errorf("processes, vanished, unreadable, kept (-want +got):\n%s", diff)
	}
}

func TestTextRefuses(t *testing.T) {
	for name, bad := range map[string]string{
		"bad_escape":   "-- proc/1/cmdline --\na\\q\n",
		"bad_state":    "-- proc/1/net/tcp --\n127.0.0.1:1 SLEEPING 3\n",
		"bad_type":     "-- x type=door --\n",
		"bad_error":    "-- x err=EBAD --\n",
		"file_as_dir":  "-- x --\n-- x/y --\n",
		"bad_base64":   "-- x enc=base64 --\n!\n",
		"bad_path":     "-- x\\q --\n",
		"bad_number":   "-- x uid=me --\n",
		"bad_address":  "-- proc/1/net/tcp --\nlocalhost:80 LISTEN 3\n",
		"bad_hex":      "-- proc/1/cmdline --\n\\xZZ\n",
		"short_escape": "-- proc/1/cmdline --\na\\\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Text(txtar.Parse([]byte(bad))); err == nil {
				t.Errorf("%q was taken", bad)
			}
		})
	}
}
