package greet

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6455 asks for it
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"time"
)

// WebSocket asks for an upgrade at a path that the user named (RFC 6455 section 4.1), and hangs up before any message.
type WebSocket struct {
	Host, Path string
	TLS        bool // wss; the certificate is compared elsewhere
}

// Name implements Protocol.
func (w WebSocket) Name() string { return "WebSocket " + w.Path }

// Try implements Protocol.
func (w WebSocket) Try(ctx context.Context, c net.Conn) ([]string, error) {
	if err := c.SetDeadline(time.Now().Add(limitTime)); err != nil {
		return nil, err
	}
	if w.TLS {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}) //nolint:gosec // both are asked, whoever they say they are
	}
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never an error
	key := base64.StdEncoding.EncodeToString(nonce[:])
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.Host+w.Path, nil)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"User-Agent": Agent, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key} {
		q.Header.Set(name, value)
	}
	if err := q.Write(c); err != nil {
		return nil, err
	}
	a, err := http.ReadResponse(bufio.NewReader(c), q)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // as above
	lines := []string{fmt.Sprintf("status: %d", a.StatusCode), fmt.Sprintf("accepted: %t", a.Header.Get("Sec-WebSocket-Accept") == base64.StdEncoding.EncodeToString(sum[:]))}
	for _, name := range []string{"Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"} {
		if v := a.Header.Get(name); v != "" {
			lines = append(lines, name+": "+printable([]byte(v)))
		}
	}
	return lines, nil
}
