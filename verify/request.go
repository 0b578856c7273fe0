package verify

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"a2c/model"
	"a2c/verify/asked"
)

// Request is one question to both.
type Request struct {
	Port   int // 0: the application's main port
	Method string
	Path   string // with query
	Host   string // virtual host; "": the live address
	Header http.Header
	Body   []byte
	From   string // what names it: "start page", "access log x.log, 12 times"
	// WebSocket asks for an upgrade only, and hangs up when it was granted or refused.
	WebSocket bool
}

// ParseRequest reads the value of --path: "/path?query", or "PORT/path" for another port than the main one; either with "ws:" before it for the upgrade to a
// WebSocket (RFC 6455).
func ParseRequest(s string) (Request, error) {
	r := Request{Method: http.MethodGet}
	s, r.WebSocket = strings.CutPrefix(s, "ws:")
	at := strings.IndexByte(s, '/')
	if at < 0 {
		return Request{}, fmt.Errorf("path %q: begin it with a slash, or with a port and a slash (8081/health)", s)
	}
	if at > 0 {
		port, err := strconv.ParseUint(strings.TrimSuffix(s[:at], ":"), 10, 16)
		if err != nil || port == 0 {
			return Request{}, fmt.Errorf("path %q: %q is no port (8081/health)", s, s[:at])
		}
		r.Port = int(port)
	}
	r.Path = s[at:]
	return r, r.check()
}

// ReadRequest reads a file with one HTTP request as it is sent (RFC 9112): request line, header fields, an empty line, the body. Line ends may be
// LF. The port of the field Host chooses the port; its name, if it has one, is sent to both. Length and encodings of the transfer are a2c's.
func ReadRequest(file string) (Request, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Request{}, err
	}
	r, err := parseRequest(data)
	if err != nil {
		return Request{}, fmt.Errorf("request %s: %w", file, err)
	}
	return r, nil
}

func parseRequest(data []byte) (Request, error) {
	head, body, _ := bytes.Cut(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	if _, raw, ok := bytes.Cut(data, []byte("\r\n\r\n")); ok {
		body = raw // as it is
	}
	head = append(bytes.TrimSpace(head), "\n\n"...)
	parsed, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head))))
	if err != nil {
		return Request{}, err
	}
	r := Request{Method: parsed.Method, Path: parsed.URL.RequestURI(), Host: parsed.Host, Header: parsed.Header, Body: body}
	name, port, err := net.SplitHostPort(parsed.Host)
	if err == nil {
		if r.Port, err = strconv.Atoi(port); err != nil || r.Port < 1 || r.Port > 65535 {
			return Request{}, fmt.Errorf("field Host %q: %q is no port", parsed.Host, port)
		}
		if name == "" || net.ParseIP(name) != nil || name == "localhost" {
			r.Host = "" // the live address
		}
	}
	for _, own := range []string{"Content-Length", "Transfer-Encoding", "Connection", "Accept-Encoding"} {
		r.Header.Del(own)
	}
	return r, r.check()
}

func (r Request) check() error {
	u, err := url.ParseRequestURI(r.Path)
	if err != nil || !strings.HasPrefix(r.Path, "/") {
		return fmt.Errorf("path %q: is no request path", r.Path)
	}
	if !r.safe() {
		return nil // the user wrote the whole request, and is warned
	}
	return asked.Refuse(u.Path)
}

func (r Request) safe() bool { return asked.SafeMethod(r.Method) }

// String is the request as a line for people, without what looks like a secret.
func (r Request) String() string {
	host := ""
	if r.Host != "" {
		host = " Host: " + r.Host
	}
	return fmt.Sprintf("%s %d%s%s (%s)", r.Method, r.Port, asked.Shown(r.Path), model.Path(host), model.Path(r.From))
}
