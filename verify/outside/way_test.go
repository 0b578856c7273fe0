package outside

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/jail"
)

func TestParseWay(t *testing.T) {
	for text, want := range map[string]string{
		"tcp/127.0.0.1:5432": "tcp/127.0.0.1:5432", "tcp/DB.internal.:1": "tcp/db.internal:1", "tcp/[2001:db8::1]:9": "tcp/[2001:db8::1]:9",
		"127.0.0.1:5432": "", "udp/h:1": "", "tcp/h:0": "", "tcp/h:70000": "", "tcp/:1": "", "": "",
	} {
		w, err := ParseWay(text)
		if err == nil && w.String() != want || (err != nil) != (want == "") {
			t.Errorf("%q: %v, %v", text, w, err)
		}
	}
}

// TestWays lets a namespace through to an echo server of this one, by address and by name, and to nothing behind a third peer.
func TestWays(t *testing.T) {
	ns := namespace(t)
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		for {
			c, err := echo.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	through := func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", echo.Addr().String())
	}
	w, err := Open(ns, nil)
	if err != nil {
		t.Fatal(err)
	}
	list := []Way{{Host: "127.0.0.1", Port: 5432, Dial: through}, {Host: "db.internal", Port: 5432, Dial: through}, {Host: "10.0.0.5", Port: 25}}
	if err := w.Let(t.Context(), ns, list); err != nil {
		t.Fatal(err)
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	connect := func(address string) net.Conn {
		var c net.Conn
		err := jail.InNetNS(ns, func() (err error) {
			c, err = dialer.DialContext(t.Context(), "tcp", address)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, address := range []string{"127.0.0.1:5432", "198.19.0.0:5432"} {
		c := connect(address)
		if _, err := c.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(c); string(got) != "hello" || err != nil {
			t.Errorf("%s: %q, %v", address, got, err)
		}
		c.Close()
	}
	c := connect("10.0.0.5:25")
	if err := c.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || errors.Is(err, io.EOF) {
		t.Errorf("a peer that only accepts said %d bytes, %v", n, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	count, skips := w.Ways()
	if diff := cmp.Diff(map[string]int{"tcp/127.0.0.1:5432": 1, "tcp/db.internal:5432": 1, "tcp/10.0.0.5:25": 1}, count); diff != "" || len(skips) > 0 {
		t.Error(diff, skips)
	}
}
