package parse

import (
	"bytes"
	"strings"
)

// JettyLine is one line of start.ini, start.d/*.ini or of a module's section, without its white space; comments are left out.
type JettyLine struct {
	Text string
	Line int // 1-based
}

// maxJettyLines bounds what one file may say.
const maxJettyLines = 20_000

// ReadJettyIni reads start.ini or a file of start.d: an argument per line, as on the command line of start.jar (org.eclipse.jetty.start.StartIni).
//
//	--module=http,deploy
//	jetty.http.port=8080
//	-Xmx512m
func ReadJettyIni(data []byte) ([]JettyLine, error) {
	var lines []JettyLine
	for n := 1; len(data) > 0; n++ {
		var raw []byte
		raw, data = cutLine(data)
		text := string(bytes.TrimSpace(raw))
		if text == "" || text[0] == '#' {
			continue
		}
		if len(lines) >= maxJettyLines {
			return nil, syntaxf(n, "more than %d lines", maxJettyLines)
		}
		lines = append(lines, JettyLine{Text: text, Line: n})
	}
	return lines, nil
}

// JettyModule is modules/NAME.mod as far as it decides what runs (jetty.org: "Jetty Modules").
type JettyModule struct {
	Depend      []JettyLine // names of modules that it enables
	XML         []JettyLine // files below jetty.base or jetty.home
	Ini         []JettyLine // arguments that count where nothing else sets them
	Exec        []JettyLine // options of a JVM that is forked for them
	Provides    []string    // what others may need, "logging|default": this one unless another is enabled
	Before      []string    // modules that are to work behind it
	After       []string    // modules and what they provide that it is to work behind
	Environment string      // "ee10": its properties and files count there alone; "": for the whole server
}

// ReadJettyModule reads a module's definition:
//
//	[depend]
//	server
//	[xml]
//	etc/jetty-http.xml
//	[ini]
//	contextHandlerClass?=org.eclipse.jetty.ee10.webapp.WebAppContext
func ReadJettyModule(data []byte) (JettyModule, error) {
	lines, err := ReadJettyIni(data)
	if err != nil {
		return JettyModule{}, err
	}
	var m JettyModule
	section := ""
	for _, l := range lines {
		if l.Text[0] == '[' && strings.HasSuffix(l.Text, "]") {
			section = strings.ToLower(strings.TrimSpace(l.Text[1 : len(l.Text)-1]))
			continue
		}
		switch section {
		case "depend", "depends":
			m.Depend = append(m.Depend, l)
		case "xml":
			m.XML = append(m.XML, l)
		case "ini", "defaults":
			m.Ini = append(m.Ini, l)
		case "exec":
			m.Exec = append(m.Exec, l)
		case "env", "environment":
			m.Environment = l.Text
		case "provide", "provides", "name":
			m.Provides = append(m.Provides, l.Text)
		case "before":
			m.Before = append(m.Before, l.Text)
		case "optional", "after":
			m.After = append(m.After, l.Text)
		}
	}
	return m, nil
}
