package host

import (
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
	c := &p.host.accounts
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

// User is the effective user and group with the names that the process's own root gives them. Names that cannot be read stay "": the
// error says why, and the numbers are valid all the same.
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
	accounts, err := p.Accounts()
	if err != nil {
		return u, err
	}
	if a, ok := accounts.Users[u.UID]; ok {
		u.Name = a.Name
		u.Evidence.Add("name", model.FromFile("/etc/passwd", a.Line))
	}
	if g, ok := accounts.Groups[u.GID]; ok {
		u.Group = g.Name
		u.Evidence.Add("group", model.FromFile("/etc/group", g.Line))
	}
	return u, nil
}
