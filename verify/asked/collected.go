package asked

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Collected is a request that a user has collected. Its header may carry a session: it is sent and never stored.
type Collected struct {
	Path
	Method string
	Header http.Header
}

// URLs reads a file of URLs or paths, one in a line; empty lines and those that begin with # are left out. "/path" and "8081/path" are as --path has them.
func URLs(data []byte) ([]Collected, error) {
	var list []Collected
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		p, err := address(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		list = append(list, Collected{Path: p, Method: http.MethodGet})
	}
	if len(list) == 0 {
		return nil, errors.New("it names nothing: one URL or path in a line")
	}
	return list, nil
}

// address reads a URL, "/path" or "PORT/path".
func address(s string) (Path, error) {
	if !strings.Contains(s, "://") {
		at := strings.IndexByte(s, '/')
		if at < 0 {
			return Path{}, fmt.Errorf("%q is neither a URL nor a path", s)
		}
		port, err := strconv.ParseUint("0"+s[:at], 10, 16)
		if err != nil {
			return Path{}, fmt.Errorf("%q: %q is no port", s, s[:at])
		}
		return Path{Port: int(port), Path: s[at:]}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return Path{}, fmt.Errorf("%q is no URL of HTTP", s)
	}
	return ofURL(u), nil
}

// ofURL takes a URL apart: a number or this machine's name is the address that the application listens on, another name a virtual host; the usual ports are those
// of whatever stands in front, and so the main port's.
func ofURL(u *url.URL) Path {
	p := Path{Path: u.RequestURI()}
	p.Port, _ = strconv.Atoi(u.Port()) // none: 0
	if p.Port == 80 || p.Port == 443 {
		p.Port = 0
	}
	if name := u.Hostname(); name != "localhost" && net.ParseIP(name) == nil {
		p.Host = name
	}
	return p
}

// HAR reads what a browser recorded (HTTP Archive 1.2, https://w3c.github.io/web-performance/specs/HAR/Overview.html): the safe requests to the host of the first
// one, with the header that carries a session. left counts the others. Each request once.
func HAR(data []byte) (list []Collected, left int, err error) {
	var doc struct {
		Log struct {
			Entries []struct {
				Request struct {
					Method  string `json:"method"`
					URL     string `json:"url"`
					Headers []struct {
						Name  string `json:"name"`
						Value string `json:"value"`
					} `json:"headers"`
				} `json:"request"`
			} `json:"entries"`
		} `json:"log"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, 0, fmt.Errorf("read HAR: %w", err)
	}
	site := ""
	for _, e := range doc.Log.Entries {
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Host == "" {
			left++
			continue
		}
		if site == "" {
			site = u.Host
		}
		c := Collected{Path: ofURL(u), Method: e.Request.Method, Header: http.Header{}}
		c.From = "HAR"
		if u.Host != site || !SafeMethod(c.Method) {
			left++
			continue
		}
		for _, h := range e.Request.Headers {
			if name := http.CanonicalHeaderKey(h.Name); carried(name) {
				c.Header.Add(name, h.Value)
			}
		}
		if !slices.ContainsFunc(list, func(o Collected) bool { return o.Path == c.Path && o.Method == c.Method }) {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, left, errors.New("it holds no request that is safe to send: GET, HEAD or OPTIONS")
	}
	return list, left, nil
}

// carried are the fields that decide on an answer; the rest are the browser's own.
func carried(name string) bool {
	switch name {
	case "Accept", "Accept-Language", "Authorization", "Cookie", "X-Requested-With":
		return true
	}
	return false
}
