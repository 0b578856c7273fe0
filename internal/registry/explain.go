package registry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Error says in one sentence what was asked of a registry, why it was not done and what to do next.
type Error struct {
	Doing, Why, Next string
	cause            error
}

func (e *Error) Error() string { return e.Doing + ": " + e.Why + "; " + e.Next }

// Unwrap gives the registry's answer.
func (e *Error) Unwrap() error { return e.cause }

// Explain says what err, of something done at a registry, means. doing is such as "push".
func Explain(doing string, at name.Reference, err error) error {
	if _, done := errors.AsType[*Error](err); err == nil || done {
		return err
	}
	e := &Error{Doing: doing + " " + at.Name(), cause: err}
	host := at.Context().RegistryStr()
	switch te, ok := errors.AsType[*transport.Error](err); {
	case e.certificate(host, err):
	case ok:
		e.answered(at, te)
	case e.connection(host, err):
	default:
		return fmt.Errorf("%s %s: %w", doing, at, err)
	}
	return e
}

// certificate is asked first: a registry on this machine, or in a private network, is then asked in the clear too, and the answer to that says nothing.
func (e *Error) certificate(host string, err error) bool {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	name, wrong := errors.AsType[x509.HostnameError](err)
	invalid, out := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case unknown:
		e.Why = "its certificate is signed by nobody whom this machine trusts"
		e.Next = fmt.Sprintf("put its authority's certificate, or a self-signed one itself, into /etc/docker/certs.d/%s/ca.crt, or name a file with it in SSL_CERT_FILE", host)
	case wrong:
		e.Why = fmt.Sprintf("its certificate is for another name than %s", name.Host)
		e.Next = "use the name that stands in the certificate, or have one made for this name"
	case out && invalid.Reason == x509.Expired:
		e.Why = fmt.Sprintf("its certificate is valid from %s to %s, and now is %s", invalid.Cert.NotBefore.Format(time.DateOnly), invalid.Cert.NotAfter.Format(time.DateOnly), time.Now().Format(time.DateOnly))
		e.Next = "have it renewed, or set this machine's clock"
	default:
		if alert, ok := errors.AsType[tls.AlertError](err); ok {
			e.Why = "it refuses the TLS connection (" + alert.Error() + ")"
			e.Next = fmt.Sprintf("if it asks for a certificate, put client.cert and client.key into /etc/docker/certs.d/%s", host)
			return true
		}
		return false
	}
	return true
}

// answered explains what the registry itself said.
func (e *Error) answered(at name.Reference, te *transport.Error) {
	repository, host := at.Context().RepositoryStr(), at.Context().RegistryStr()
	said := words(te)
	switch {
	case full(said):
		e.Why, e.Next = "the registry has no space left ("+said+")", "make room there, and run the same again: what arrived is not sent again"
	case te.StatusCode == http.StatusInsufficientStorage || te.StatusCode == http.StatusForbidden && strings.Contains(strings.ToLower(said), "quota"):
		e.Why, e.Next = "the registry's quota is used up ("+said+")", "make room there or have it raised, and run the same again"
	case te.StatusCode == http.StatusUnauthorized:
		e.Why, e.Next = "the registry refuses these credentials, or has got none ("+said+")", logIn(host)
	case te.StatusCode == http.StatusForbidden:
		e.Why, e.Next = "the registry does not allow this to these credentials ("+said+")", "have "+repository+" opened to them, or "+logIn(host)
	case strings.Contains(said, "immutable"):
		e.Why, e.Next = "the tag "+at.Identifier()+" exists with another image and may not be changed ("+said+")", "give another tag"
	case te.StatusCode == http.StatusNotFound:
		e.Why, e.Next = "the registry knows no repository or image of this name ("+said+")", "correct the name"
		if strings.HasPrefix(e.Doing, "push") {
			e.Next = "create " + repository + " there" + creating(host) + ", or correct the name"
		}
	case te.StatusCode == http.StatusRequestEntityTooLarge:
		e.Why, e.Next = "the registry, or a proxy in front of it, takes no request of this size ("+said+")", "have its limit raised (nginx: client_max_body_size)"
	case te.StatusCode == http.StatusTooManyRequests:
		e.Why, e.Next = "the registry throttles, also after a2c has waited ("+said+")", "run the same again later: what arrived is not sent again"
	case te.StatusCode >= http.StatusInternalServerError:
		e.Why, e.Next = "the registry failed, also when asked again ("+said+")", "look into its log, and run the same again: what arrived is not sent again"
	default:
		e.Why, e.Next = "the registry refuses it ("+said+")", "look up what it says in its manual; a registry has to take OCI images (image-spec 1.0)"
	}
}

