package apps

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Base is the address of the application's first listener: "http://127.0.0.1:18200".
func (s *Site) Base(a App) string { return "http://127.0.0.1:" + strconv.Itoa(s.Port(a, 0)) }

// Ask puts the request to the running application and returns the body; another status than expected is an error.
func (s *Site) Ask(ctx context.Context, a App, k Ask) ([]byte, error) {
	return s.AskAt(ctx, http.DefaultClient, a, k)
}

// AskAt is Ask through a client that decides what 127.0.0.1 is.
func (s *Site) AskAt(ctx context.Context, client *http.Client, a App, k Ask) (body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := s.request(ctx, s.Base(a), k)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	body, err = io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != k.Status {
		return nil, fmt.Errorf("%s %s: status %d, not %d: %s", r.Method, r.URL, answer.StatusCode, k.Status, tail(string(body), 3))
	}
	return body, nil
}

func (s *Site) request(ctx context.Context, base string, k Ask) (*http.Request, error) {
	if k.File == "" {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+k.Path, nil)
		if err == nil {
			r.Header.Set("Accept", "*/*")
		}
		return r, err
	}
	b, err := os.ReadFile(s.source(k.File))
	if err != nil {
		return nil, err
	}
	// request line, header fields, an empty line, the body: RFC 9112, with LF as line end
	head, body, _ := bytes.Cut(b, []byte("\n\n"))
	written, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(append(head, "\n\n"...))))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", k.File, err)
	}
	r, err := http.NewRequestWithContext(ctx, written.Method, base+written.URL.RequestURI(), bytes.NewReader(body))
	if err == nil {
		r.Header = written.Header
	}
	return r, err
}

// Request is what VerifyArgs says of one Ask: the file of the request, or else the path.
func (s *Site) Request(k Ask) (file, path string) {
	if k.File != "" {
		return s.source(k.File), ""
	}
	return "", k.Path
}
