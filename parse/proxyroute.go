package parse

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// ProxyRoute is a place in a reverse proxy's configuration that hands requests on to other servers.
type ProxyRoute struct {
	Listen      []string // where the proxy accepts them, as written
	ServerNames []string // host names; none: all
	Path        string   // of the requests, as written: "/shop", "~ \.jsp$"; "" all
	Upstream    string   // as written: "http://shop/x", the name of a backend
	// Targets are where they go, groups resolved: "127.0.0.1:8080", "[::1]:8080", "unix:/run/shop.sock". Of a variable all values that the configuration
	// gives it count.
	Targets []string
	// Open says that they go elsewhere, too: where what is known at a request alone decides it, or what Unknown says.
	Open bool
	// Unknown is what nothing in the configuration tells, of all that Open stands for: "${BACKEND}:8080", a variable that is not set in it.
	Unknown string
	File    string // of the line that hands on
	Line    int
}

// ProxyFile is a file of a configuration.
type ProxyFile struct {
	Name string
	Data []byte
}

// ProxyIncludes returns the files that a pattern of an include names, in order; base is the file that holds the include.
type ProxyIncludes func(pattern, base string) []ProxyFile

// Bounds of a proxy's configuration. The largest real ones have some thousand files, of a few kilobytes each.
const (
	maxIncludeDepth = 16
	maxConfFiles    = 5_000
	maxConfBytes    = 8 << 20 // of all files, and of all words when variables are replaced
	maxConfWords    = 300_000
	maxConfLine     = 256 << 10
	maxRoutes       = 20_000
	maxRouteNames   = 1_000   // addresses, host names and targets of one route
	maxAllNames     = 200_000 // of all routes
)

// confReader counts what all files of one configuration cost. Where it costs more than the bounds allow, over says so, and what follows is not read.
type confReader struct {
	include                   ProxyIncludes
	files, bytes, words, text int
	names                     int
	depth                     int
	routes                    []ProxyRoute
	over, deep                error
}

// err says what was not read.
func (c *confReader) err() error { return cmp.Or(c.over, c.deep) }

func (c *confReader) exceeds(format string, args ...any) {
	if c.over == nil {
		c.over = fmt.Errorf("%w: "+format, append([]any{ErrTooLarge}, args...)...)
	}
}

// nested says that blocks are nested deeper than they are read; the rest of the file counts all the same.
func (c *confReader) nested() {
	c.deep = fmt.Errorf("%w: blocks more than %d deep", ErrTooLarge, maxBlocks)
}

// group is a name for several servers.
type group struct {
	targets []string
	unknown string // the first of them that cannot be told
}

func (g *group) add(url string) {
	if t := urlTarget(url); t != "" {
		g.targets = append(g.targets, t)
	} else if g.unknown == "" {
		g.unknown = url
	}
}

// take adds the servers of a group to where a route goes. Routes share them: each of thousands may go to a group of thousands.
func (r *ProxyRoute) take(g *group) {
	if r.Targets == nil {
		r.Targets = slices.Clip(g.targets)
	} else if len(r.Targets) <= maxRouteNames { // more is too much already
		r.Targets = append(r.Targets, g.targets...)
	}
	if g.unknown != "" {
		r.Open, r.Unknown = true, g.unknown
	}
}

// more counts a file and reports whether it may be read.
func (c *confReader) more(f ProxyFile) bool {
	c.files++
	c.bytes += len(f.Data)
	if c.bytes > maxConfBytes || c.files > maxConfFiles {
		c.exceeds("more than %d bytes or %d files with all that is included", maxConfBytes, maxConfFiles)
	}
	return c.over == nil
}

// word counts a word and reports whether there may be more.
func (c *confReader) word(w string) bool {
	c.words++
	c.text += len(w)
	if c.words > maxConfWords || c.text > maxConfBytes {
		c.exceeds("more than %d words or %d bytes of them", maxConfWords, maxConfBytes)
	}
	return c.over == nil
}

// route keeps a route and reports whether there may be more.
func (c *confReader) route(r ProxyRoute) bool {
	names := len(r.Listen) + len(r.ServerNames) + len(r.Targets)
	c.names += min(names, maxRouteNames)
	full := len(c.routes) >= maxRoutes || c.names > maxAllNames
	if full || names > maxRouteNames {
		c.exceeds("more than %d routes, %d addresses, host names and targets of one or %d of all", maxRoutes, maxRouteNames, maxAllNames)
		return !full
	}
	c.routes = append(c.routes, r)
	return true
}

// open returns what an include names.
func (c *confReader) open(pattern, base string) []ProxyFile {
	switch {
	case c.include == nil || c.over != nil:
		return nil
	case c.depth > maxIncludeDepth: // the rest of the file counts all the same
		c.deep = fmt.Errorf("%w: includes more than %d deep", ErrTooLarge, maxIncludeDepth)
		return nil
	}
	return c.include(pattern, base)
}

// pathBehindPort is a port with a variable behind it that begins a path: http://127.0.0.1:8080$request_uri, or what a rule's expression found there.
var pathBehindPort = regexp.MustCompile(`^([^$%{ ]+:[0-9]+)\$(?:request_uri|uri|document_uri|[0-9])$`)

// urlTarget is the host and port of a URL that a proxy hands on to; "" for one that has a variable in them.
func urlTarget(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		scheme, rest = "", text
	}
	if sock, ok := strings.CutPrefix(rest, "unix:"); ok { // nginx: http://unix:/run/x.sock:/path
		sock, _, _ = strings.Cut(sock, ":")
		return "unix:" + path.Clean("/"+strings.TrimPrefix(sock, "//"))
	}
	if scheme == "unix" || strings.HasPrefix(text, "unix:") { // Apache: unix:/run/x.sock|http://localhost/
		sock, _, _ := strings.Cut(strings.TrimPrefix(text, "unix:"), "|")
		return "unix:" + path.Clean("/"+sock)
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if m := pathBehindPort.FindStringSubmatch(rest); m != nil {
		rest = m[1]
	}
	if rest == "" || strings.ContainsAny(rest, "$%{ ") {
		return ""
	}
	end := strings.LastIndexByte(rest, ']')
	if i := strings.LastIndexByte(rest, ':'); i > end {
		return rest
	}
	switch scheme {
	case "https", "wss", "grpcs":
		return rest + ":443"
	case "ajp":
		return rest + ":8009"
	case "http", "ws", "grpc", "h2c", "":
		return rest + ":80"
	}
	return ""
}
