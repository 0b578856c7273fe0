package host

import (
	"errors"
	"strconv"
	"sync"

	"a2c/model"
	"a2c/parse"
)

// Accounts are a root's /etc/passwd and /etc/group, by number; for equal numbers the first line counts, as for getpwuid(3).
// Users that only a directory service knows have no name here.
type Accounts struct {
	Users  map[int]parse.Account
	Groups map[int]parse.AccountGroup
}

// accountsLimit bounds passwd and group: 100,000 lines.
const accountsLimit = 16 << 20

// ReadAccounts reads both files of a tree; one that is missing has no entries.
func ReadAccounts(t Tree) (*Accounts, error) {
	a := &Accounts{Users: map[int]parse.Account{}, Groups: map[int]parse.AccountGroup{}}
	passwd, err := ReadFile(t, "/etc/passwd", accountsLimit)
	if err != nil && !Vanished(err) {
		return a, err
	}
	for _, u := range parse.Passwd(passwd) {
		if _, seen := a.Users[u.UID]; !seen {
			a.Users[u.UID] = u
		}
	}
	group, err := ReadFile(t, "/etc/group", accountsLimit)
	if err != nil && !Vanished(err) {
		return a, err
	}
	for _, g := range parse.Groups(group) {
		if _, seen := a.Groups[g.GID]; !seen {
			a.Groups[g.GID] = g
		}
	}
	return a, nil
}

// accountCache keeps one Accounts per tree.
type accountCache struct {
	mu sync.Mutex
	of map[Tree]*Accounts
}

// Accounts are those of the process's own root.
func (p *Process) Accounts() (*Accounts, error) {
	t, err := p.Tree()
	if err != nil {
		return nil, err
	}
	return p.host.accounts.read(t)
}

func (c *accountCache) read(t Tree) (*Accounts, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.of[t]; a != nil {
		return a, nil
	}
	a, err := ReadAccounts(t)
	if err != nil {
		return nil, err
	}
	if c.of == nil {
		c.of = map[Tree]*Accounts{}
	}
	c.of[t] = a
	return a, nil
}

// User is the effective user and group with the names that the process's own root gives them. In a user namespace of its own these names are for
// the numbers that hold inside, and the machine's own accounts name the others. Names and numbers that cannot be read are left out: the error says
// why, and the rest is valid all the same.
func (p *Process) User() (model.User, error) {
	s, err := p.Status()
	if err != nil {
		return model.User{}, err
	}
	const effective = 1
	u := model.User{UID: s.UID[effective], GID: s.GID[effective], Groups: s.Groups}
	line := func(key string) model.Source { return model.FromProc(p.PID, "status:"+strconv.Itoa(s.Lines[key])) }
	u.Evidence.Add("uid", line("Uid"))
	u.Evidence.Add("gid", line("Gid"))
	if len(u.Groups) > 0 {
		u.Evidence.Add("groups", line("Groups"))
	}
	own, err1 := p.host.OwnNamespace("user")
	theirs, err2 := p.Namespace("user")
	if err1 != nil || err2 != nil || own == theirs { // whose namespace cannot be read is not said to be elsewhere
		accounts, err := p.Accounts()
		u.Name, u.Group = accounts.names(u.UID, u.GID, &u.Evidence)
		return u, err
	}
	accounts, err1 := p.host.accounts.read(p.host.Tree)
	u.Name, u.Group = accounts.names(u.UID, u.GID, &u.Evidence)
	u.Inside, err2 = p.insideUser(u)
	return u, errors.Join(err1, err2)
}

// insideUser is nil when the namespace has no number for the user or the group: nothing inside can tell who that is.
func (p *Process) insideUser(u model.User) (*model.InsideUser, error) {
	var in model.InsideUser
	for _, m := range []struct {
		file, field string
		outside     int
		to          *int
	}{{"uid_map", "uid", u.UID, &in.UID}, {"gid_map", "gid", u.GID, &in.GID}} {
		data, err := p.read(m.file, smallFile)
		if err != nil {
			return nil, err
		}
		ranges, err := parse.ReadIDMap(data)
		if err != nil {
			return nil, wrap("read", p.path(m.file), err)
		}
		id, line := ranges.Inside(m.outside)
		if line == 0 {
			return nil, nil //nolint:nilnil // that it is not mapped is an answer
		}
		*m.to = id
		in.Evidence.Add(m.field, model.FromProc(p.PID, m.file+":"+strconv.Itoa(line)))
	}
	accounts, err := p.Accounts()
	in.Name, in.Group = accounts.names(in.UID, in.GID, &in.Evidence)
	return &in, err
}

// names are "" for numbers that have no line.
func (a *Accounts) names(uid, gid int, e *model.Evidence) (user, group string) {
	if a == nil {
		return "", ""
	}
	if u, ok := a.Users[uid]; ok {
		user = u.Name
		e.Add("name", model.FromFile("/etc/passwd", u.Line))
	}
	if g, ok := a.Groups[gid]; ok {
		group = g.Name
		e.Add("group", model.FromFile("/etc/group", g.Line))
	}
	return user, group
}
