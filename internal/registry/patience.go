package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// How patient: after so many failures in a row without a step forward it ends, and it does not wait longer than longest for one of them.
const (
	tries   = 6
	longest = 2 * time.Minute
	enough  = 256 << 10 // bytes of an upload that count as a step forward
	maxWord = 64 << 10  // of an answer that is kept to be explained
)

// patient repeats what a registry throttles, answers with a passing failure or cuts off. An upload goes on where it was cut (distribution-spec, "Pushing a
// blob in chunks"). Before the registry has answered at all a broken connection ends it: nobody wants to wait because of a typing error.
type patient struct {
	inner   http.RoundTripper
	log     *slog.Logger
	wait    time.Duration // before the second try, doubled from then on
	reached atomic.Bool
}

// spentError is what stays after the last try. It hides the cause from those who would begin to try again because of it.
type spentError struct{ cause error }

func (e *spentError) Error() string { return fmt.Sprintf("%v, %d times in a row", e.cause, tries) }

// RoundTrip implements http.RoundTripper.
func (p *patient) RoundTrip(in *http.Request) (*http.Response, error) {
	u := &attempt{patient: p, in: in, next: in}
	for failures := 1; ; failures++ {
		answer, err := p.inner.RoundTrip(u.next)
		if err == nil {
			p.reached.Store(true)
		}
		wait, why := p.passing(in, answer, err)
		if why == "" {
			return answer, err
		}
		if failures == tries || wait > longest {
			if err != nil {
				err = &spentError{err}
			}
			return answer, err
		}
		if wait == 0 {
			wait = p.doubled(failures)
		}
		p.log.Warn("waiting for the registry", "why", why, "seconds", wait.Seconds(), "try", failures+1)
		if err := sleep(in.Context(), wait); err != nil {
			discard(answer)
			return nil, err
		}
		moved, again := u.again(answer != nil)
		if again != nil { // it cannot be repeated: what came is the answer
			return answer, err
		}
		discard(answer)
		if moved {
			failures = 0
		}
	}
}

func (p *patient) doubled(failures int) time.Duration { return p.wait << (failures - 1) }

// passing says why it is worth to try again, "" when it is not, and how long the registry asks to wait, 0 when it does not say.
func (p *patient) passing(in *http.Request, answer *http.Response, err error) (time.Duration, string) {
	if err != nil {
		if in.Context().Err() != nil || !p.reached.Load() || !broken(err) {
			return 0, ""
		}
		return 0, "the connection broke"
	}
	switch answer.StatusCode {
	case http.StatusTooManyRequests:
		return retryAfter(answer), "it throttles"
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if text := keep(answer); full(text) {
			return 0, ""
		}
		return retryAfter(answer), "it answers " + answer.Status
	}
	return 0, ""
}

// broken reports whether a connection was cut off or could not be made, which passes, and not refused for what was said on it.
func broken(err error) bool {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return true
	}
	return slices.ContainsFunc([]error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNREFUSED, syscall.ECONNABORTED, net.ErrClosed}, func(passes error) bool {
		return errors.Is(err, passes)
	}) || strings.Contains(err.Error(), "server closed idle connection") // net/http has no exported error for it
}

func retryAfter(answer *http.Response) time.Duration {
	text := answer.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// keep reads the answer's body, so that it can be read once more.
func keep(answer *http.Response) string {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxWord))
	if err != nil {
		text = nil
	}
	_ = answer.Body.Close() // it was only read
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return string(text)
}

func discard(answer *http.Response) {
	if answer != nil {
		_ = answer.Body.Close() // it was only read
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// attempt is one request with what is left to do of it.
type attempt struct {
	*patient
	in, next *http.Request
	offset   int64 // of an upload: what the registry has
}

var errNotAgain = errors.New("cannot be sent again")

// again prepares the request once more, and reports whether the registry has enough more of it than before.
func (a *attempt) again(answered bool) (moved bool, err error) {
	upload := strings.Contains(a.in.URL.Path, "/blobs/uploads/")
	switch {
	case upload && a.in.Method == http.MethodPut && !answered:
		return false, errNotAgain // it may have been done, and then the upload is gone: whoever asked looks for the blob
	case upload && a.in.Method == http.MethodPatch:
		return a.resume()
	case a.in.Body != nil && a.in.Body != http.NoBody && a.in.GetBody == nil:
		return false, errNotAgain
	}
	a.next = a.in.Clone(a.in.Context())
	if a.in.GetBody != nil {
		a.next.Body, err = a.in.GetBody()
	}
	return false, err
}

// resume asks how much of the upload came to the registry, and prepares to send the rest.
func (a *attempt) resume() (bool, error) {
	if a.in.GetBody == nil || a.in.ContentLength <= 0 {
		return false, errNotAgain
	}
	ask := a.next.Clone(a.in.Context())
	ask.Method, ask.Body, ask.GetBody, ask.ContentLength = http.MethodGet, nil, nil, 0
	ask.Header.Del("Content-Range")
	ask.Header.Del("Content-Type")
	answer, err := a.inner.RoundTrip(ask)
	for n := 1; err != nil && broken(err) && n < tries; n++ {
		if err := sleep(ask.Context(), a.doubled(n)); err != nil {
			return false, err
		}
		answer, err = a.inner.RoundTrip(ask)
	}
	if err != nil {
		return false, err
	}
	discard(answer)
	_, last, ok := strings.Cut(answer.Header.Get("Range"), "-")
	end, err := strconv.ParseInt(last, 10, 64)
	if answer.StatusCode != http.StatusNoContent || !ok || err != nil || end >= a.in.ContentLength {
		return false, errNotAgain
	}
	at, err := ask.URL.Parse(answer.Header.Get("Location"))
	if err != nil || at.Host != ask.URL.Host {
		return false, errNotAgain
	}
	offset := end + 1
	if end == 0 {
		offset = 0 // "0-0" is also said of nothing
	}
	moved := offset-a.offset >= enough
	if moved {
		a.log.Info("the upload goes on", "bytes", offset, "of", a.in.ContentLength)
	}
	a.offset = offset
	return moved, a.rest(at, offset)
}

// rest prepares to send what begins at offset.
func (a *attempt) rest(at *url.URL, offset int64) error {
	body, err := a.in.GetBody()
	if err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, body, offset); err != nil {
		return errors.Join(err, body.Close())
	}
	a.next = a.in.Clone(a.in.Context())
	a.next.URL, a.next.Body, a.next.ContentLength = at, body, a.in.ContentLength-offset
	if offset > 0 {
		a.next.Header.Set("Content-Range", fmt.Sprintf("%d-%d", offset, a.in.ContentLength-1))
	}
	return nil
}

// anew reports whether an upload should begin anew, with a look whether the registry has the blob: what could not be repeated as it was.
func anew(err error) bool {
	if _, spent := errors.AsType[*spentError](err); spent {
		return false
	}
	if te, ok := errors.AsType[*transport.Error](err); ok {
		return slices.ContainsFunc(te.Errors, func(d transport.Diagnostic) bool {
			return d.Code == transport.BlobUploadUnknownErrorCode || d.Code == transport.BlobUploadInvalidErrorCode || d.Code == "RANGE_INVALID"
		})
	}
	return err != nil && broken(err)
}
