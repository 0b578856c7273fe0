package parse

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
)

// LocalAddresses reads the IPv4 addresses that a network namespace has itself out of /proc/PID/net/fib_trie (Documentation of fib_trie.c), sorted,
// loopback left out:
//
//	|-- 172.17.0.2
//	   /32 host LOCAL
func LocalAddresses(data []byte) []string {
	found := map[netip.Addr]bool{}
	var last netip.Addr
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(string(line))
		if leaf, ok := strings.CutPrefix(text, "|-- "); ok {
			last, _ = netip.ParseAddr(leaf)
			continue
		}
		if text == "/32 host LOCAL" && last.IsValid() && !last.IsLoopback() {
			found[last] = true
		}
	}
	list := make([]string, 0, len(found))
	for a := range found {
		list = append(list, a.String())
	}
	slices.Sort(list)
	return list
}
