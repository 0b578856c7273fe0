package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"time"

	"a2c/verify/compare"
	"a2c/verify/greet"
)

// Limits of one question.
const (
	bodyLimit   = 4 << 20
	headerLimit = 30 * time.Second // until the header of the answer
	hungLimit   = 10 * time.Second // the same, of one that was waited for in vain
	bodyTime    = 10 * time.Second // for the body: an endless stream is compared as far as it came
)

type dialer func(ctx context.Context) (net.Conn, error)

// asker asks one port of one side, one question at a time, each on its own connection.
type asker struct {
	dial   dialer
	scheme string // "http" or "https"
	host   string // the live address, also for the twin: what an application makes of its own address is then the same
	gzip   bool   // takes a compressed answer, and unpacks it
	hung   bool   // it was waited for in vain before
}

func (a asker) ask(ctx context.Context, r Request) (compare.Answer, error) {
	limit := headerLimit
	if a.hung {
		limit = hungLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit+bodyTime)
	defer cancel()
	transport := &http.Transport{
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return a.dial(ctx) },
		DisableKeepAlives:      true,
		DisableCompression:     true,
		ResponseHeaderTimeout:  limit,
		MaxResponseHeaderBytes: 1 << 20,
		// The certificate is compared with the other side's, not trusted.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, r.Method, a.scheme+"://"+a.host+r.Path, bytes.NewReader(r.Body))
	if err != nil {
		return compare.Answer{}, err
	}
	request.Header.Set("Accept", "*/*")
	request.Header.Set("User-Agent", greet.Agent)
	maps.Copy(request.Header, r.Header)
	request.Header.Set("Accept-Encoding", "identity")
	if a.gzip {
		request.Header.Set("Accept-Encoding", "gzip")
	}
	if r.Host != "" {
		request.Host = r.Host
	}
	response, err := transport.RoundTrip(request) // no client: redirects are compared, not followed
	if err != nil {
		return compare.Answer{}, err
	}
	defer response.Body.Close()
	answer := compare.Answer{
		Status: response.StatusCode, ContentType: response.Header.Get("Content-Type"), Location: response.Header.Get("Location"), Header: response.Header,
	}
	if response.TLS != nil && len(response.TLS.PeerCertificates) > 0 {
		sum := sha256.Sum256(response.TLS.PeerCertificates[0].Raw)
		answer.Certificate = hex.EncodeToString(sum[:])
	}
	answer.Body, answer.Cut, err = readBody(response.Body, cancel)
	answer.Unpack(bodyLimit)
	return answer, err
}

// readBody reads what comes within the limits.
func readBody(body io.Reader, cancel func()) (data []byte, cut bool, err error) {
	timer := time.AfterFunc(bodyTime, cancel)
	data, err = io.ReadAll(io.LimitReader(body, bodyLimit+1))
	if !timer.Stop() && errors.Is(err, context.Canceled) {
		return data, true, nil
	}
	if len(data) > bodyLimit {
		return data[:bodyLimit], true, nil
	}
	return data, false, err
}
