package asked

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// lastBytes is how much of a log is read, from its end: what is asked for today.
const lastBytes = 8 << 20

// mostLines is how many different paths are counted: a scanner's thousands are not worth more.
const mostLines = 20_000

// accessLogs are the paths that were asked for most often and answered well, in the logs that the application writes now.
func accessLogs(ctx context.Context, a App) (list []Path, skips []model.Skip) {
	for _, l := range a.Analysis.Logs {
		if !parse.IsAccessLog(string(l.Path)) || ctx.Err() != nil {
			continue
		}
		count, err := accessLog(a.Tree, string(l.Path))
		if err != nil {
			skips = append(skips, skip("access log", string(l.Path), err))
			continue
		}
		for _, p := range slices.SortedFunc(maps.Keys(count), func(x, y string) int { return cmp.Or(count[y]-count[x], cmp.Compare(x, y)) }) {
			list = append(list, Path{Path: p, From: fmt.Sprintf("access log %s, %d times", model.Path(path.Base(string(l.Path))), count[p])})
		}
	}
	return list, skips
}

// accessLog counts the requests that were answered well, by what was asked for.
func accessLog(t host.Tree, name string) (map[string]int, error) {
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	from := max(0, f.Info().Size-lastBytes)
	lines := bufio.NewScanner(io.NewSectionReader(f, from, lastBytes))
	lines.Buffer(make([]byte, 0, 64<<10), 1<<20)
	count := map[string]int{}
	var reader parse.AccessLog
	for lines.Scan() {
		r, ok := reader.Line(lines.Text())
		if !ok || r.Method != "GET" || r.Status != 0 && (r.Status < 200 || r.Status >= 400) {
			continue
		}
		if u, err := url.ParseRequestURI(r.Target); err != nil || u.Host != "" {
			continue
		}
		if _, known := count[r.Target]; known || len(count) < mostLines {
			count[r.Target]++
		}
	}
	return count, lines.Err() // a line of more than a MiB ends it
}
