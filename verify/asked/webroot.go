package asked

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// mostStatic is how many static files of one application are asked for: they come from the same place, and go the same way.
const mostStatic = 20

// webRoots are files that servers hand out as they lie: of a web application's folder or archive, of Spring Boot's static folders, of wwwroot.
func webRoots(ctx context.Context, a App) (list []Path, skips []model.Skip) {
	for _, w := range a.Analysis.App.WebApps {
		if w.Context == "" || ctx.Err() != nil {
			continue
		}
		names, err := contents(a.Tree, string(w.Path), "")
		if err != nil {
			skips = append(skips, skip("static files of "+w.Name, string(w.Path), err))
		}
		list = append(list, static(names, w.Context)...)
	}
	if len(a.Analysis.App.WebApps) > 0 {
		return list, skips
	}
	names, err := contents(a.Tree, string(a.Analysis.App.Artifact), "BOOT-INF/classes/static/", "BOOT-INF/classes/public/", "META-INF/resources/", "static/", "public/")
	if err != nil {
		skips = append(skips, skip("static files", string(a.Analysis.App.Artifact), err))
	}
	if more, err := contents(a.Tree, path.Join(string(a.Analysis.App.Base), "wwwroot"), ""); err == nil {
		names = append(names, more...)
	}
	return append(list, static(names, "/")...), skips
}

// static chooses from names below a root: few of each ending, those nearest to the root.
func static(names []string, context string) (list []Path) {
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(strings.Count(a, "/")-strings.Count(b, "/"), strings.Compare(a, b))
	})
	of := map[string]int{}
	for _, n := range names {
		end := strings.ToLower(path.Ext(n))
		if !isStatic(n) || of[end] >= 4 || len(list) >= mostStatic {
			continue
		}
		of[end]++
		list = append(list, Path{Path: below(context, escape(n)), From: "static file"})
	}
	return list
}

// contents are the names of public files below each of some folders of a folder or archive, those folders taken off. What is neither has none.
func contents(t host.Tree, name string, below ...string) (list []string, err error) {
	info, err := t.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || name == "":
		return nil, nil
	case err != nil:
		return nil, err
	case info.Type != host.Dir && !slices.Contains([]string{".jar", ".war", ".ear"}, strings.ToLower(path.Ext(name))):
		return nil, nil
	}
	s, err := openStore(t, name)
	if err != nil {
		return nil, err
	}
	defer s.close()
	for _, b := range below {
		list = append(list, s.names(b)...)
	}
	return list, nil
}

// public reports whether a web application hands out what has this name (Servlet 6.0, 10.5).
func public(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return name != "" && !strings.HasSuffix(name, "/") && !strings.EqualFold(top, "WEB-INF") && !strings.EqualFold(top, "META-INF")
}

// folder lists files, 2,000 of a folder at most; what cannot be read has none.
func folder(t host.Tree, root, at string, depth int) (list []string) {
	entries, err := t.ReadDir(path.Join(root, at))
	if err != nil {
		return nil
	}
	for _, e := range entries[:min(len(entries), 2000)] {
		name := path.Join(at, e.Name)
		switch {
		case e.Type == host.Regular && public(name):
			list = append(list, name)
		case e.Type == host.Dir && depth > 1 && public(name+"/x"):
			list = append(list, folder(t, root, name, depth-1)...)
		}
	}
	return list
}

// escape makes a path of a file's name.
func escape(name string) string { return (&url.URL{Path: name}).EscapedPath() }
