package parse

import (
	"path"
	"slices"
	"strings"
)

// Some options hold a secret that neither their name nor the value tells: curl -u NAME:VALUE, mongosh -u NAME -p VALUE, mysql -pVALUE. What counts is in each
// case a convention of programs, and where it is not clear, the value is hidden: nobody loses more by that than by a password shown. What has another
// meaning stays:
//   - "-u 1000:1000", a user and a group by number, of whatever program;
//   - "--user nginx:nginx" of programs that take a user and a group by name (docker, podman, gosu, chroot …); elsewhere it is a name and a password;
//   - "-p 8080", a port or another number; "-p VALUE" without "-u NAME" before it.

// conventions knows the arguments of one command line.
type conventions struct {
	args    []string
	program string
	named   int // the first argument that is -u with a name behind it
}

func newConventions(args []string) conventions {
	c := conventions{args: args, named: len(args)}
	if len(args) > 0 {
		c.program = strings.TrimSuffix(path.Base(args[0]), ".exe")
	}
	for i, a := range args {
		if (a == "-u" || a == "--user" || a == "--username") && i+1 < len(args) && args[i+1] != "" && !strings.HasPrefix(args[i+1], "-") && strings.Trim(args[i+1], "0123456789:") != "" {
			c.named = i
			break
		}
	}
	return c
}

// secret finds the secret of argument i, or of the one behind it that is its value: args[at][start:end]. option is "" when there is none.
func (c conventions) secret(i int) (at, start, end int, option string) {
	option, value, at, start := optionValue(c.args, i)
	switch {
	case slices.Contains([]string{"-u", "-U", "--user", "--userinfo", "--basic-auth", "--basicauth", "--proxy-user", "--auth"}, option):
		name, secret, ok := strings.Cut(value, ":")
		if ok && secret != "" && !takesGroup(c.program) && !userNumbers(name, secret) && !strings.HasPrefix(secret, "//") && !isReference(secret) {
			return at, start + len(name) + 1, start + len(value), option
		}
	case option == "-p" && c.password(i) && at > i && strings.Trim(value, "0123456789:") != "" && !isReference(value):
		return at, start, start + len(value), option
	case mysql(c.program) && strings.HasPrefix(c.args[i], "-p") && len(c.args[i]) > 2:
		return i, 2, len(c.args[i]), "-p"
	}
	return 0, 0, 0, ""
}

// password reports whether -p as argument i has one behind it.
func (c conventions) password(i int) bool {
	return c.program == "sshpass" || c.named < i && !takesGroup(c.program) && !mysql(c.program)
}

// optionValue splits "--user=x" and "-ux", or takes the argument behind.
func optionValue(args []string, i int) (option, value string, at, start int) {
	a := args[i]
	switch name, _, pair := strings.Cut(a, "="); {
	case strings.HasPrefix(a, "--") && pair:
		return name, a[len(name)+1:], i, len(name) + 1
	case len(a) > 2 && a[0] == '-' && (a[1] == 'u' || a[1] == 'U') && !pair:
		return a[:2], a[2:], i, 2
	case i+1 < len(args) && !optionLike(args[i+1]):
		return a, args[i+1], i + 1, 0
	}
	return a, "", i, 0
}

// userNumbers reports a user and a group by number, or an address and a port.
func userNumbers(name, rest string) bool {
	return strings.Trim(rest, "0123456789") == "" && (strings.Trim(name, "0123456789") == "" || len(rest) <= len("65535") && strings.Contains(name, "."))
}

// takesGroup names the programs whose user may be followed by a colon and a group, and whose -p is a port.
func takesGroup(program string) bool {
	switch program {
	case "docker", "podman", "nerdctl", "crictl", "gosu", "su-exec", "chroot", "chpst", "setuidgid", "start-stop-daemon", "setpriv", "sudo", "doas", "runuser", "su", "daemonize", "uwsgi", "gunicorn", "supervisord":
		return true
	}
	return false
}

// mysql names the clients of MySQL and MariaDB, in which the password follows -p without a blank (dev.mysql.com, "Command-Line Options for Connecting").
func mysql(program string) bool {
	switch program {
	case "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlcheck", "mysqlshow", "mysqlslap", "mysqlbinlog", "mariadb", "mariadb-dump", "mariadb-admin", "mariadb-backup", "mariabackup", "xtrabackup":
		return true
	}
	return false
}

// curlSecrets are those of curl's -u NAME:VALUE in a command line that stands in a text: sh -c "curl -u app:x http://…". Other programs in scripts mean a
// group by it too often.
func curlSecrets(s string) []SecretSpan {
	var spans []SecretSpan
	for at := 0; ; {
		i := strings.Index(s[at:], "curl ")
		if i < 0 {
			return spans
		}
		begin := at + i
		at = begin + len("curl ")
		if begin > 0 && (isWord(s[begin-1]) || s[begin-1] == '-') {
			continue
		}
		end := lineEnd(s, begin)
		if i := strings.IndexAny(s[begin:end], ";|"); i >= 0 {
			end = begin + i
		}
		words := splitOptions(s[begin:end], true)
		args := make([]string, len(words))
		for i, w := range words {
			args[i] = string(w.text)
		}
		c := newConventions(args)
		for i := 1; i < len(args); i++ {
			n, start, stop, option := c.secret(i)
			if option == "" {
				continue
			}
			secret := args[n][start:stop]
			if shell := strings.IndexByte("$%", secret[0]) >= 0 && variable.MatchString(secret); !shell { // $PW, which the shell replaces
				w := words[n]
				spans = append(spans, SecretSpan{Start: begin + w.at[start], End: begin + w.at[stop-1] + 1, Kind: SecretPassword, Key: strings.TrimLeft(option, "-")})
			}
		}
		at = max(at, end)
	}
}
