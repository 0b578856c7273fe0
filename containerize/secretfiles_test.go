package containerize

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/containerize/layer"
	"a2c/model"
)

func TestSecretFiles(t *testing.T) {
	secret := func(path model.Path, kind string, line int) model.Secret {
		return model.Secret{Name: "x", Kind: kind, Place: model.Place{Kind: "file", Path: path, Line: line}}
	}
	made := func(as keep) *start {
		p := bare(t, "/bin/app")
		for name, size := range map[model.Path]int{"/etc/a/key.p12": 10, "/etc/a/tls.pem": 10, "/etc/a/large.jks": maxSecretFile + 1} {
			if err := p.put(layer.Entry{Path: name, Mode: 0o640, UID: 5}, model.GroupApplication, make([]byte, size)); err != nil {
				t.Fatal(err)
			}
			p.items[name].content = nil // it comes from the host
		}
		info := model.AnalysisInfo{Exe: "/bin/app", Umask: 0o022, Cmdline: []string{"/bin/app"}, Secrets: []model.Secret{
			secret("/etc/a/key.p12", "keystore", 0), secret("/etc/a/tls.pem", "private-key", 7), secret("/etc/a/large.jks", "keystore", 0), secret("/etc/a/none.jks", "keystore", 0),
		}}
		s, err := newStart(model.Analysis{AnalysisInfo: info}, p, as)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := made(keep{})
	want := []model.SecretFile{
		{Variable: "SECRET_FILE_KEY_P12", Path: "/etc/a/key.p12", Written: "/dev/shm/a2c-SECRET_FILE_KEY_P12.p12", Mode: 0o640, UID: 5},
		{Variable: "SECRET_FILE_TLS_PEM", Path: "/etc/a/tls.pem", Written: "/dev/shm/a2c-SECRET_FILE_TLS_PEM.pem", Mode: 0o640, UID: 5},
	}
	if d := cmp.Diff(want, s.needs(nil).SecretFiles); d != "" {
		t.Errorf("secret files (-want +got):\n%s", d)
	}
	args := []string{"/.a2c/init", "-file", "SECRET_FILE_KEY_P12=/dev/shm/a2c-SECRET_FILE_KEY_P12.p12", "-file", "SECRET_FILE_TLS_PEM=/dev/shm/a2c-SECRET_FILE_TLS_PEM.pem", "--", "/bin/app"}
	if d := cmp.Diff(args, s.config().Entrypoint); d != "" {
		t.Errorf("entry point (-want +got):\n%s", d)
	}
	for _, f := range want {
		if it := s.plan.items[f.Path]; it.Kind != layer.Symlink || it.Target != f.Written {
			t.Errorf("%s stays in the image: %+v", f.Path, it.Entry)
		}
	}
	for _, k := range s.secrets {
		if k.Place.Encoding != model.Base64 || k.Place.Line != 0 {
			t.Errorf("%s is not the whole file: %+v", k.Name, k.Place)
		}
	}
	if inside := s.plan.inside(s.info.Secrets); len(inside) != 1 || inside[0].Place.Path != "/etc/a/large.jks" || len(s.skips) != 1 {
		t.Errorf("inside stay %v, told are %v", inside, s.skips)
	}
	if kept := made(keep{fileSecrets: true}); len(kept.files) > 0 || kept.plan.items["/etc/a/key.p12"].Kind != layer.File {
		t.Error("taken out all the same")
	}
}
