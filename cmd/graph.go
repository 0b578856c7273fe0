package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"a2c/graph"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
	"a2c/parse"
)

// Formats of a2c graph beside the usual ones.
const (
	formatDOT     = "dot"
	formatMermaid = "mermaid"
)

func newGraph(a *app) *cobra.Command {
	var files []string
	c := &cobra.Command{
		Use:   "graph",
		Short: "Draw who talks to whom: applications, databases, brokers, other hosts",
		Long: `graph draws what the analyses of the workspace found: the applications of the inventory, what they depend on, and over which protocol and port. A line
is dashed when it is only configured and no connection was seen. What runs inside of an application, an embedded database or broker, is drawn as that.

With --file it draws documents of several hosts instead, joined by their addresses: analysis.json, inventory.json, or what graph -o json printed
there. NAME= before a file says which host it is from; files of one host get the same name. The default is the file's own name.`,
		Example: `  a2c graph -o dot | dot -Tsvg > graph.svg
  a2c graph -o mermaid
  a2c graph --file web1=web1.json,db1=db1.json -o table`,
		GroupID:     "look",
		Args:        none,
		Annotations: map[string]string{moreFormats: formatDOT + " " + formatMermaid},
		RunE: func(*cobra.Command, []string) error {
			g, err := a.drawn(files)
			if err != nil {
				return err
			}
			switch a.format {
			case formatDOT:
				_, err = io.WriteString(a.Out, g.DOT())
				return err
			case formatMermaid:
				_, err = io.WriteString(a.Out, g.Mermaid())
				return err
			}
			return a.print(g, func(w io.Writer) error { return a.graphTable(w, g) })
		},
	}
	c.Flags().StringSliceVar(&files, "file", nil, "draw these documents, of several hosts: `[NAME=]file`")
	return c
}

// drawn is the graph of the workspace, or of files.
func (a *app) drawn(files []string) (graph.Graph, error) {
	if len(files) > 0 {
		return graphOfFiles(files)
	}
	w, err := a.open(false)
	if err != nil {
		return graph.Graph{}, err
	}
	h := graph.Host{Analyses: map[string]model.Analysis{}}
	h.Inventory, err = workspace.Load[model.Inventory](w, workspace.InventoryFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return graph.Graph{}, err
	}
	for _, id := range knownIDs(w) {
		switch analysis, err := workspace.Load[model.Analysis](w, path.Join(id, workspace.AnalysisFile)); {
		case err == nil:
			h.Analyses[id] = analysis
		case !errors.Is(err, fs.ErrNotExist):
			return graph.Graph{}, err
		}
	}
	if len(h.Analyses) == 0 {
		a.Note("nothing was analyzed yet: the applications stand alone; %s --all finds what they talk to", a.command("analyze"))
	}
	return graph.Build([]graph.Host{h}), nil
}

// graphOfFiles reads documents of several hosts.
func graphOfFiles(files []string) (graph.Graph, error) {
	var hosts []graph.Host
	var drawn []graph.Graph
	at := map[string]int{}
	for _, f := range files {
		name, file, ok := strings.Cut(f, "=")
		if !ok {
			name, file = strings.TrimSuffix(filepath.Base(f), filepath.Ext(f)), f
		}
		i, known := at[name]
		if !known {
			i = len(hosts)
			at[name] = i
			hosts = append(hosts, graph.Host{Name: name, Inventory: model.Inventory{}, Analyses: map[string]model.Analysis{}})
		}
		g, err := readGraphFile(file, &hosts[i])
		if err != nil {
			return graph.Graph{}, err
		}
		drawn = append(drawn, g.On(name))
	}
	return graph.Build(hosts, drawn...), nil
}

// readGraphFile tells the three documents apart by the keys that only they have.
func readGraphFile(file string, h *graph.Host) (graph.Graph, error) {
	var g graph.Graph
	data, err := os.ReadFile(file)
	if err != nil {
		return g, fmt.Errorf("--file: %w", err)
	}
	n, err := parse.JSON(data)
	if err != nil {
		return g, fmt.Errorf("--file %s: %w", model.Path(file), err)
	}
	switch {
	case n.Get("nodes") != nil && n.Get("edges") != nil:
		err = json.Unmarshal(data, &g)
	case n.Get("analysisInfo") != nil:
		var analysis model.Analysis
		if err = json.Unmarshal(data, &analysis); err == nil {
			h.Analyses[analysis.AnalysisInfo.AppID] = analysis
		}
	default:
		var inventory model.Inventory
		if err = json.Unmarshal(data, &inventory); err == nil {
			maps.Copy(h.Inventory, inventory)
		}
	}
	if err != nil {
		return g, fmt.Errorf("--file %s is no analysis, no inventory and no graph of a2c: %w", model.Path(file), err)
	}
	return g, nil
}

func (a *app) graphTable(w io.Writer, g graph.Graph) error {
	labels := map[string]string{}
	for _, n := range g.Nodes {
		labels[n.ID] = n.Label
		if n.Kind == "application" {
			labels[n.ID] = n.ID
		}
	}
	rows := term.Rows{Head: []string{"FROM", "TO", "PROTOCOL", "SEEN", "CONFIGURED"}}
	for _, e := range g.Edges {
		seen, configured := "no", ""
		if e.Seen {
			seen = "yes"
		}
		if len(e.Configured) > 0 {
			configured = string(e.Configured[0])
		}
		rows.Add(term.Safe(labels[e.From]), term.Safe(labels[e.To]), term.Safe(e.Label()), seen, term.Safe(configured))
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	for _, n := range g.Nodes {
		if n.Alone {
			fmt.Fprintf(w, "%s was not analyzed: what it talks to is not known\n", term.Safe(n.ID))
		}
	}
	return nil
}
