package asked

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Actuator are the endpoints that Spring Boot's actuator lists under _links, without those that take parameters.
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
	for _, l := range doc.Links {
		if u, err := url.Parse(l.Href); err == nil && !l.Templated && strings.HasPrefix(u.EscapedPath(), "/") {
			list = append(list, Path{Path: u.EscapedPath(), From: "actuator"})
		}
	}
	slices.SortFunc(list, func(a, b Path) int { return strings.Compare(a.Path, b.Path) })
	return list
}
