package parse

import (
	"strconv"
	"strings"
)

// Account is one line of /etc/passwd (passwd(5)); the password field is not kept.
//
//	tomcat:x:995:995:Apache Tomcat:/var/lib/tomcat:/usr/sbin/nologin
type Account struct {
	Name     string
	UID, GID int
	Gecos    string
	Home     string
	Shell    string
	Line     int
}

// Passwd reads /etc/passwd. Comments, NIS lines (+name) and lines that do not fit are left out, as getpwent(3) does.
func Passwd(data []byte) []Account {
	var list []Account
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		if len(f) < 7 || f[0] == "" || strings.ContainsAny(f[0][:1], "#+-") {
			continue
		}
		uid, err1 := strconv.Atoi(f[2])
		gid, err2 := strconv.Atoi(f[3])
		if err1 != nil || err2 != nil {
			continue
		}
		list = append(list, Account{Name: f[0], UID: uid, GID: gid, Gecos: f[4], Home: f[5], Shell: f[6], Line: n})
	}
	return list
}

// AccountGroup is one line of /etc/group (group(5)).
//
//	tomcat:x:995:deploy,backup
type AccountGroup struct {
	Name    string
	GID     int
	Members []string
	Line    int
}

// Groups reads /etc/group, leniently as Passwd does.
func Groups(data []byte) []AccountGroup {
	var list []AccountGroup
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		if len(f) < 4 || f[0] == "" || strings.ContainsAny(f[0][:1], "#+-") {
			continue
		}
		gid, err := strconv.Atoi(f[2])
		if err != nil {
			continue
		}
		g := AccountGroup{Name: f[0], GID: gid, Line: n}
		if f[3] != "" {
			g.Members = strings.Split(f[3], ",")
		}
		list = append(list, g)
	}
	return list
}
