package proof

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"a2c/model"
)

// hardWant is what was written by hand of one path.
type hardWant struct {
	path      string // below the proof's folder
	decision  string // "": it must not be in the list at all
	because   string // is part of one of its reasons, DIR for the proof's folder
	hardLink  string
	mode      uint32 // 0: any
	xattr     string
	doubt     bool
	recovered bool // it is in with --recover-deleted
	byList    bool // only its access control list lets the application read it
}

func hardWants() []hardWant {
	return []hardWant{
		{path: "app/app.jar", decision: model.In, because: "layout: "},
		{path: "app/res/plain.txt", decision: model.In, because: "layout: the application's own folder"},
		{path: "app/res/hard-1.txt", decision: model.In},
		{path: "app/res/hard-2.txt", decision: model.In, hardLink: "app/res/hard-1.txt"},
		{path: "outside/hard-3.txt"},
		{path: "app/res/holes.bin", decision: model.Out, because: "sparse: ", doubt: true},
		{path: "app/res/large.bin", decision: model.In, doubt: true},
		{path: "app/res/attrs.txt", decision: model.In, xattr: "user.note"},
		{path: "app/res/acl-yes.txt", decision: model.In, mode: 0o640, byList: true},
		{path: "app/res/acl-no.txt", decision: model.Out, because: "permission: user 64101"},
		{path: "app/bin/bind", decision: model.In, mode: 0o755, xattr: "security.capability"},
		{path: "app/bin/su", decision: model.In, mode: 0o4755},
		{path: "app/chain/there-and-back", decision: model.In},
		{path: "outside/hop", decision: model.In, because: "link: on the way to DIR/app/chain/there-and-back"},
		{path: "outside/hop2", decision: model.In},
		{path: "outside/not"},
		{path: "app/chain/tree", decision: model.In},
		{path: "elsewhere/tree/sub/b.txt", decision: model.In},
		{path: "elsewhere/other.txt"},
		{path: "app/chain/loop", decision: model.In},
		{path: "app/chain/nowhere", decision: model.In, because: "note: its target /nowhere/at/all is not in"},
		{path: "app/bound/inside.txt", decision: model.In},
		{path: "app/bound/below.txt"},
		{path: "source/inside.txt"},
		{path: "app/case/Name.txt", decision: model.In},
		{path: "app/case/name.TXT", decision: model.In},
		{path: "app/case/NAME.txt", decision: model.In},
		{path: "app/names/latin-\xe9.txt", decision: model.In},
		{path: "app/names/" + strings.Repeat("n", 255), decision: model.In},
		{path: "app/special/fifo", decision: model.Out, because: "named pipe"},
		{path: "app/special/device", decision: model.Out, because: "device"},
		{path: "app/special/socket", decision: model.Out, because: "socket"},
		{path: "app/journal.dat", decision: model.State, because: "held open for writing"},
		{path: "app/growing.bin", decision: model.State, because: "grow"},
		{path: "app/res/deleted.dat", decision: model.Out, because: "deleted: /proc/", doubt: true, recovered: true},
		{path: "app/res/deleted.properties", decision: model.Out, because: "deleted: /proc/", doubt: true, recovered: true},
		{path: "app/admin.jar", decision: model.Out, because: "other: "},
		{path: "app/admin-data/admin.db", decision: model.Out, because: "other: ", doubt: true},
		{path: "app/res/settings.xml.bak", decision: model.Out, because: "junk: ", doubt: true},
		{path: "app/plugins-1.zip", decision: model.Out, because: "layout: archive beside", doubt: true},
		{path: "app/res/app.trace.log", decision: model.Out, because: "log: ", doubt: true},
	}
}

func (w hardWant) wrong(files map[string]model.File, dir string) (list []string) {
	f, known := files[filepath.Join(dir, w.path)]
	say := func(format string, args ...any) {
		list = append(list, fmt.Sprintf("%.60q: ", w.path)+fmt.Sprintf(format, args...))
	}
	switch {
	case f.Decision != w.decision:
		say("it is %q because of %q, want %q", f.Decision, f.Reasons, w.decision)
	case known && len(f.Reasons) == 0:
		say("no reason")
	case w.because != "" && !slices.ContainsFunc(f.Reasons, func(r string) bool { return strings.Contains(strings.ReplaceAll(r, dir, "DIR"), w.because) }):
		say("none of the reasons %q says %q", f.Reasons, w.because)
	}
	if w.mode != 0 && f.Mode != w.mode {
		say("mode %04o, want %04o", f.Mode, w.mode)
	}
	if w.hardLink != "" && string(f.HardLink) != filepath.Join(dir, w.hardLink) {
		say("hard link of %q, want %q", f.HardLink, w.hardLink)
	}
	if w.xattr != "" && f.Xattrs[w.xattr] == nil {
		say("attributes %v, want %s", f.Xattrs, w.xattr)
	}
	if w.doubt != (f.Doubt != "") {
		say("in doubt since %q, want %v", f.Doubt, w.doubt)
	}
	return list
}
