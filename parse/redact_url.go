package parse

import (
	"slices"
	"strings"
)

// urlSecrets are passwords in scheme://user:password@host, in Oracle's jdbc:oracle:thin:user/password@host, and a random user alone. People do
// not always escape what a password holds, so the last '@' ends it: of the value when the text is a whole one, of the line in free text when
// what follows the first ':' cannot be a port.
func urlSecrets(s string, whole bool) []SecretSpan {
	f := urlFinder{s: s, whole: whole}
	for at := 0; ; {
		i := strings.Index(s[at:], "://")
		if i < 0 {
			break
		}
		at = f.authority(at+i, at+i+len("://"))
	}
	return append(f.spans, oracleSecrets(s, whole)...)
}

type urlFinder struct {
	s     string
	whole bool
	noAt  int // before this offset no '@' follows
	eol   int // end of the line that was looked at last
	spans []SecretSpan
}

// authority looks at one URL, whose scheme ends at colon and whose authority begins at start, and returns where to go on.
func (f *urlFinder) authority(colon, start int) int {
	if f.eol < start {
		f.eol = lineEnd(f.s, start)
	}
	line := f.s[start:f.eol]
	next := strings.Index(line, "://")
	if next < 0 {
		next = len(line)
	}
	head := line[:next]
	glued := next < len(line) // amqp://app://x@h
	if i := strings.IndexAny(head, "/?# \t\"'<>,;"); i >= 0 {
		head, glued = head[:i], false
	}
	_, port, colons := strings.Cut(head, ":")
	if strings.HasPrefix(head, "[") && strings.Contains(head, "]") || strings.HasPrefix(head, "${") {
		colons = colons && strings.Contains(head, "@")
	}
	end := 0
	switch before, at := beforeLast(head, '@'); {
	case glued || colons && f.mayBePassword(colon, port, line[len(head):next]):
		if end = f.lastAt(start, next); end < 0 {
			return start
		}
	case !at:
		return start
	default:
		end = start + len(before)
	}
	user, pass, ok := strings.Cut(f.s[start:end], ":")
	switch {
	case ok && pass != "" && !isReference(pass):
		f.spans = append(f.spans, SecretSpan{Start: start + len(user) + 1, End: end, Kind: SecretPassword})
	case !ok && random(user): // https://KEY@sentry.example/1
		f.spans = append(f.spans, SecretSpan{Start: start, End: end, Kind: SecretToken})
	}
	return end
}

// lastAt is the offset of the '@' that ends the userinfo of the URL at start: the last one before the next URL of a list or of prose, or else the
// first one behind.
func (f *urlFinder) lastAt(start, next int) int {
	if start < f.noAt {
		return -1
	}
	region := f.s[start : start+next]
	switch scheme := strings.TrimRight(region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-"); {
	case !f.whole:
		region = proseEnds(region)
	case scheme == "" || strings.IndexByte(",; \t", scheme[len(scheme)-1]) < 0: // no list of URLs: "://" belongs to the password
		region = f.s[start:f.eol]
	}
	if i := strings.LastIndexByte(region, '@'); i >= 0 {
		return start + i
	}
	if i := strings.IndexByte(f.s[start:f.eol], '@'); i >= 0 {
		return start + i
	}
	f.noAt = f.eol
	return -1
}

// proseEnds cuts what a mail address behind a URL adds to it: "amqp://a:b@mq refused, ask x@y" ends at mq.
func proseEnds(region string) string {
	first := strings.IndexByte(region, '@')
	if first < 0 {
		return region
	}
	if i := strings.IndexAny(region[first:], " \t"); i >= 0 {
		return region[:first+i]
	}
	return region
}

// mayBePassword decides whether what stands between the first ':' of an authority and the sign that ends it may be the beginning of a
// password, and not a port: everything that is no number, nothing at all, and before a '/', '?' or '#' also a number, unless the scheme is
// one whose paths often hold an '@'.
func (f *urlFinder) mayBePassword(colon int, pass, rest string) bool {
	if strings.Contains(pass, "@") {
		return true
	}
	if pass == "" {
		return rest != ""
	}
	if strings.Trim(pass, "0123456789") != "" || len(pass) > len("65535") {
		return true
	}
	jdbc := strings.Contains(f.s[max(0, colon-40):colon], "jdbc:")
	if rest == "" || strings.IndexByte("/?#", rest[0]) < 0 { // a sign that ends the URL stands before a blank or another
		return rest != "" && (!jdbc || rest[0] != ';') && (f.whole || len(rest) > 1 && strings.IndexByte(" \t", rest[0]) < 0 && strings.IndexByte(" \t<>/,;.)]}\\", rest[1]) < 0)
	}
	scheme := f.s[max(0, colon-12):colon]
	for _, web := range []string{"http", "https", "ws", "wss"} {
		if strings.HasSuffix(scheme, web) {
			return false
		}
	}
	if jdbc {
		path, _, _ := strings.Cut(rest, "?")
		return strings.Contains(path, "@")
	}
	return true
}

func beforeLast(s string, c byte) (before string, ok bool) {
	if i := strings.LastIndexByte(s, c); i >= 0 {
		return s[:i], true
	}
	return s, false
}

func lineEnd(s string, from int) int {
	if i := strings.IndexAny(s[from:], "\n\r"); i >= 0 {
		return from + i
	}
	return len(s)
}

// oracleSecrets are those of jdbc:oracle:thin:user/password@place; the place itself holds no '@'.
func oracleSecrets(s string, whole bool) []SecretSpan {
	var spans []SecretSpan
	for at, eol := 0, -1; ; {
		i := strings.Index(s[at:], "jdbc:oracle:")
		if i < 0 {
			return spans
		}
		start := at + i + len("jdbc:oracle:")
		if eol < start {
			eol = lineEnd(s, start)
		}
		end := eol
		if j := strings.Index(s[start:end], "jdbc:"); j >= 0 {
			end = start + j
		}
		region := s[start:end]
		if !whole {
			region = proseEnds(region)
		}
		driver, rest, ok := strings.Cut(region, ":")
		user, _, slash := strings.Cut(rest, "/")
		before, found := beforeLast(region, '@')
		from := len(driver) + 1 + len(user) + 1
		if ok && slash && found && from < len(before) && !strings.ContainsAny(user, "@ ") && !isReference(region[from:len(before)]) {
			spans = append(spans, SecretSpan{Start: start + from, End: start + len(before), Kind: SecretPassword})
		}
		at = end
	}
}

// driverSecrets are the password of user:password@tcp(host)/database, as Go's and Python's drivers have it, in a value that is named a
// connection string and is no URL.
func driverSecrets(s string) []SecretSpan {
	before, ok := beforeLast(s, '@')
	user, pass, colon := strings.Cut(before, ":")
	if !ok || !colon || pass == "" || strings.HasPrefix(pass, "//") || strings.ContainsAny(user, "=;") || slices.Contains([]string{"jdbc", "mailto"}, user) || isReference(pass) {
		return nil
	}
	return []SecretSpan{{Start: len(user) + 1, End: len(before), Kind: SecretConnection}}
}
