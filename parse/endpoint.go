package parse

import (
	"net/netip"
	"strconv"
	"strings"

	"a2c/model"
)

// Endpoint is one other end that a value of configuration names. It holds no user and no password: host, port and resource are kept only where they
// look like what they are.
type Endpoint struct {
	Kind     model.DependencyKind
	Product  string // "PostgreSQL"; "" when the value does not tell
	Protocol string // "postgresql", "http"
	Host     string // as written, IPv6 without brackets; "" for what runs inside of the application, and for a bucket
	Port     int    // as written, or the protocol's own; 0 unknown
	Resource string // a database, virtual host, bucket, folder, file; "" none or not told
	Internal bool   // runs inside of the application
	Both     bool   // the other end connects too
}

// maxEndpointValue bounds the values that are looked at, maxEndpoints what one of them may name.
const (
	maxEndpointValue = 16 << 10
	maxEndpoints     = 64
)

// Endpoints finds the other ends that the value of a setting names, by the value's own form: a URL, a JDBC URL, a connection string. The key helps with what a
// form leaves open: what answers at an HTTP URL or at "a:9092,b:9092". A value that only mentions a URL, as prose does, names none.
func Endpoints(key, value string) []Endpoint {
	value = strings.Trim(strings.TrimSpace(value), `"'`)
	if value == "" || len(value) > maxEndpointValue || strings.ContainsRune(value, 0) || aboutAddresses(key) {
		return nil
	}
	var out []Endpoint
	for _, read := range []func(string) []Endpoint{jdbcEndpoints, brokerEndpoints, redisEndpoints, adoEndpoints, clusterEndpoints} {
		if out = read(value); out != nil {
			break
		}
	}
	hint, hinted := keyHint(key)
	if out == nil {
		out = urlEndpoints(value)
	}
	if out == nil && hinted && listKey(key) {
		out = hostEndpoints(value, hint)
	}
	for i := range out {
		if hinted {
			out[i].refine(hint)
		}
		out[i].sqlPort()
		out[i].aws()
	}
	return out[:min(len(out), maxEndpoints)]
}

// refine takes from the key what the value's form does not tell: only a general protocol is open to it.
func (e *Endpoint) refine(hint endpointHint) {
	switch e.Protocol {
	case "http", "https", "tcp", "ssl", "tls", "udp":
		if e.Kind == model.DependsHTTP || e.Kind == model.DependsOther {
			e.Kind, e.Product = hint.kind, hint.product
		}
	case "sql":
		if hint.kind == model.DependsDatabase || hint.kind == model.DependsBroker {
			e.Kind, e.Product, e.Protocol = hint.kind, hint.product, hint.protocol
			if e.Port == 0 {
				e.Port = hint.port
			}
		}
	}
}

// aws knows AWS's own hosts (docs.aws.amazon.com: General Reference, "AWS service endpoints"), unless the protocol says better what answers.
func (e *Endpoint) aws() {
	if e.Kind != model.DependsHTTP && e.Kind != model.DependsOther && e.Kind != model.DependsStore {
		return
	}
	if service := AWSHostService(e.Host); service != "" {
		e.Product = "AWS " + service
		if e.Kind = model.DependsAWS; service == "s3" {
			e.Kind = model.DependsStore
		}
	}
}

// AWSHostService is the service's name in one of AWS's host names, "sqs" in sqs.eu-central-1.amazonaws.com; "" for others.
func AWSHostService(host string) string {
	h, ok := strings.CutSuffix(strings.ToLower(host), ".amazonaws.com.cn")
	if !ok {
		if h, ok = strings.CutSuffix(strings.ToLower(host), ".amazonaws.com"); !ok {
			return ""
		}
	}
	labels := strings.Split(h, ".")
	for i, l := range labels {
		if strings.HasPrefix(l, "vpce") { // vpce-1.sqs.region.vpce
			continue
		}
		if l == "s3" || strings.HasPrefix(l, "s3-") || l == "s3express" { // the bucket may stand before it
			return "s3"
		}
		if i == len(labels)-2 { // SERVICE.REGION
			return l
		}
	}
	if len(labels) == 1 {
		return labels[0]
	}
	return ""
}

