package reveal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/inventory/host"
	"a2c/model"
)

const machine = `
-- /proc/412/cmdline --
java
-Dspring.datasource.password=a=b
--token
t0
plain
/key:k1
--db.password
p2
-- /proc/412/environ --
PATH=/bin
DB_PASSWORD=s3=cret
XDB_PASSWORD=other
-- /etc/app.properties --
a.password : one\
  two
-- /etc/app.yml --
spring:
  datasource:
    password: "y ml"
-- /etc/appsettings.json --
{"ConnectionStrings": {"Default": "Server=x;Password=j"}}
-- /etc/server.xml --
<Resource name="jdbc/password" username="u" oldpassword="no" password="x&amp;ml"/>
-- /etc/web.xml --
<context-param><param-name>dbPassword</param-name><param-value>w&lt;eb</param-value></context-param>
-- /etc/app.env --
# DB_PASSWORD is below
export DB_PASSWORD='e nv'
EMPTY=
# old.token=kR7pQ2xTz9LmW4vBs8HdYc
-- /etc/java.args --
-Xmx1g "-Dmail.password=a b"
-- /opt/a.jar!/application.properties --
jar.password=in jar
-- /etc/key.pem --
-----BEGIN-----
`

func TestValue(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(machine)))
	if err != nil {
		t.Fatal(err)
	}
	file := func(path, key string, line int) model.Place {
		return model.Place{Kind: "file", Path: model.Path(path), Key: key, Line: line}
	}
	cases := []struct {
		name  string
		place model.Place
		want  string // "" for ErrMoved
	}{
		{"env", model.Place{Kind: "env", Key: "DB_PASSWORD"}, "s3=cret"},
		{"env gone", model.Place{Kind: "env", Key: "B_PASSWORD"}, ""},
		{"system property", model.Place{Kind: "argv", Key: "spring.datasource.password", Arg: 1}, "a=b"},
		{"system property with -D", model.Place{Kind: "argv", Key: "-Dspring.datasource.password", Arg: 1}, "a=b"},
		{"option and value, option named", model.Place{Kind: "argv", Key: "--token", Arg: 2}, "t0"},
		{"option and value, value named", model.Place{Kind: "argv", Key: "token", Arg: 3}, "t0"},
		{"whole argument", model.Place{Kind: "argv", Arg: 4}, "plain"},
		{"colon", model.Place{Kind: "argv", Key: "key", Arg: 5}, "k1"},
		{"another argument now", model.Place{Kind: "argv", Key: "password", Arg: 4}, ""},
		{"fewer arguments now", model.Place{Kind: "argv", Arg: 99}, ""},
		{"properties", file("/etc/app.properties", "a.password", 1), "onetwo"},
		{"yaml", file("/etc/app.yml", "spring.datasource.password", 3), "y ml"},
		{"json", file("/etc/appsettings.json", "ConnectionStrings:Default", 1), "Server=x;Password=j"},
		{"xml", file("/etc/server.xml", "Resource.password", 1), "x&ml"},
		{"element", file("/etc/web.xml", "web-app/context-param[dbPassword]/param-value", 1), "w<eb"},
		{"shell", file("/etc/app.env", "DB_PASSWORD", 2), "e nv"},
		{"comment", file("/etc/app.env", "DB_PASSWORD", 1), ""},
		{"empty", file("/etc/app.env", "EMPTY", 3), ""},
		{"by its line", file("/etc/app.env", "", 4), "kR7pQ2xTz9LmW4vBs8HdYc"},
		{"nothing on the line", file("/etc/app.env", "", 1), ""},
		{"argument file", file("/etc/java.args", "mail.password", 0), "a b"},
		{"inside an archive", file("/opt/a.jar!/application.properties", "jar.password", 1), "in jar"},
		{"line gone", file("/etc/app.env", "DB_PASSWORD", 9), ""},
		{"whole file", file("/etc/key.pem", "", 0), "-----BEGIN-----\n"},
	}
	r := New(tree, 412)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := r.Value(c.place)
			if c.want == "" {
				if !errors.Is(err, ErrMoved) {
					t.Fatalf("%v, want ErrMoved", err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestFromFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "s")
	for text, want := range map[string]string{"a\n": "a", "a\r\n": "a", "a\n\n": "a\n", "": ""} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := FromFile(name); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, bad := range []string{"a\x00b", string(make([]byte, setLimit+1))} {
		if err := os.WriteFile(name, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := FromFile(name); err == nil {
			t.Errorf("%d bytes are taken", len(bad))
		}
	}
}

func FuzzOnLine(f *testing.F) {
	f.Add(`<a password="x"/>`, "password")
	f.Add(`password`, "a.password")
	f.Add(`"k" : 'v`, "k")
	f.Fuzz(func(t *testing.T, line, key string) {
		onLine(model.Place{Key: key, Line: 1}, []byte(line))
	})
}
