package proof

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"a2c/internal/jail"
	"a2c/model"
	"a2c/proof/servers"
)

// Secrets that the proof makes: storePassword is that of a key store and stands in an .ini file, the other is a default of an XML document.
const (
	storePassword   = "pr00f-0nly-of-a-key"
	partnerPassword = "pr00f-0nly-of-a-default"
)

// jettySecrets is Jetty with TLS, whose console goes to a file.
func jettySecrets() servers.Server {
	s := servers.JettyBase()
	s.Name = "jetty-secrets"
	configure := s.Configure
	s.Configure = func(ctx context.Context, p servers.Place) error {
		if err := configure(ctx, p); err != nil {
			return err
		}
		for _, err := range []error{
			os.Remove(p.Path("base/etc/keystore.p12")),
			p.KeyStore(ctx, "base/etc/keystore.p12", storePassword),
			p.Edit("base/start.d/20-https.ini", "keyStorePassword=changeit", "keyStorePassword="+storePassword),
			p.Write("base/etc/partner.xml", `<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <Call name="setAttribute"><Arg>partner</Arg><Arg><Property name="partner.password" deprecated="old.password" default="`+partnerPassword+`"/></Arg></Call>
</Configure>
`),
			p.Write("base/start.d/40-partner.ini", "etc/partner.xml\n"),
			p.Write("base/start.d/50-log.ini", "--module=console-capture\njetty.console-capture.dir="+p.Path("base/logs")+"\n"),
			os.Mkdir(p.Path("base/logs"), 0o755),
			p.Give("base"),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	}
	return s
}

// proveTLS runs the image with the secrets that image.json names, and compares its certificate with that of the live server.
func (s imageSubject) proveTLS(t *testing.T, b *Bench, c Command, j Job) {
	t.Helper()
	options, values := given(t, j)
	if len(j.Image.Needs.SecretFiles) != 1 {
		t.Fatalf("the key store is no secret file: %v", j.Image.Needs.SecretFiles)
	}
	if !slices.ContainsFunc(j.Image.Needs.Secrets, func(k model.Secret) bool { return path.Base(string(k.Place.Path)) == "20-https.ini" }) {
		t.Fatalf("the password of the key store is no secret to give: %v", j.Image.Needs.Secrets)
	}
	d := docker{env: c.Env}
	proc := s.runImage(t, d, j.Tar, values, append(options, withoutRoot(j)...))
	address := fmt.Sprintf("127.0.0.1:%d", s.tls)
	live := certificate(t, "/proc/self/ns/net", address)
	if !bytes.Equal(live, certificate(t, proc+"/ns/net", address)) {
		t.Errorf("HTTPS of the container has another certificate than that of the live server\n%s", d.both(t, "logs", entryName))
	}
	if log := d.both(t, "logs", entryName); strings.Contains(log, storePassword) || !strings.Contains(log, "Started") {
		t.Errorf("the container's log holds a secret, or not what console-capture took:\n%s", log)
	}
	fmt.Fprintf(b.Log, "%s: HTTPS with the certificate of the live server, with %d secrets given\n", s.server.Name, len(values))
}

// given are the secrets that an image needs, read from their places by hand: options for docker, and its environment.
func given(t *testing.T, j Job) (options, values []string) {
	t.Helper()
	for _, k := range j.Image.Needs.Secrets {
		options, values = append(options, "-e", k.Name), append(values, k.Name+"="+assigned(t, k.Place))
	}
	return options, values
}

// certificate is the one that a server shows.
func certificate(t *testing.T, namespace, address string) []byte {
	t.Helper()
	var conn net.Conn
	err := jail.InNetNS(namespace, func() (err error) {
		conn, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	secure := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"}) //nolint:gosec // the certificate itself is compared
	if err := secure.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return secure.ConnectionState().PeerCertificates[0].Raw
}
