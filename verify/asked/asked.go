// Package asked finds what an application can be asked: paths that its files, its logs, its own pages and documents name, and those that a user has
// collected. It decides nothing about whether they are asked.
package asked

import (
	"context"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// Path is a request that something names.
type Path struct {
	Port int    // 0: the main port
	Host string // virtual host; "": the address that it listens on
	Path string // with a query
	From string // what names it: "access log, 412 times"
}

// App is what the sources read.
type App struct {
	Tree     host.Tree // the application's own root
	Analysis model.AnalysisInfo
}

// source finds paths in one kind of place.
type source func(context.Context, App) ([]Path, []model.Skip)

// sources are looked at in this order: what users ask for comes first.
func sources() []source { return []source{accessLogs, virtualHosts, openAPIFiles, servlets, webRoots} }

// Files are the paths that the application's own files name, the most useful first. Skips name what could not be read.
func Files(ctx context.Context, a App) ([]Path, []model.Skip) {
	var list []Path
	var skips []model.Skip
	for _, find := range sources() {
		if ctx.Err() != nil {
			break
		}
		more, missed := find(ctx, a)
		list, skips = append(list, more...), append(skips, missed...)
	}
	return list, skips
}

// below is a path below a context: "/shop", "a.css" -> "/shop/a.css".
func below(context, name string) string {
	return strings.TrimSuffix(context, "/") + "/" + strings.TrimPrefix(name, "/")
}

func skip(what string, path string, err error) model.Skip {
	return model.Skip{What: what, Path: model.Path(path), Reason: host.Reason(err), Incomplete: !host.Vanished(err)}
}
