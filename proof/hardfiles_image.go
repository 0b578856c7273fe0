package proof

import (
	"archive/tar"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"a2c/model"
)

// contained makes the image and holds its layers against the same table: what is in is there as it is on the host, and nothing else of the folder.
func (h *hard) contained(t *testing.T) {
	files, _, _ := h.analyze(t, "--recover-deleted")
	r := h.c.Run(t, []int{exitDone, exitNotAllSeen}, "containerize", "--application-id", h.id, "-o", "table")
	t.Logf("%.1f s\n%s%s", r.Seconds, r.Stderr, r.Stdout)
	got := h.image(t)
	for _, w := range hardWants() {
		name := h.path(w.path)
		e, there := got[name]
		switch f := files[name]; {
		case there != (f.Decision == model.In):
			t.Errorf("%.60q is %q, and in the image: %v", w.path, f.Decision, there)
		case !there:
		case w.byList:
			if e.Gid != hardUser || e.Mode != 0o640 || !strings.Contains(string(r.Stdout), "only its access control list lets user 64101 of the application use it") {
				t.Errorf("%s is %d:%d %04o", w.path, e.Uid, e.Gid, e.Mode)
			}
		case w.hardLink != "" && (e.Typeflag != tar.TypeLink || "/"+e.Linkname != h.path(w.hardLink)):
			t.Errorf("%s is %c to %q, want a hard link", w.path, e.Typeflag, e.Linkname)
		case w.hardLink == "" && e.Typeflag != tar.TypeLink && (e.Uid != f.UID || e.Gid != f.GID || e.Typeflag != tar.TypeSymlink && uint32(e.Mode) != f.Mode || e.Linkname != string(f.Target)):
			t.Errorf("%.60q is %d:%d %04o -> %q, on the host %d:%d %04o -> %q", w.path, e.Uid, e.Gid, e.Mode, e.Linkname, f.UID, f.GID, f.Mode, f.Target)
		case w.xattr != "" && e.PAXRecords["SCHILY.xattr."+w.xattr] != string(f.Xattrs[w.xattr]):
			t.Errorf("%s has the records %q, want %s", w.path, e.PAXRecords, w.xattr)
		}
	}
	for name := range got {
		if strings.HasPrefix(name, h.dir+"/") && files[name].Decision == "" {
			t.Errorf("%.90q is in the image and not in the list", name)
		}
	}
}

// image reads the headers of all layers, the uppermost of each path.
func (h *hard) image(t *testing.T) map[string]*tar.Header {
	t.Helper()
	got := map[string]*tar.Header{}
	eachLayerEntry(t, filepath.Join(h.c.Workspace, h.id, "image/oci"), func(e *tar.Header, _ io.Reader) {
		got["/"+strings.TrimSuffix(e.Name, "/")] = e
	})
	return got
}
