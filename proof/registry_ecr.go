package proof

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// ecr pushes to the name of a registry of ECR: its service is AWS's double moto, the registry itself is distribution's, which a proxy leads to and which takes
// the password that moto gives. The repository is made with what --create-repository promises.
func (p *registryProof) ecr(t *testing.T) {
	const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
	endpoint := p.b.moto(t)
	r := p.b.registry(t, "ecr", registryOptions{tls: true, names: []string{host}, user: "AWS", password: "123456789012-auth-token"})
	env := []string{
		"HOME=" + r.dir, "SSL_CERT_FILE=" + r.certificate, "HTTPS_PROXY=" + leading(t, r.address), "AWS_ENDPOINT_URL_ECR=" + endpoint, "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
	}
	p.command(t, host+"/team/orders:1", "AWS gives no password", env...)
	c := p.c
	c.Env = append(slices.Clone(env), "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none")
	for range 2 { // the second time it exists, and stays
		c.Run(t, []int{exitDone, exitNotAllSeen}, "containerize", "--application-id", p.job.ID, "--allow-secrets-in-image", "--create-repository", "--destination", host+"/team/orders:1")
	}
	aws := &putter{t: t, b: p.b, endpoint: endpoint}
	for ask, want := range map[string]string{"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration.scanOnPush && 'yes'": "yes"} {
		if got := aws.aws("ecr", "describe-repositories", "--repository-names", "team/orders", "--query", "repositories[0]."+ask); got != want {
			t.Errorf("%s of the repository is %q, not %q", ask, got, want)
		}
	}
	var got, want any
	err := errors.Join(json.Unmarshal([]byte(aws.aws("ecr", "get-lifecycle-policy", "--repository-name", "team/orders", "--query", "lifecyclePolicyText")), &got), json.Unmarshal([]byte(model.ECRLifecycle), &want))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("lifecycle rule (%v, -want +got)\n%s", err, diff)
	}
}

// leading is a proxy for TLS that leads every name to one address.
func leading(t *testing.T, to string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method != http.MethodConnect || !strings.HasSuffix(q.Host, ":443") {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		s, err := new(net.Dialer).DialContext(t.Context(), "tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer s.Close()
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		if _, err := io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			return // who asked has gone
		}
		go func() {
			_, _ = io.Copy(s, c) // ends when either side does
			s.Close()
		}()
		_, _ = io.Copy(c, s)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
