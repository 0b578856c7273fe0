package files

import (
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// jboss leaves out of jboss.home.dir what the server that runs has no use for: the bases of other modes, unless its own lies there, scripts with their
// clients, and documents. Modules are loaded by name: they are taken whole.
func (c *collector) jboss(rel string, _ host.Entry) (decision, reason string) {
	top := join(c.real(string(c.in.Subject.App.Platform.Home)), rel)
	switch {
	case rel == "standalone" || rel == "domain" || rel == "appclient":
		if !subject.Under(c.real(string(c.in.Subject.App.Base)), top) {
			return model.Out, "layout: base folder of another server"
		}
	case strings.HasPrefix(rel, "bin/") && rel != "bin/product.conf" && !c.names(top): // EAP's server reads that one
		return model.Out, "layout: scripts and clients; the image starts the program itself"
	case rel == "docs":
		return model.Out, "layout: documentation"
	case rel == ".galleon":
		return model.Out, "layout: from what the installation was put together, for its updates"
	}
	return "", ""
}
