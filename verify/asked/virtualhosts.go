package asked

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// virtualHosts are the start pages of the host names that a proxy in front, or Tomcat's server.xml, names.
func virtualHosts(_ context.Context, a App) (list []Path, skips []model.Skip) {
	for _, p := range a.Analysis.App.Proxies {
		for _, name := range p.ServerNames {
			if hostName(name) {
				list = append(list, Path{Port: p.Port, Host: name, Path: "/", From: "virtual host of " + p.Product})
			}
		}
	}
	if !strings.HasPrefix(a.Analysis.ApplicationType, "java-tom") {
		return list, nil
	}
	at := path.Join(string(a.Analysis.App.Base), "conf/server.xml")
	data, err := host.ReadFile(a.Tree, at, maxDocument)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	var doc *parse.XMLDocument
	if err == nil {
		doc, err = parse.ReadXML(data)
	}
	if err != nil {
		return list, []model.Skip{skip("virtual hosts", at, err)}
	}
	for _, name := range tomcatHosts(doc.Root) {
		list = append(list, Path{Host: name, Path: "/", From: "virtual host in server.xml"})
	}
	return list, nil
}

// tomcatHosts are the names and aliases of the <Host>s below an element.
func tomcatHosts(e *parse.XMLElement) (list []string) {
	if e.Name == "Host" {
		name, _ := e.Attr("name")
		list = append(list, name.Value)
		for _, alias := range e.All("Alias") {
			list = append(list, strings.TrimSpace(alias.Text))
		}
		return slices.DeleteFunc(list, func(n string) bool { return !hostName(n) })
	}
	for _, c := range e.Children {
		list = append(list, tomcatHosts(c)...)
	}
	return list
}

// hostName reports whether a name is a host's as it stands: no pattern, no placeholder, not this machine.
func hostName(s string) bool {
	return s != "" && s != "localhost" && s != "_" && !strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".") &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return r != '.' && r != '-' && (r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r))
		})
}
