// Package greet exchanges the first words of protocols other than HTTP: what a server says of itself before anybody logs in. It sends only what is anonymous
// and changes nothing, and to a port of no known purpose nothing at all.
package greet

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// Protocol is one that a port may speak.
type Protocol interface {
	Name() string
	// Try exchanges the first words over a fresh connection, which the caller closes. The lines say what the server is and can; none: it said nothing that
	// this protocol has. An error is one of the connection.
	Try(ctx context.Context, c net.Conn) ([]string, error)
}

// Agent names a2c in the live application's access log.
const Agent = "a2c-verify (compares a container image with this application)"

// Limits of one exchange.
const (
	limitBytes = 64 << 10
	limitTime  = 5 * time.Second // for an answer
	limitWait  = 2 * time.Second // for a server that may speak first, or may not
)

// exchange is a protocol of one message and its answer.
type exchange struct {
	name string
	say  []byte // nil: the server speaks first
	// read takes what came so far; done: no more is needed.
	read func(data []byte) (lines []string, done bool)
}

func (e exchange) Name() string { return e.name }

// Try implements Protocol. A server that hangs up, or says no more, has said what it has to.
func (e exchange) Try(ctx context.Context, c net.Conn) ([]string, error) {
	limit := limitTime
	if e.say == nil {
		limit = limitWait
	}
	deadline := time.Now().Add(limit)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := c.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if _, err := c.Write(e.say); err != nil {
		return nil, err
	}
	var data []byte
	buf := make([]byte, 4096)
	for len(data) < limitBytes {
		n, err := c.Read(buf)
		data = append(data, buf[:n]...)
		lines, done := e.read(data)
		switch {
		case done:
			return lines, nil
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded):
			return lines, nil
		case err != nil && len(data) > 0:
			return lines, nil
		case err != nil:
			return nil, err
		}
	}
	lines, _ := e.read(data)
	return lines, nil
}
