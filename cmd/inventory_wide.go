package cmd

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"a2c/internal/term"
	"a2c/model"
)

// fact is a line of -o wide.
type fact struct{ name, value string }

// facts are everything that is known of an application, for people.
func facts(app model.App) []fact {
	list := []fact{
		{"name", app.Name},
		{"kind", app.ApplicationType},
		{"helper", app.Helper},
		{"untried", app.Untried},
		{"processes", strings.Trim(fmt.Sprint(app.Processes), "[]")},
		{"user", account(app.User.Name, app.User.UID, app.User.Group, app.User.GID)},
		{"started", app.StartedAt.UTC().Format(time.RFC3339)},
		{"started by", started(app.Start)},
		{"platform", strings.TrimSpace(app.Platform.Name + " " + app.Platform.Version)},
		{"home", app.Platform.Home.String()},
		{"runtime", strings.TrimSpace(app.Runtime.Name + " " + app.Runtime.Version)},
		{"runtime home", app.Runtime.Home.String()},
		{"executable", app.Runtime.Executable.String()},
		{"artifact", app.Artifact.String()},
		{"base", app.Base.String()},
		{"instance", app.Instance},
	}
	if in := app.User.Inside; in != nil {
		list = append(list, fact{"user inside", account(in.Name, in.UID, in.Group, in.GID)})
	}
	for _, l := range app.Listeners {
		list = append(list, fact{"listens", listeners([]model.Listener{l})})
	}
	for _, l := range app.UnixListeners {
		list = append(list, fact{"listens", l.Path.String() + " (" + l.Type + ")"})
	}
	for _, p := range app.Published {
		list = append(list, fact{"published", fmt.Sprintf("%s:%d/%s by %s", p.Address, p.Port, p.Protocol, p.By)})
	}
	for _, c := range app.Connectors {
		state := "not open"
		if c.Open {
			state = "open"
		}
		list = append(list, fact{"connector", strings.TrimSpace(fmt.Sprintf("%s:%d %s", c.Address, c.Port, c.Purpose)) + " (" + state + ")"})
	}
	for _, w := range app.WebApps {
		list = append(list, fact{"web app", fmt.Sprintf("%s %s (%s)", cmp.Or(w.Context, "?"), w.Path.String(), w.Name)})
	}
	if c := app.Container; c != nil {
		list = append(list, fact{"container", strings.Join(strings.Fields(c.Engine+" "+c.Name+" "+c.ID), " ")}, fact{"namespace", c.Namespace})
	}
	if app.Foreign {
		list = append(list, fact{"network", "a namespace of its own: its addresses are not this machine's"})
	}
	for _, id := range app.Related {
		list = append(list, fact{"related", id})
	}
	list = append(list, fact{"command line", app.Cmdline})
	return slices.DeleteFunc(list, func(f fact) bool { return f.value == "" })
}

// account is a user with its group.
func account(name string, uid int, group string, gid int) string {
	return fmt.Sprintf("%s (%d), group %s (%d)", cmp.Or(name, "-"), uid, cmp.Or(group, "-"), gid)
}

// started says how an application is started.
func started(s model.Start) string {
	text := strings.Join(strings.Fields(s.Mechanism+" "+s.Name), " ")
	if s.File != "" {
		text += " (" + s.File.String() + ")"
	}
	return text
}

// inventoryWide writes a block for each application; with evidence every fact of the document follows with its sources.
func (a *app) inventoryWide(w io.Writer, inv model.Inventory, evidence bool) error {
	for n, id := range slices.Sorted(maps.Keys(inv)) {
		if n > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, a.Paint(term.Bold, term.Safe(id)))
		for _, f := range facts(inv[id]) {
			fmt.Fprintf(w, "  %-13s %s\n", f.name, term.Safe(f.value))
		}
		if !evidence {
			continue
		}
		fmt.Fprintln(w, "  evidence")
		lines, err := sources(inv[id])
		if err != nil {
			return err
		}
		for _, l := range lines {
			fmt.Fprintf(w, "    %s\n", term.Safe(l))
		}
	}
	return nil
}

// sources lists each fact of a document that has evidence, by its place in the JSON, with its value when that is one: "listeners[0].port = 8080: …".
func sources(doc any) ([]string, error) {
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, err
	}
	var lines []string
	walkEvidence(v, "", &lines)
	return lines, nil
}

func walkEvidence(v any, at string, lines *[]string) {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			walkEvidence(item, fmt.Sprintf("%s[%d]", at, i), lines)
		}
	case map[string]any:
		prefix := at
		if at != "" {
			prefix += "."
		}
		from, _ := v["evidence"].(map[string]any)
		for _, field := range slices.Sorted(maps.Keys(from)) {
			var texts []string
			list, _ := from[field].([]any)
			for _, s := range list {
				texts = append(texts, fmt.Sprint(s))
			}
			*lines = append(*lines, prefix+field+scalar(v[field])+": "+strings.Join(texts, ", "))
		}
		for _, field := range slices.Sorted(maps.Keys(v)) {
			if field != "evidence" {
				walkEvidence(v[field], prefix+field, lines)
			}
		}
	}
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return " = " + strconv.Quote(v)
	case float64:
		return " = " + strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return " = " + strconv.FormatBool(v)
	}
	return ""
}

// inventoryCSV writes one line for each application, in a fixed order of columns. Text that a spreadsheet would take for a formula gets a quote before it.
func inventoryCSV(out io.Writer, inv model.Inventory) error {
	w := csv.NewWriter(out)
	head := []string{
		"id", "type", "name", "pid", "user", "uid", "listeners", "platform", "platformVersion", "runtime", "runtimeVersion", "artifact", "base", "instance",
		"webApps", "startedBy", "unit", "container", "startedAt", "cmdline", "untried",
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(inv)) {
		app := inv[id]
		var contexts []string
		for _, web := range app.WebApps {
			contexts = append(contexts, cmp.Or(web.Context, web.Name))
		}
		container := ""
		if app.Container != nil {
			container = cmp.Or(app.Container.Name, app.Container.ID, app.Container.Engine)
		}
		row := []string{
			id, app.ApplicationType, app.Name, strconv.Itoa(app.ProcessID), app.User.Name, strconv.Itoa(app.User.UID), strings.TrimPrefix(listeners(app.Listeners), "-"),
			app.Platform.Name, app.Platform.Version, app.Runtime.Name, app.Runtime.Version, app.Artifact.String(), app.Base.String(), app.Instance,
			strings.Join(contexts, " "), app.Start.Mechanism, app.Start.Name, container, app.StartedAt.UTC().Format(time.RFC3339), app.Cmdline, app.Untried,
		}
		for i, text := range row {
			row[i] = tameCell(term.Safe(text))
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// tameCell keeps spreadsheets from calculating what stands in a name of the host. Some take the wide signs of East Asian keyboards for the same.
func tameCell(text string) string {
	if first, _ := utf8.DecodeRuneInString(text); text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + text
	}
	return text
}
