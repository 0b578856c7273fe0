package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestUnreadable has files of others in the application's folder, some by a link that its user could make to anything: what the application's
// user cannot read serves nobody in the image, and its content is not the application's to carry away.
func TestUnreadable(t *testing.T) {
	acl := func(user byte) string { // u:N:r, N being 3<<8 and the byte: 995 is 3<<8 + 227
		return "\x02\x00\x00\x00" + "\x02\x00\x04\x00" + string([]byte{user, 3, 0, 0}) + "\x10\x00\x04\x00\xff\xff\xff\xff"
	}
	m := machine(t, "java-generic", func(a *txtar.Archive) {
		appendTo(t, a, "proc/412/cmdline", "conf/link.properties\n")
		for name, text := range map[string]string{
			"opt/worker/root.pem mode=0600":                                            "root's",
			"opt/worker/group.pem mode=0640 gid=994":                                   "the group's",
			"opt/worker/conf/root.properties mode=0600":                                "a = b",
			"opt/worker/opened.pem mode=0600":                                          "opened before the user was changed",
			"opt/worker/foreign -> ../other/secret.key":                                "",
			"opt/worker/conf/link.properties -> ../../other/o.properties":              "",
			"opt/other/o.properties mode=0600 uid=34":                                  "db.password=of-another-service\n",
			"opt/other/secret.key mode=0600 uid=34":                                    "another service's",
			"opt/worker/closed/ mode=0700":                                             "",
			"opt/worker/closed/inner.txt":                                              "",
			"opt/worker/half/ mode=0711":                                               "",
			"opt/worker/half/inner.txt":                                                "",
			"opt/worker/acl.pem mode=0640 xattr:system.posix_acl_access=" + acl(227):   "",
			"opt/worker/noacl.pem mode=0640 xattr:system.posix_acl_access=" + acl(228): "",
			"proc/412/fd/9 -> /opt/worker/opened.pem":                                  "",
			"proc/412/fdinfo/9":                                                        "flags: 0100000\n",
		} {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
		}
	})
	a, list := run(t, m, "java-generic", analyze.Options{})
	for _, s := range a.AnalysisInfo.Secrets {
		if strings.HasSuffix(string(s.Place.Path), "link.properties") {
			t.Errorf("another service's document was read: %s in line %d", s.Name, s.Place.Line)
		}
	}
	got := map[model.Path]model.File{}
	for _, f := range list {
		got[f.Path] = f
	}
	for path, want := range map[model.Path]string{
		"/opt/worker/root.pem": model.Out, "/opt/worker/group.pem": model.In, "/opt/worker/conf/root.properties": model.Out, "/opt/worker/opened.pem": model.In,
		"/opt/worker/foreign": model.In, "/opt/other/secret.key": model.Out, "/opt/worker/closed": model.Out, "/opt/worker/closed/inner.txt": "",
		"/opt/worker/half": model.In, "/opt/worker/half/inner.txt": model.In, "/opt/worker/acl.pem": model.In, "/opt/worker/noacl.pem": model.Out,
	} {
		if f := got[path]; f.Decision != want {
			t.Errorf("%s: %q, want %q: %v", path, f.Decision, want, f.Reasons)
		}
	}
	if f := got["/opt/worker/root.pem"]; !slices.Contains(f.Reasons, "permission: user 995 of the application cannot read it") {
		t.Errorf("reasons %v", f.Reasons)
	}
}
