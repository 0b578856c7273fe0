package containerize

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

// accounts is what the image's passwd(5) and group(5) hold.
type accounts struct {
	users  map[int]account
	groups map[int]string
	member map[int][]string // supplementary members by group
}

type account struct {
	name, home, shell string
	gid               int
}

// maxAccounts bounds /etc/passwd and /etc/group; large sites keep users elsewhere.
const maxAccounts = 16 << 20

// system adds what every image needs and no package brings: users, name service, /tmp. base are the base image's own files, by path.
func (p *plan) system(a model.AnalysisInfo, base map[string][]byte) error {
	acc := p.accounts(a)
	files := []struct {
		name  string
		lines []string
	}{{"/etc/passwd", acc.passwdLines()}, {"/etc/group", acc.groupLines()}}
	for _, f := range files {
		if err := p.put(layer.Entry{Path: model.Path(f.name), Mode: 0o644}, model.GroupApplication, merge(base[f.name], f.lines)); err != nil {
			return err
		}
	}
	if p.find("/etc/nsswitch.conf") == nil && base["/etc/nsswitch.conf"] == nil {
		text := "# made by a2c: without it, C libraries differ in whether /etc/hosts is read before DNS is asked\npasswd: files\ngroup: files\nhosts: files dns\n"
		if err := p.put(layer.Entry{Path: "/etc/nsswitch.conf", Mode: 0o644}, model.GroupApplication, []byte(text)); err != nil {
			return err
		}
	}
	return p.dir("/tmp", 0o1777, 0, 0)
}

// accounts picks root, nobody and the application's own from the host's files. Full names (GECOS) and passwords stay on the host.
func (p *plan) accounts(a model.AnalysisInfo) accounts {
	out := accounts{
		users: map[int]account{
			0: {"root", "/root", "/sbin/nologin", 0}, 65534: {"nobody", "/nonexistent", "/sbin/nologin", 65534},
		},
		groups: map[int]string{0: "root", 65534: "nogroup"}, member: map[int][]string{},
	}
	uid, gid := a.App.User.UID, a.App.User.GID
	app := account{name: a.App.User.Name, home: string(a.Cwd), shell: "/sbin/nologin", gid: gid}
	if app.name == "" {
		app.name = a.UserNames[strconv.Itoa(uid)]
	}
	for _, f := range p.table("/etc/passwd") {
		if n, err := strconv.Atoi(f[2]); err == nil && len(f) == 7 && n == uid {
			app.home = f[5] // what getpwuid(3) says: Java's user.home
			if app.name == "" {
				app.name = f[0]
			}
		}
	}
	if app.name == "" {
		app.name = "app"
	}
	if uid != 0 {
		out.users[uid] = app
	}
	groups := p.table("/etc/group")
	for _, g := range append([]int{gid}, a.App.User.Groups...) {
		out.group(g, a, groups)
		if g != gid && uid != 0 {
			out.member[g] = append(out.member[g], field(app.name))
		}
	}
	return out
}

// group adds a group by the name that the analysis, or else the host's table, knows.
func (acc accounts) group(gid int, a model.AnalysisInfo, table [][]string) {
	if _, there := acc.groups[gid]; there {
		return
	}
	name := a.GroupNames[strconv.Itoa(gid)]
	if name == "" && gid == a.App.User.GID {
		name = a.App.User.Group
	}
	for _, f := range table {
		if name == "" && f[2] == strconv.Itoa(gid) {
			name = f[0]
		}
	}
	if name == "" {
		name = "g" + strconv.Itoa(gid)
	}
	acc.groups[gid] = name
}

// table reads a colon-separated file of the host; lines with fewer than three fields are no accounts.
func (p *plan) table(name string) [][]string {
	if p.tree == nil {
		return nil
	}
	data, err := host.ReadFile(p.tree, name, maxAccounts)
	if err != nil {
		p.skips = append(p.skips, model.Skip{What: "accounts", Path: model.Path(name), Reason: host.Reason(err)})
		return nil
	}
	var out [][]string
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) >= 3 {
			out = append(out, f)
		}
	}
	return out
}

func (acc accounts) passwdLines() []string {
	var out []string
	for _, uid := range ids(acc.users) {
		u := acc.users[uid]
		out = append(out, fmt.Sprintf("%s:x:%d:%d::%s:%s", field(u.name), uid, u.gid, field(path.Clean("/"+u.home)), u.shell))
	}
	return out
}

func (acc accounts) groupLines() []string {
	var out []string
	for _, gid := range ids(acc.groups) {
		out = append(out, fmt.Sprintf("%s:x:%d:%s", field(acc.groups[gid]), gid, strings.Join(acc.member[gid], ",")))
	}
	return out
}

func ids[V any](m map[int]V) []int {
	var out []int
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// field keeps a value from breaking out of its field.
func field(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ':' || r < ' ' {
			return '_'
		}
		return r
	}, s)
}

// merge appends the lines whose name and number the base does not have.
func merge(base []byte, lines []string) []byte {
	out := bytes.TrimRight(base, "\n")
	if len(out) > 0 {
		out = append(out, '\n')
	}
	for _, l := range lines {
		f := strings.SplitN(l, ":", 4)
		if !taken(base, f[0], f[2]) {
			out = append(out, l+"\n"...)
		}
	}
	return out
}

func taken(base []byte, name, id string) bool {
	for line := range strings.Lines(string(base)) {
		f := strings.SplitN(line, ":", 4)
		if len(f) == 4 && (f[0] == name || f[2] == id) {
			return true
		}
	}
	return false
}
