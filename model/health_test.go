package model

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServed(t *testing.T) {
	l := func(address string, port int, protocol, purpose string) Listener {
		return Listener{Address: address, Port: port, Protocol: protocol, Purpose: purpose}
	}
	all := []Listener{
		l("0.0.0.0", 53, "udp", ""), l("::", 9999, "tcp", "http"), l("0.0.0.0", 9999, "tcp", "http"), l("0.0.0.0", 7000, "tcp", ""), l("0.0.0.0", 8443, "tcp", "https"),
		l("0.0.0.0", 9000, "tcp", "management"), l("0.0.0.0", 5005, "tcp", "debug"), l("127.0.0.1", 80, "tcp", "http"),
	}
	for main, want := range map[int][]int{0: {8443, 9999, 53, 7000}, 9000: {9000, 8443, 9999, 53, 7000}, 7000: {7000, 8443, 9999, 53}} {
		var got []int
		for _, l := range Served(all, main) {
			got = append(got, l.Port)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("main %d (-want +got):\n%s", main, d)
		}
	}
}
