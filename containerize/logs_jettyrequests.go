package containerize

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// jettyLogWriters are Jetty's classes that write requests to a file, and to System.err where they are given no name of one ("Jetty Operations Guide",
// requestlog; NCSARequestLog and RequestLogWriter in Jetty's API).
func jettyLogWriters() []string {
	return []string{
		"org.eclipse.jetty.server.RequestLogWriter", "org.eclipse.jetty.server.AsyncRequestLogWriter",
		"org.eclipse.jetty.server.NCSARequestLog", "org.eclipse.jetty.server.AsyncNCSARequestLog",
	}
}

var (
	jettyXML      = regexp.MustCompile(`\.xml$`)
	jettyLogNames = regexp.MustCompile(`(?m)^[ \t]*(?:-D)?(?:jetty\.)?requestlog\.file(?:[pP]ath|name)[ \t]*[?+]?=[ \t]*(\S+)`)
)

// jettyRequests has the requests written to the container's output: the writer is given no file's name any more.
func (s *start) jettyRequests() error {
	names, err := s.jettyRequestLogs()
	if err != nil {
		return err
	}
	written := func(log model.Path) bool {
		return slices.ContainsFunc(names, func(n *regexp.Regexp) bool { return n.MatchString(path.Base(string(log))) })
	}
	if !slices.ContainsFunc(s.info.Logs, func(l model.LogFile) bool { return written(l.Path) }) {
		return nil
	}
	found := false
	for _, it := range s.configFiles(jettyXML) {
		data, err := s.plan.current(it, maxConfigFile)
		if err != nil {
			return err
		}
		edits := jettyNameless(data)
		if len(edits) == 0 {
			continue
		}
		e := configEdit{base: path.Base(string(it.Path)), data: data}
		e.xml(edits)
		s.edited(it, &e, model.Change{Kind: "log", Reason: "Jetty's log of requests goes to the container's output; files in a container are lost with it"})
		found = true
	}
	if found {
		s.onConsole(written)
	}
	return nil
}

// jettyRequestLogs are the names that the log of requests has without a folder: that of Jetty's module, and those that its property says.
func (s *start) jettyRequestLogs() ([]*regexp.Regexp, error) {
	texts := []string{"jetty.requestlog.filePath=yyyy_mm_dd.request.log", strings.Join(s.argv, "\n")}
	for _, it := range s.configFiles(jettyIni) {
		data, err := s.plan.current(it, maxConfigFile)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(data))
	}
	var list []*regexp.Regexp
	for _, m := range jettyLogNames.FindAllStringSubmatch(strings.Join(texts, "\n"), -1) {
		list = append(list, regexp.MustCompile(`^`+strings.ReplaceAll(regexp.QuoteMeta(path.Base(m[1])), "yyyy_mm_dd", `\d{4}_\d{2}_\d{2}`)+`$`))
	}
	return list, nil
}

// jettyNameless are the edits after which no writer of a document has the name of a file. None where one is made of more than that name.
func jettyNameless(data []byte) (edits []xmlEdit) {
	if !bytes.Contains(data, []byte("RequestLog")) {
		return nil
	}
	doc, err := parse.ReadXML(data)
	if err != nil || doc.Root.Name != "Configure" {
		return nil
	}
	unsure := false
	eachElement(doc.Root, nil, func(e *parse.XMLElement, _ []*parse.XMLElement) {
		class, _ := e.Attr("class")
		if e.Name != "New" || !slices.Contains(jettyLogWriters(), class.Value) {
			return
		}
		args := e.All("Arg")
		unsure = unsure || len(args) > 1
		for _, c := range append(args, e.All("Set")...) {
			if name, _ := c.Attr("name"); c.Name == "Arg" || strings.EqualFold(name.Value, "filename") {
				edits = append(edits, xmlEdit{element: c})
			}
		}
	})
	if unsure {
		return nil
	}
	return edits
}