// addressOf splits "host", "host:port", "[v6]:port"; port is the given one where none is written. It refuses what is no host, and addresses that mean all of
// this machine's, which are for listening.
func addressOf(s string, port int) (string, int, bool) {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "["); ok {
		host, after, ok := strings.Cut(rest, "]")
		if p, is := strings.CutPrefix(after, ":"); is {
			if port, ok = portNumber(p); !ok {
				return "", 0, false
			}
		} else if after != "" {
			return "", 0, false
		}
		a, err := netip.ParseAddr(host)
		return a.Unmap().String(), port, ok && err == nil && !a.IsUnspecified()
	}
	if unresolved(s) {
		return s, port, true
	}
	host, number, ok := s, "", false
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, number, ok = s[:i], s[i+1:], true
	}
	if ok && !unresolved(number) {
		if port, ok = portNumber(number); !ok {
			return "", 0, false
		}
	}
	return host, port, isHost(host)
}

// portNumber reads a port that can be connected to.
func portNumber(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && n < 65536 && s[0] != '+'
}

// isHost reports whether s is a host's name or IPv4 address, or a reference to one.
func isHost(s string) bool {
	if unresolved(s) {
		return true
	}
	if s == "" || len(s) > 253 || strings.HasPrefix(s, ".") || strings.HasPrefix(s, "-") || strings.Contains(s, "..") {
		return false
	}
	letters := false
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters = true
		case c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	if letters {
		return true
	}
	a, err := netip.ParseAddr(s)
	return err == nil && !a.IsUnspecified()
}

// unresolved reports whether s is nothing but a placeholder that could not be resolved: "${DB_HOST}".
func unresolved(s string) bool {
	name, ok := strings.CutPrefix(s, "${")
	name, closed := strings.CutSuffix(name, "}")
	return ok && closed && name != "" && len(name) < 100 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
}

// resourceName is a database, folder or queue as it may be kept: without what stands behind it, and nothing that may be part of a secret.
func resourceName(s string) string {
	s, _, _ = strings.Cut(s, "?")
	s, _, _ = strings.Cut(s, ";")
	s = strings.TrimSpace(s)
	if len(s) > 255 || strings.ContainsAny(s, "@:=\"'`\\<>|&") || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) || RedactText(s) != s {
		return ""
	}
	return s
}

// withoutUser cuts what stands before the last '@' of an authority. Passwords hold what they like, so the parts that redaction finds are blanked before.
func withoutUser(authority string) string {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		return authority[i+1:]
	}
	return authority
}

// blanked is a value whose passwords in URLs are replaced, byte by byte, so that what they hold ends nothing.
func blanked(value string) string {
	spans := urlSecrets(value, true)
	if len(spans) == 0 {
		return value
	}
	b := []byte(value)
	for _, s := range spans {
		for i := s.Start; i < s.End && i < len(b); i++ {
			b[i] = 'x'
		}
	}
	return string(b)
}

// withoutOptions cuts a URL before the first option that may be a secret, jms.password=…: what the secret holds, an '@' or another URL, is not the address's.
func withoutOptions(s string) string {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '=')
		if i < 0 {
			return s
		}
		start := strings.LastIndexAny(s[:at+i], "?;:&(,@ ") + 1
		if start > 0 && SecretName(s[start:at+i]) != "" {
			return s[:start-1]
		}
		at += i + 1
	}
}

// hostList reads "a:1,b:2" or "a:1;b:2"; nil when one of them is no host.
func hostList(list string, port int, of Endpoint) []Endpoint {
	var out []Endpoint
	for part := range strings.FieldsFuncSeq(list, func(c rune) bool { return c == ',' || c == ';' || c == ' ' }) {
		e := of
		var ok bool
		if e.Host, e.Port, ok = addressOf(part, port); !ok || len(out) >= maxEndpoints {
			return nil
		}
		out = append(out, e)
	}
	return out
}
