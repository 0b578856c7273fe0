package analyze_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
)

// TestChosenPorts has a second listener. Its port is the kernel's choice only if it lies in the range of such ports and nothing names it: neither
// argument nor variable, configuration, or a file of the application that nobody knows how to read.
func TestChosenPorts(t *testing.T) {
	file := func(name, text string) func(*txtar.Archive) {
		return func(a *txtar.Archive) { a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)}) }
	}
	for name, c := range map[string]struct {
		port   string
		change func(*txtar.Archive)
		want   bool
	}{
		"nothing names it":               {"46419", nil, true},
		"part of another number":         {"46419", func(a *txtar.Archive) { appendTo(t, a, "proc/412/environ", "BUILD=1464190\n") }, true},
		"below the range":                {"9090", nil, false},
		"range of this host":             {"9090", file("proc/sys/net/ipv4/ip_local_port_range", "9000\t9999\n"), true},
		"outside of this host's range":   {"46419", file("proc/sys/net/ipv4/ip_local_port_range", "9000\t9999\n"), false},
		"in an argument":                 {"46419", func(a *txtar.Archive) { appendTo(t, a, "proc/412/cmdline", "--cluster=0.0.0.0:46419\n") }, false},
		"in a variable":                  {"46419", func(a *txtar.Archive) { appendTo(t, a, "proc/412/environ", "CLUSTER_PORT=46419\n") }, false},
		"in a document":                  {"46419", file("etc/orders/application-prod.properties", "cluster.port: 46419\n"), false},
		"in a file of the application's": {"46419", file("opt/orders/native/cluster.conf", "bind *:46419\n"), false},
		"noted since the start":          {"46419", file("opt/orders/native/port uid=995 mtime=1763980000", "46419"), true},
		"noted by another user":          {"46419", file("opt/orders/native/port uid=0 mtime=1763980000", "46419"), false},
		"noted before the start":         {"46419", file("opt/orders/native/port uid=995 mtime=1000", "46419"), false},
	} {
		t.Run(name, func(t *testing.T) {
			tree := machine(t, "java-springboot", func(a *txtar.Archive) {
				a.Files = append(a.Files, txtar.File{Name: "proc/412/fd/11 -> socket:[711]"})
				appendTo(t, a, "proc/412/net/tcp6", "[::]:"+c.port+" LISTEN 711\n")
				if c.change != nil {
					c.change(a)
				}
			})
			a, _ := run(t, tree, "java-springboot", analyze.Options{})
			found := 0
			for _, l := range a.AnalysisInfo.App.Listeners {
				if l.Port == 8081 && l.Ephemeral {
					t.Error("8081, which application.yml sets, counts as chosen")
				}
				if l.Port != 8081 {
					found++
					if l.Ephemeral != c.want {
						t.Errorf("port %d chosen by the kernel: %v, want %v", l.Port, l.Ephemeral, c.want)
					}
					if l.Ephemeral && len(l.Evidence["ephemeral"]) == 0 {
						t.Error("no evidence")
					}
				}
			}
			if found != 1 {
				t.Fatalf("%d other listeners", found)
			}
		})
	}
}
