package greet

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// serve answers each connection with said once it has heard as many bytes as hear has, and returns the address.
func serve(t *testing.T, hear int, said string, hangUp bool) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(c, make([]byte, hear))
			_, _ = io.WriteString(c, said)
			if hangUp {
				c.Close()
			}
		}
	}()
	return l.Addr().String()
}

func try(t *testing.T, p Protocol, address string) ([]string, error) {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return p.Try(t.Context(), c)
}

// TestExchanges has servers that say what the specifications have them say.
func TestExchanges(t *testing.T) {
	array := "\xac\xed\x00\x05\x77\x0f\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00ur\x00\x13[Ljava.lang.String;\xad\xd2\x56\xe7\xe9\x1d\x7b\x47\x02\x00\x00xp\x00\x00\x00\x01t\x00\x06jmxrmi"
	mechanisms := "\x00\x53\x40\xc0\x12\x01\xe0\x0f\x02\xa3\x05PLAIN\x09ANONYMOUS"
	for _, c := range []struct {
		p    Protocol
		hear int
		said string
		want string
	}{
		{Banner(), 0, "220 mail.example ESMTP\r\n", "banner: 220 mail.example ESMTP"},
		{Banner(), 0, "\x1b[31m\n", "banner: ?[31m"},
		{OpenWire(), 0, "\x00\x00\x00\x2b\x01ActiveMQ\x00\x00\x00\x0c\x00\x0fProviderVersion\x09\x00\x065.18.3\x00\x00", "version: 12|ProviderVersion: 5.18.3"},
		{AMQP10(), 8, "AMQP\x03\x01\x00\x00" + size(mechanisms) + "\x02\x01\x00\x00" + mechanisms, "protocol: AMQP 3.1.0.0|mechanism: PLAIN|mechanism: ANONYMOUS"},
		{AMQP091(), 8, "AMQP\x00\x00\x09\x01", "protocol: AMQP 0.0.9.1"},
		{AMQP091(), 8, "\x01\x00\x00\x00\x00\x00\x1b\x00\x0a\x00\x0a\x00\x09\x00\x00\x00\x11\x07productS\x00\x00\x00\x04Qpid", "protocol: AMQP 0-9|product: Qpid"},
		{STOMP(), 10, "ERROR\nversion:1.0,1.1,1.2\ncontent-type:text/plain\n\nno\x00", "ERROR|version:1.0,1.1,1.2"},
		{MQTT(), 10, "\x20\x02\x00\x01", "another version is refused: code 0x01"},
		{Kafka(), 17, "\x00\x00\x00\x10\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01\x00\x12\x00\x00\x00\x04", "error: 0|api 18: versions 0 to 4"},
		{Kafka(), 17, "HTTP/1.1 400 Bad Request\r\n\r\n", ""},
		{ZooKeeper(), 4, "Zookeeper version: 3.9.2\nLatency min/avg/max: 0/1/2\nMode: standalone\n", "Zookeeper version: 3.9.2|Mode: standalone"},
		{Redis(), 6, "+PONG\r\n", "PING: +PONG"},
		{Redis(), 6, "-NOAUTH Authentication required.\r\n", "PING: -NOAUTH Authentication required."},
		{H2(), 8, wide(`Version mismatch, driver version is "1" but server version is "17" [90047-232]`), "protocol: 17|build: 232"},
		{PostgreSQL(), 8, "S", "TLS: offered"},
		{PostgreSQL(), 8, "N", "TLS: not offered"},
		{RMI(), 7, "N\x00\x09127.0.0.1\x00\x00\x80\x00Q" + array, "protocol: JRMP|name: jmxrmi"},
		{AJP(), 5, "AB\x00\x01\x09", "CPING: CPONG"},
		{AJP(), 5, "HTTP/1.1 400", ""},
		{HTTP2(), 24, "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64", "settings: answered|setting 3: 100"},
	} {
		t.Run(c.p.Name(), func(t *testing.T) {
			got, err := try(t, c.p, serve(t, c.hear, c.said, true))
			if err != nil || strings.Join(got, "|") != c.want {
				t.Errorf("%q %v, want %q", got, err, c.want)
			}
		})
	}
}

// wide has two bytes for each character, as Java writes them.
func wide(s string) string { return "\x00" + strings.Join(strings.Split(s, ""), "\x00") }

// size is the length of an AMQP frame with that body and its own header of eight bytes.
func size(body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))))
}

// TestSilence: a server that says nothing is waited for as long as is said, and one that talks without end is cut off.
func TestSilence(t *testing.T) {
	begin := time.Now()
	if got, err := try(t, Banner(), serve(t, 0, "", false)); err != nil || got != nil || time.Since(begin) > 2*limitWait {
		t.Errorf("%q %v after %v", got, err, time.Since(begin))
	}
	if got, err := try(t, ZooKeeper(), serve(t, 4, strings.Repeat("x", 4*limitBytes), false)); err != nil || got != nil {
		t.Errorf("%q %v", got, err)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	var got []string
	for _, p := range TLS() {
		lines, err := try(t, p, s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, lines...)
	}
	text := strings.Join(got, "|")
	for _, want := range []string{"version: TLS 1.3", "protocol: h2", "certificate 1: sha256:", "version: TLS 1.2", "refused: "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if lines, err := try(t, TLS()[0], serve(t, 1, "HTTP/1.1 400 Bad Request\r\n\r\n", true)); err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0], "refused") {
		t.Errorf("%q %v", lines, err)
	}
}

