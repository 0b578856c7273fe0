package page

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"a2c/internal/golden"
	"a2c/model"
)

// TestWrite has a verification with one of each, in which the application writes what would act in a browser.
func TestWrite(t *testing.T) {
	const hostile = `</td><script>alert(1)</script>`
	v := model.Verification{
		ApplicationID: "java-tomcat-9e8e4799", ImageDigest: "sha256:0123", Runtime: "docker", Verdict: model.VerifyDifferent, Why: "1 of 5 comparisons differ",
		ReadySeconds: 5.2, PeakBytes: 200 << 20, ReadOnlyRoot: true, IdleBytes: 180 << 20,
		Hardening: &model.Hardening{
			ReadOnlyRoot: true, NonRoot: true, Capabilities: []string{"CHOWN"}, Seccomp: "RuntimeDefault", Writable: []model.Path{"/tmp", hostile}, Found: []model.Path{hostile},
			Failed: []model.HardeningTrial{{Set: "read-only root, no capabilities, no new privileges", Why: hostile}},
		},
		Stop:   &model.Stop{Signal: "SIGTERM", GraceSeconds: 10, Seconds: 0.42, ExitCode: 143, Clean: true},
		Sizing: &model.Sizing{Trials: []model.SizeTrial{{CPU: 0.25, Memory: 512, Why: hostile}, {CPU: 0.5, Memory: 1024, Fits: true, ReadySeconds: 8, Millis: 2.1}}},
		Comparisons: []model.Comparison{
			{
				Port: 8080, Method: "GET", Path: "/", Verdict: model.VerifyEqual, Same: true, Proof: true,
				Live:  model.Answer{Status: 200, ContentType: "text/html", Bytes: 3190, PackedBytes: 800},
				Twin:  model.Answer{Status: 200, ContentType: "text/html", Bytes: 3190, PackedBytes: 800},
				Masks: []model.Mask{{Kind: model.MaskHTML, Where: "html/body/form/input@value", Bytes: 36}, {Kind: model.MaskCookie, Where: "JSESSIONID", Bytes: 32, Given: true}},
			},
			{
				Port: 8080, Method: "GET", Path: "/" + hostile, Verdict: model.VerifyDifferent,
				Live: model.Answer{Status: 200, ContentType: "text/plain", Bytes: 9}, Twin: model.Answer{Status: 500, ContentType: hostile, Bytes: 9},
				Differences: []model.Difference{
					{What: "status", Live: "200", Image: "500"},
					{What: "body at line 2 word 1", Evidence: "--- live\n+++ twin\n@@ -1,3 +1,2 @@\n a\n-" + hostile + "\n-b\n+c\n d"},
				},
			},
			{Port: 8080, Method: "GET", Path: "/no", Verdict: model.VerifySameError, Same: true, ProofWhy: "both answering 404 proves nothing", Live: model.Answer{Status: 404}, Twin: model.Answer{Status: 404}},
			{Port: 8005, Method: "LISTEN", Verdict: model.VerifyEqual, Same: true, ProofWhy: "that a port is open shows little"},
			{
				Port: 8443, Method: "TLS", Verdict: model.VerifyEqual, Same: true, Proof: true,
				Live: model.Answer{Said: []string{"protocol: TLS 1.3", "issuer: " + hostile}}, Twin: model.Answer{Said: []string{"protocol: TLS 1.3", "issuer: " + hostile}},
			},
		},
		StartProblems: []model.StartProblem{{Level: "error", Text: "java.lang.NoClassDefFoundError: " + hostile, Count: 3}, {Level: "warning", Text: "no route to db", Count: 1, Why: "the network is cut off"}},
		Live:          &model.LiveLoad{Requests: 8, BeforeMillis: 3.24, StartingMillis: 5, AskedMillis: 4},
		Facts: []model.Fact{
			{Name: "umask", Live: "0022", Image: "0022", Verdict: model.FactEqual}, {Name: "variable LANG", Live: hostile, Verdict: model.FactDifferent, Why: "it is not set in the image"},
		},
		MissingFiles: []model.MissingFile{
			{Path: "/srv/" + hostile, Type: "file", Call: "openat", Count: 3, Program: "/usr/bin/java", Belongs: true, Why: "the machine has it, and nothing speaks against it"},
			{Path: "/etc/ld.so.cache", Type: "file", Call: "access", Count: 1, Why: hostile},
		},
		Repairs: []model.Repair{{Added: []model.Path{"/srv/x"}, Refused: []string{"/srv/key.pem: " + hostile}, ImageDigest: "sha256:0124", Verdict: model.VerifyDifferent}},
		Reached: []string{"tcp/10.0.0.5:5432"}, Log: []string{"SEVERE: " + hostile}, Skips: []model.Skip{{What: "port 514/udp", Reason: "only TCP ports are compared"}},
	}
	var b strings.Builder
	if err := Write(&b, v, model.Image{Size: 78 << 20, Uncompressed: 198 << 20, Layers: make([]model.Layer, 5)}); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "testdata/verify.html", []byte(b.String()))
	z := html.NewTokenizer(strings.NewReader(b.String()))
	for z.Next() != html.ErrorToken {
		name, _ := z.TagName()
		switch string(name) {
		case "script", "img", "iframe", "object", "link", "a":
			t.Errorf("the page has an element %q", name)
		}
	}
}
