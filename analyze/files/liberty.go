package files

import (
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// liberty leaves out of a Liberty's folder the documentation of its interfaces, archives of HTML for development tools. The interfaces themselves, beside
// it in dev, are what the server's features consist of.
func (c *collector) liberty(rel string, e host.Entry) (decision, reason string) {
	if e.Type == host.Regular && strings.HasPrefix(rel, "dev/") && strings.Contains(rel, "/javadoc/") {
		return model.Out, "layout: documentation"
	}
	return "", ""
}
