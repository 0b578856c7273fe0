package asked

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// servlets are the paths that web.xml maps servlets to: exact ones as they are, "/x/*" as "/x/" (Servlet 6.0, 12.2).
func servlets(ctx context.Context, a App) (list []Path, skips []model.Skip) {
	for _, w := range a.Analysis.App.WebApps {
		if w.Context == "" || ctx.Err() != nil {
			continue
		}
		data, err := descriptor(a.Tree, string(w.Path))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var doc *parse.XMLDocument
		if err == nil {
			doc, err = parse.ReadXML(data)
		}
		if err != nil {
			skips = append(skips, skip("servlet mappings of "+w.Name, string(w.Path), err))
			continue
		}
		for _, m := range doc.Root.Children {
			if local(m.Name) == "servlet-mapping" {
				list = append(list, mapped(m, w.Context)...)
			}
		}
	}
	return list, skips
}

func descriptor(t host.Tree, root string) ([]byte, error) {
	s, err := openStore(t, root)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.read("WEB-INF/web.xml")
}

func mapped(m *parse.XMLElement, context string) (list []Path) {
	for _, e := range m.Children {
		pattern := strings.TrimSpace(e.Text)
		if local(e.Name) != "url-pattern" || !strings.HasPrefix(pattern, "/") || pattern == "/" {
			continue
		}
		pattern = strings.TrimSuffix(pattern, "*")
		if !strings.Contains(pattern, "*") {
			list = append(list, Path{Path: below(context, pattern), From: "servlet mapping"})
		}
	}
	return list
}

func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }
