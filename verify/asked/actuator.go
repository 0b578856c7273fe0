package asked

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// moving are endpoints of the actuator that say nothing of an image: what is set in it, which is another on purpose and compared as facts of the process, and what
// changes with the time and with each request.
func moving() []string {
	return []string{"env", "configprops", "metrics", "prometheus", "httpexchanges", "httptrace", "auditevents", "sessions", "logfile", "startup"}
}

// Actuator are the endpoints that Spring Boot's actuator lists under _links, without those that take parameters and those that say nothing of an image.
func Actuator(body []byte) (list []Path) {
	var doc struct {
		Links map[string]struct {
			Href      string `json:"href"`
			Templated bool   `json:"templated"`
		} `json:"_links"`
	}
	if len(body) > maxDocument || json.Unmarshal(body, &doc) != nil {
		return nil
	}
	for name, l := range doc.Links {
		if slices.Contains(moving(), name) {
			continue
		}
		if u, err := url.Parse(l.Href); err == nil && !l.Templated && strings.HasPrefix(u.EscapedPath(), "/") {
			list = append(list, Path{Path: u.EscapedPath(), From: "actuator"})
		}
	}
	slices.SortFunc(list, func(a, b Path) int { return strings.Compare(a.Path, b.Path) })
	return list
}
