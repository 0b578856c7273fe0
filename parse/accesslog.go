package parse

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// IsAccessLog tells a log of requests by its name: Tomcat's localhost_access_log.2026-11-29.txt (AccessLogValve), Jetty's 2026_11_29.request.log,
// access.log, access_log, Undertow's access_log., Liberty's http_access.log, Kestrel's w3c log.
func IsAccessLog(name string) bool {
	base := strings.ToLower(path.Base(name))
	return strings.Contains(base, "access_log") || strings.Contains(base, "access-log") || strings.Contains(base, "accesslog") || strings.HasSuffix(base, ".request.log") ||
		strings.Contains(base, "access") && strings.HasSuffix(base, ".log")
}

// AccessRequest is one request of an access log.
type AccessRequest struct {
	Method string
	Target string // as asked for: "/shop/?q=tea"
	Status int    // 0: the log does not say
}

// AccessLog reads the lines of one access log. The zero value is ready; a line "#Fields:" says how those after it are built (W3C Extended Log File Format).
type AccessLog struct{ fields []string }

var (
	// The request line as the common and the combined log format have it, also inside JSON (Apache's mod_log_config, "%r"), and the status behind it.
	accessLine   = regexp.MustCompile(`"?\b(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE|TRACE|CONNECT) (\S+) HTTP/\d(?:\.\d)?\\?"?(?:\s+(\d{3})\b)?`)
	accessStatus = regexp.MustCompile(`"(?:status|responseCode|response_code|statusCode)"\s*:\s*"?(\d{3})\b`)
)

// Line reads one line; false: it holds no request.
func (l *AccessLog) Line(line string) (AccessRequest, bool) {
	if rest, ok := strings.CutPrefix(line, "#Fields:"); ok {
		l.fields = strings.Fields(rest)
		return AccessRequest{}, false
	}
	if strings.HasPrefix(line, "#") {
		return AccessRequest{}, false
	}
	if m := accessLine.FindStringSubmatch(line); m != nil {
		r := AccessRequest{Method: m[1], Target: m[2]}
		status := m[3]
		if status == "" {
			if s := accessStatus.FindStringSubmatch(line); s != nil {
				status = s[1]
			}
		}
		r.Status, _ = strconv.Atoi(status) // three digits, or none
		return r, true
	}
	return l.w3c(line)
}

// w3c reads a line by the fields that were declared.
func (l *AccessLog) w3c(line string) (AccessRequest, bool) {
	values := strings.Fields(line)
	if len(l.fields) == 0 || len(values) != len(l.fields) {
		return AccessRequest{}, false
	}
	field := func(name string) string {
		if i := slices.Index(l.fields, name); i >= 0 && values[i] != "-" {
			return values[i]
		}
		return ""
	}
	r := AccessRequest{Method: field("cs-method"), Target: field("cs-uri-stem")}
	if q := field("cs-uri-query"); q != "" {
		r.Target += "?" + strings.TrimPrefix(q, "?")
	}
	r.Status, _ = strconv.Atoi(field("sc-status")) // not said: 0
	return r, r.Method != "" && strings.HasPrefix(r.Target, "/")
}
