package greet

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

// handshake is TLS with one or several versions offered, which ends when the keys are agreed on.
type handshake struct {
	name     string
	from, to uint16
}

// TLS are handshakes: with all versions and HTTP/2 offered, with 1.2 alone, and with those before.
func TLS() []Protocol {
	return []Protocol{
		handshake{"TLS", tls.VersionTLS12, tls.VersionTLS13},
		handshake{"TLS 1.2", tls.VersionTLS12, tls.VersionTLS12},
		handshake{"TLS 1.0 and 1.1", tls.VersionTLS10, tls.VersionTLS11},
	}
}

func (h handshake) Name() string { return h.name }

// Try implements Protocol. That a server refuses the versions is an answer, too.
func (h handshake) Try(ctx context.Context, c net.Conn) ([]string, error) {
	if err := c.SetDeadline(time.Now().Add(limitTime)); err != nil {
		return nil, err
	}
	// The certificate is compared with the other side's, not trusted.
	t := tls.Client(c, &tls.Config{InsecureSkipVerify: true, MinVersion: h.from, MaxVersion: h.to, NextProtos: []string{"h2", "http/1.1"}})
	err := t.HandshakeContext(ctx)
	if err != nil {
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op != "remote error" { // which is an alert
			return nil, err
		}
		return []string{"refused: " + printable([]byte(err.Error()))}, nil
	}
	s := t.ConnectionState()
	lines := []string{"version: " + tls.VersionName(s.Version), "cipher suite: " + tls.CipherSuiteName(s.CipherSuite)}
	if s.NegotiatedProtocol != "" {
		lines = append(lines, "protocol: "+s.NegotiatedProtocol)
	}
	for i, cert := range s.PeerCertificates {
		lines = append(lines, fmt.Sprintf("certificate %d: sha256:%x", i+1, sha256.Sum256(cert.Raw)))
	}
	return lines, nil
}
