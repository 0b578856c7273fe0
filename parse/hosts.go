package parse

import (
	"net/netip"
	"strings"
)

// Hosts reads /etc/hosts (hosts(5)): addresses by name, in lower case, in the file's order. Lines that begin with no address are left out.
func Hosts(data []byte) map[string][]string {
	names := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		a, err := netip.ParseAddr(f[0])
		if err != nil {
			continue
		}
		for _, name := range f[1:] {
			name = strings.ToLower(name)
			names[name] = append(names[name], a.Unmap().String())
		}
	}
	return names
}
