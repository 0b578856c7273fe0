package asked

import (
	"bytes"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page finds what an HTML page at base names on its own server: the files that a browser fetches to show it, and the links that a person may follow. Paths with
// queries, without fragments; each once, in the order of the page. The page is foreign: the tokenizer never fails, and the first 2,000 tags are read.
func Page(body []byte, base *url.URL) (static, links []string) {
	z := html.NewTokenizer(bytes.NewReader(body))
	z.SetMaxBuf(1 << 20)
	here := base
	for n := 0; n < 2000; {
		switch z.Next() {
		case html.ErrorToken:
			return static, links
		case html.StartTagToken, html.SelfClosingTagToken:
			n++
			t := z.Token()
			if t.DataAtom == atom.Base {
				if u, err := base.Parse(attr(t, "href")); err == nil {
					here = u
				}
				continue
			}
			raw, isStatic := reference(t)
			if to := own(raw, here, base); to != "" && !slices.Contains(static, to) && !slices.Contains(links, to) {
				if isStatic {
					static = append(static, to)
				} else {
					links = append(links, to)
				}
			}
		}
	}
	return static, links
}

// reference is what a tag refers to, and whether a browser fetches it by itself.
func reference(t html.Token) (raw string, static bool) {
	switch t.DataAtom {
	case atom.Script, atom.Img, atom.Source, atom.Audio, atom.Video, atom.Embed, atom.Track:
		return attr(t, "src"), true
	case atom.Link:
		rel := strings.Fields(strings.ToLower(attr(t, "rel")))
		fetched := slices.ContainsFunc(rel, func(r string) bool {
			return slices.Contains([]string{"stylesheet", "icon", "manifest", "preload", "modulepreload", "apple-touch-icon", "mask-icon"}, r)
		})
		if !fetched {
			return "", false
		}
		return attr(t, "href"), true
	case atom.A, atom.Area:
		return attr(t, "href"), false
	case atom.Iframe, atom.Frame:
		return attr(t, "src"), false
	case atom.Form:
		if m := strings.ToLower(attr(t, "method")); m == "" || m == "get" {
			return attr(t, "action"), false
		}
	}
	return "", false
}

func attr(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// own is the path of a reference to the page's own server; "" for others, and for the page itself.
func own(raw string, here, page *url.URL) string {
	if raw == "" || strings.HasPrefix(raw, "#") {
		return ""
	}
	u, err := here.Parse(raw)
	if err != nil || u.Scheme != page.Scheme || u.Host != page.Host || !strings.HasPrefix(u.EscapedPath(), "/") {
		return ""
	}
	if to := u.RequestURI(); to != page.RequestURI() {
		return to
	}
	return ""
}

// isStatic tells a file that servers hand out as it lies by its ending.
func isStatic(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".css", ".js", ".mjs", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".woff", ".woff2", ".ttf", ".eot", ".txt", ".webmanifest", ".map":
		return true
	}
	return false
}