// h2c is a server of HTTP/2 without TLS.
func h2c(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestGRPC(t *testing.T) {
	at := h2c(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "Grpc-Status")
		_, _ = io.Copy(io.Discard, r.Body)
		switch {
		case strings.HasSuffix(r.URL.Path, "/Check"):
			fmt.Fprint(w, "\x00\x00\x00\x00\x02\x08\x01")
			w.Header().Set("Grpc-Status", "0")
		case strings.Contains(r.URL.Path, "v1.ServerReflection"):
			fmt.Fprint(w, "\x00\x00\x00\x00\x0b\x08\x01\x32\x07\x0a\x05\x0a\x03a.B")
			w.Header().Set("Grpc-Status", "0")
		default:
			w.Header().Set("Grpc-Status", "12")
		}
	}))
	var got []string
	for _, p := range append([]Protocol{HTTP2()}, GRPC()...) {
		lines, err := try(t, p, at)
		if err != nil {
			t.Fatal(p.Name(), err)
		}
		got = append(got, lines...)
	}
	text := strings.Join(got, "|")
	for _, want := range []string{"settings: answered", "status of gRPC: 0|health: 1", "service: a.B", "status of gRPC: 12"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

func TestWebSocket(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, b, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		if r.Header.Get("Sec-WebSocket-Key") == "" || r.UserAgent() != Agent || r.URL.Path != "/ws" {
			fmt.Fprint(b, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
		} else {
			fmt.Fprint(b, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\n")
		}
		_ = b.Flush()
	})
	for _, secure := range []bool{false, true} {
		s := httptest.NewUnstartedServer(handler)
		if secure {
			s.StartTLS()
		} else {
			s.Start()
		}
		for path, want := range map[string]string{"/ws": "status: 101|accepted: false|Sec-WebSocket-Protocol: chat", "/": "status: 404|accepted: false"} {
			got, err := try(t, WebSocket{Host: "localhost", Path: path, TLS: secure}, s.Listener.Addr().String())
			if err != nil || strings.Join(got, "|") != want {
				t.Errorf("%s, TLS %t: %q %v", path, secure, got, err)
			}
		}
		s.Close()
	}
}

// TestFor: what is never touched, what is only listened to, and what is asked.
func TestFor(t *testing.T) {
	type row struct {
		purpose string
		port    int
		product string
	}
	for l, want := range map[row]string{
		{"shutdown", 8005, "Apache Tomcat"}:             "",
		{"debug", 5005, ""}:                             "",
		{"cluster", 7800, ""}:                           "",
		{"http", 8080, ""}:                              "",
		{"", 9000, ""}:                                  "banner",
		{"https", 8443, ""}:                             "TLS,TLS 1.2,TLS 1.0 and 1.1",
		{"ajp", 8009, "Apache Tomcat"}:                  "AJP",
		{"jmx", 1099, ""}:                               "RMI registry",
		{"messaging", 5672, "Apache ActiveMQ"}:          "AMQP 1.0,AMQP 0-9-1",
		{"messaging", 61616, "Apache ActiveMQ"}:         "OpenWire",
		{"messaging", 61616, "Apache ActiveMQ Artemis"}: "AMQP 1.0",
		{"messaging", 9092, "Apache Kafka"}:             "Kafka",
		{"messaging", 1883, "HiveMQ"}:                   "MQTT",
		{"database", 9092, "H2 Database"}:               "H2",
		{"database", 5435, "H2 Database"}:               "PostgreSQL",
		{"database", 9001, "HSQLDB"}:                    "",
		{"database", 2181, "Apache ZooKeeper"}:          "ZooKeeper",
		{"database", 1527, "Apache Derby"}:              "",
		{"grpc", 9090, ""}:                              "HTTP/2,gRPC health,gRPC reflection,gRPC reflection, alpha",
	} {
		var names []string
		for _, p := range For(model.Listener{Port: l.port, Purpose: l.purpose}, model.App{Platform: model.Platform{Name: l.product}}) {
			names = append(names, p.Name())
		}
		if diff := cmp.Diff(want, strings.Join(names, ",")); diff != "" {
			t.Errorf("%+v: %s", l, diff)
		}
	}
}

// TestReal asks a real server when A2C_GREET names one, "RMI registry@127.0.0.1:1099": for the proofs of single protocols by hand.
func TestReal(t *testing.T) {
	list := os.Getenv("A2C_GREET")
	if list == "" {
		t.Skip("A2C_GREET names no server")
	}
	all := append(append(TLS(), GRPC()...), Banner(), OpenWire(), AMQP10(), AMQP091(), STOMP(), MQTT(), Kafka(), ZooKeeper(), Redis(), H2(), PostgreSQL(), RMI(), AJP(), HTTP2(), WebSocket{Host: "localhost", Path: "/"})
	for item := range strings.SplitSeq(list, ";") {
		name, at, _ := strings.Cut(item, "@")
		for _, p := range all {
			if p.Name() == name {
				lines, err := try(t, p, at)
				t.Logf("%s: %q %v", item, lines, err)
			}
		}
	}
}

// FuzzRead: whatever a server says, reading it ends without a panic, and what is shown is printable.
func FuzzRead(f *testing.F) {
	f.Add([]byte("AMQP\x03\x01\x00\x00\x00\x00\x00\x10"))
	f.Add([]byte("N\x00\x09127.0.0.1[Ljava.lang.String;xp\x00\x00\x00\x01t\x00\x06jmxrmi"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, p := range []Protocol{Banner(), OpenWire(), AMQP10(), AMQP091(), STOMP(), MQTT(), Kafka(), ZooKeeper(), Redis(), H2(), PostgreSQL(), RMI(), AJP(), HTTP2()} {
			lines, _ := p.(exchange).read(data)
			for _, l := range append(lines, services(data)...) {
				for i := range len(l) {
					if l[i] < ' ' || l[i] > '~' {
						t.Fatalf("%s shows %q", p.Name(), l)
					}
				}
			}
		}
	})
}
