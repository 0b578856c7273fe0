package asked

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"a2c/model"
)

// openAPINames are where documents lie, below a web application or in an archive.
func openAPINames() []string {
	return []string{
		"META-INF/openapi.yaml", "META-INF/openapi.yml", "META-INF/openapi.json", "WEB-INF/classes/META-INF/openapi.yaml", "WEB-INF/classes/META-INF/openapi.yml",
		"WEB-INF/classes/META-INF/openapi.json", "BOOT-INF/classes/static/openapi.yaml", "BOOT-INF/classes/static/openapi.json", "openapi.yaml", "openapi.json", "swagger.json", "swagger.yaml",
		"wwwroot/swagger.json", "wwwroot/openapi.json",
	}
}

// OpenAPIPaths are where an application of this kind commonly hands such a document out: springdoc, MicroProfile OpenAPI, Quarkus, Swashbuckle.
func OpenAPIPaths(a model.AnalysisInfo) []string {
	switch kindOf(a) {
	case spring:
		return []string{"/v3/api-docs"}
	case quarkus:
		return []string{"/q/openapi"}
	case microProfile, payara:
		return []string{"/openapi"}
	case dotnet:
		return []string{"/swagger/v1/swagger.json"}
	}
	return nil
}

func openAPIFiles(ctx context.Context, a App) (list []Path, skips []model.Skip) {
	type place struct{ root, context string }
	places := []place{}
	for _, w := range a.Analysis.App.WebApps {
		if w.Context != "" {
			places = append(places, place{string(w.Path), w.Context})
		}
	}
	if len(places) == 0 {
		places = []place{{string(a.Analysis.App.Artifact), "/"}, {string(a.Analysis.App.Base), "/"}}
	}
	for _, p := range places {
		if ctx.Err() != nil || p.root == "" {
			continue
		}
		s, err := openStore(a.Tree, p.root)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			skips = append(skips, skip("OpenAPI documents", p.root, err))
			continue
		}
		var failed error
		for _, name := range openAPINames() {
			data, err := s.read(name)
			if err == nil {
				list = append(list, OpenAPI(data, p.context, "OpenAPI document "+name)...)
			} else if !errors.Is(err, fs.ErrNotExist) {
				failed = cmp.Or(failed, err)
			}
		}
		s.close()
		if failed != nil {
			skips = append(skips, skip("OpenAPI documents", p.root, failed)) // once for each place
		}
	}
	return list, skips
}

// OpenAPI are the operations of a document (OpenAPI 2.0 and 3, JSON or YAML) that can be asked as they are: GET, without parameters in the path, without required
// ones in the query. A document that cannot be read has none.
func OpenAPI(data []byte, context, from string) (list []Path) {
	var doc struct {
		BasePath string `json:"basePath"`
		Servers  []struct {
			URL string `json:"url"`
		} `json:"servers"`
		Paths map[string]struct {
			Get *struct {
				Parameters []parameter `json:"parameters"`
			} `json:"get"`
			Parameters []parameter `json:"parameters"`
		} `json:"paths"`
	}
	if len(data) > maxDocument || yaml.Unmarshal(data, &doc) != nil {
		return nil
	}
	base := doc.BasePath
	if len(doc.Servers) > 0 {
		if u, err := url.Parse(doc.Servers[0].URL); err == nil && !strings.Contains(u.Path, "{") {
			base = u.Path
		}
	}
	if base == "" || base == "/" {
		base = context
	}
	for name, p := range doc.Paths {
		if p.Get == nil || !strings.HasPrefix(name, "/") || strings.Contains(name, "{") || slices.ContainsFunc(slices.Concat(p.Parameters, p.Get.Parameters), needed) {
			continue
		}
		list = append(list, Path{Path: below(base, name), From: from})
	}
	slices.SortFunc(list, func(a, b Path) int { return strings.Compare(a.Path, b.Path) })
	return list
}

type parameter struct {
	In       string `json:"in"`
	Required bool   `json:"required"`
}

func needed(p parameter) bool { return p.Required }