func creating(host string) string {
	if _, ok := ParseECR(host); ok {
		return " (--create-repository)"
	}
	return ""
}

func logIn(host string) string {
	if _, ok := ParseECR(host); ok {
		return signIn + ", with ecr:GetAuthorizationToken and the actions of a push allowed, or log in with `aws ecr get-login-password | docker login --username AWS --password-stdin " + host + "`"
	}
	return "log in with `docker login " + host + "`"
}

// connection explains what went wrong before there was an answer.
func (e *Error) connection(host string, err error) bool {
	if spent, ok := errors.AsType[*spentError](err); ok {
		e.Why = fmt.Sprintf("the connection broke %d times in a row (%s)", tries, short(spent.cause))
		e.Next = "look what stands between, and run the same again: what arrived is not sent again"
		return true
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		e.Why, e.Next = "the name "+dns.Name+" is not known here", "correct it, or this machine's resolver"
		return true
	}
	if none, ok := errors.AsType[*signInError](err); ok {
		e.Why, e.Next = "it is ECR, the Docker configuration has nothing for it, and AWS gives no password ("+short(none.cause)+")", logIn(host)
		return true
	}
	if _, ok := errors.AsType[*exec.Error](err); ok || strings.Contains(err.Error(), "error getting credentials") {
		e.Why, e.Next = "the credential helper of the Docker configuration gives none ("+short(err)+")", "correct credHelpers or credsStore in ~/.docker/config.json, or "+logIn(host)
		return true
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		e.Why, e.Next = "it speaks no TLS", "give it a certificate: a2c speaks in the clear only to this machine and to private addresses (RFC 1918)"
		return true
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		e.Why, e.Next = "nobody listens at "+host, "start the registry, or correct the name"
		return true
	}
	if broken(err) {
		e.Why, e.Next = "the connection broke ("+short(err)+")", "look what stands between, and run the same again: what arrived is not sent again"
		return true
	}
	return false
}

// short leaves out the URL, which holds the state of an upload, and the addresses.
func short(err error) string {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	for {
		oe, ok := errors.AsType[*net.OpError](err)
		if !ok {
			break
		}
		err = oe.Err
	}
	return oneLine(err.Error())
}

// words is what the registry said.
func words(te *transport.Error) string {
	said := te.Error()
	if te.Request != nil {
		said = strings.TrimPrefix(said, te.Request.Method+" ")
		if _, after, ok := strings.Cut(said, ": "); ok {
			said = after
		}
	}
	status := fmt.Sprintf("%d %s", te.StatusCode, http.StatusText(te.StatusCode))
	said = strings.TrimPrefix(oneLine(said), "unexpected status code ")
	said, _, _ = strings.Cut(said, " (HEAD responses have no body")
	if strings.HasPrefix(said, status) {
		return said
	}
	return status + ", " + said
}

// maxSaid bounds what is repeated of a stranger's words, in characters.
const maxSaid = 200

func oneLine(text string) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) > maxSaid {
		line = append(line[:maxSaid-1], '…')
	}
	return string(line)
}

// full reports whether a registry says that its disk is full: in words, or as distribution does, by the number of the error (errno(3)).
func full(said string) bool {
	for _, sign := range []string{"no space left", "disk quota exceeded", `"Err":28`, `Err:28`, "ENOSPC", "insufficient storage"} {
		if strings.Contains(said, sign) {
			return true
		}
	}
	return false
}
