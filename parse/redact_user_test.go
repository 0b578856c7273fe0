package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestConventions holds which arguments hide a value that only the program's convention makes a secret, and which near them stay as they are.
func TestConventions(t *testing.T) {
	const r = "<redacted>"
	for args, want := range map[string]string{
		// A name and a password.
		"curl -u app:hunter2 http://a/":      "curl -u app:" + r + " http://a/",
		"curl -uapp:hunter2 http://a/":       "curl -uapp:" + r + " http://a/",
		"curl --user app:hun:ter2 http://a/": "curl --user app:" + r + " http://a/",
		"curl --user=app:hunter2":            "curl --user=app:" + r,
		"curl -u :hunter2 http://a/":         "curl -u :" + r + " http://a/",
		"curl -U proxy:hunter2 http://a/":    "curl -U proxy:" + r + " http://a/",
		"agent --basic-auth app:hunter2":     "agent --basic-auth app:" + r,
		"agent --userinfo=app:hunter2":       "agent --userinfo=app:" + r,
		"http --auth app:hunter2 GET /":      "http --auth app:" + r + " GET /",
		"java -jar a.jar --user nginx:nginx": "java -jar a.jar --user nginx:" + r, // of a program that knows no groups: a default password
		"java -jar a.jar -u admin:12345":     "java -jar a.jar -u admin:" + r,
		// A name, and a password in an option of its own.
		"mongosh -u app -p hunter2 db":          "mongosh -u app -p " + r + " db",
		"java -jar a.jar -u sa -p hunter2":      "java -jar a.jar -u sa -p " + r,
		"x --username app -p hunter2":           "x --username app -p " + r,
		"sshpass -p hunter2 ssh h":              "sshpass -p " + r + " ssh h",
		"/usr/bin/mysql -u root -phunter2 shop": "/usr/bin/mysql -u root -p" + r + " shop",
		"mysqldump -phunter2 shop":              "mysqldump -p" + r + " shop",
		// What is near, and none.
		"x -u 1000:1000":  "x -u 1000:1000",
		"x --user=1000:0": "x --user=1000:0",
		"docker run --user nginx:nginx -p 80:80 x": "docker run --user nginx:nginx -p 80:80 x",
		"podman run -u app -p 127.0.0.1:80:80 x":   "podman run -u app -p 127.0.0.1:80:80 x",
		"start-stop-daemon --user app:app -S":      "start-stop-daemon --user app:app -S",
		"x -u app":                                 "x -u app",
		"x -u app:":                                "x -u app:",
		"x --user app:${PW}":                       "x --user app:${PW}",
		"x -u http://a/b":                          "x -u http://a/b",
		"x -u 10.0.0.1:8080":                       "x -u 10.0.0.1:8080",
		"x -u -p hunter2":                          "x -u -p hunter2",
		"x -u app -p 8080":                         "x -u app -p 8080",
		"x -p 8080":                                "x -p 8080",
		"java -p mods -m shop/Main":                "java -p mods -m shop/Main",
		"java -p mods -m shop/Main -u sa":          "java -p mods -m shop/Main -u sa",
		"mkdir -p /srv/x":                          "mkdir -p /srv/x",
		"mysql -u root -p shop":                    "mysql -u root -p shop", // asks for the password; shop is the database
		"node -p process.pid":                      "node -p process.pid",
		"x --users a:b":                            "x --users a:b",
		"x -url a:b":                               "x -url a:b",
	} {
		got := strings.Join(RedactArgs(strings.Split(args, " ")), " ")
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", args, d)
		}
	}
}

// TestConventionsInText holds the same of a command line within a text.
func TestConventionsInText(t *testing.T) {
	const r = "<redacted>"
	for text, want := range map[string]string{
		"curl -s -u app:hunter2 http://a/ | sh":            "curl -s -u app:" + r + " http://a/ | sh",
		"x=1\ncurl --user 'app:hun ter2' http://a/\ny=2\n": "x=1\ncurl --user 'app:" + r + "' http://a/\ny=2\n",
		"curl -u app:letmein http://a/":                    "curl -u app:" + r + " http://a/",
		"docker run -u nginx:nginx x":                      "docker run -u nginx:nginx x",
		"curl http://a/; docker run -u a:b x":              "curl http://a/; docker run -u a:b x",
		"my-curl -u a:b":                                   "my-curl -u a:b",
		"curl -u $U:$P http://a/":                          "curl -u $U:$P http://a/",
	} {
		if d := cmp.Diff(want, RedactText(text)); d != "" {
			t.Errorf("%q (-want +got)\n%s", text, d)
		}
	}
}
