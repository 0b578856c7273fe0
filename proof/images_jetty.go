package proof

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"a2c/internal/jail"
	"a2c/proof/servers"
)

// keyPassword is that of a key store; it stands in an .ini file and in an XML document.
const keyPassword = "pr00f-0nly-of-a-key"

// jettySecrets is Jetty with TLS whose key store's password stands in start.d, and that of the key in it in an XML document: without either there is no HTTPS.
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
			p.KeyStore(ctx, "base/etc/keystore.p12", keyPassword),
			p.Edit("base/start.d/20-https.ini", "keyStorePassword=changeit", "keyStorePassword="+keyPassword),
			p.Write("base/start.d/50-key.ini", "--module=console-capture\netc/key.xml\n"),
			p.Write("base/etc/key.xml", `<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <Ref refid="sslContextFactory">
    <Set name="KeyManagerPassword"><Property name="shop.key.password" default="`+keyPassword+`"/></Set>
  </Ref>
</Configure>
`),
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
	var options, values []string
	for _, k := range j.Image.Needs.Secrets {
		value := assigned(t, k.Place)
		options, values = append(options, "-e", k.Name), append(values, k.Name+"="+value)
	}
	if len(j.Image.Needs.SecretFiles) != 1 {
		t.Fatalf("the key store is no secret file: %v", j.Image.Needs.SecretFiles)
	}
	d := docker{env: c.Env}
	proc := s.runImage(t, d, j.Tar, values, append(options, withoutRoot(j)...))
	address := fmt.Sprintf("127.0.0.1:%d", s.tls)
	live := certificate(t, "/proc/self/ns/net", address)
	if !bytes.Equal(live, certificate(t, proc+"/ns/net", address)) {
		t.Errorf("HTTPS of the container has another certificate than that of the live server\n%s", d.both(t, "logs", entryName))
	}
	if log := d.both(t, "logs", entryName); strings.Contains(log, keyPassword) || !strings.Contains(log, "Started") {
		t.Errorf("the container's log holds a secret, or not what console-capture took:\n%s", log)
	}
	fmt.Fprintf(b.Log, "%s: HTTPS with the certificate of the live server, with %d secrets given\n", s.server.Name, len(values))
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
