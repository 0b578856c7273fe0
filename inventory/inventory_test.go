package inventory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"a2c/internal/golden"
	"a2c/inventory"
	"a2c/inventory/host"
	"a2c/model"
)

// TestHosts runs the inventory of each captured machine in testdata/hosts and compares both documents.
func TestHosts(t *testing.T) {
	files, err := filepath.Glob("testdata/hosts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			r := run(t, open(t, file), inventory.Options{Containers: true})
			golden.JSON(t, "testdata/hosts/"+name+".inventory.json", r.Inventory)
			golden.JSON(t, "testdata/hosts/"+name+".host.json", r.Host)
			for id, app := range r.Inventory {
				if !regexp.MustCompile(`^[a-z]+-[a-z]+-[0-9a-f]{8}$`).MatchString(id) || id != inventory.ID(app) {
					t.Errorf("ID %q", id)
				}
			}
			if s := r.Host.Seen; s.Processes != s.Matched+s.Other+s.Vanished+s.Unreadable {
				t.Errorf("counts do not add up: %+v", s)
			}
			if got := named(r.Host.Skips); got != r.Host.Seen.Unreadable {
				t.Errorf("%d processes are not readable, and the skips name %d", r.Host.Seen.Unreadable, got)
			}
			withoutEvidence(t, name, r.Inventory)
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "s3cret") {
				t.Errorf("a secret got into the documents: %s", text)
			}
		})
	}
}

// named counts the processes that the skips name one by one as not readable.
func named(skips []model.Skip) int {
	n := 0
	for _, s := range skips {
		switch {
		case s.Count > 1 && len(s.Each) != s.Count:
		case strings.HasPrefix(s.What, "program and files of process"), strings.HasPrefix(s.What, "process"):
			n += max(1, len(s.Each))
		}
	}
	return n
}

// withoutEvidence reports each set field for which the object that holds it names no source.
func withoutEvidence(t *testing.T, at string, inv model.Inventory) {
	t.Helper()
	text, err := json.Marshal(inv)
	if err != nil {
		t.Fatal(err)
	}
	var objects map[string]any
	if err := json.Unmarshal(text, &objects); err != nil {
		t.Fatal(err)
	}
	for id, app := range objects {
		evidenceOf(t, at+" "+id, app)
	}
}

func evidenceOf(t *testing.T, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			evidenceOf(t, at, x)
		}
	case map[string]any:
		evidence, _ := v["evidence"].(map[string]any)
		for field, x := range v {
			_, isObject := x.(map[string]any)
			list, isList := x.([]any)
			set := x != nil && x != "" && x != 0.0 && x != false && !isObject && (!isList || len(list) > 0)
			if isList && len(list) > 0 {
				_, objects := list[0].(map[string]any)
				set = !objects
			}
			if set && evidence[field] == nil {
				t.Errorf("%s.%s = %v: no evidence", at, field, x)
			}
			if field != "evidence" {
				evidenceOf(t, at+"."+field, x)
			}
		}
	}
}

// TestContainersLeftOut holds that what runs in a container is counted, and not listed, unless asked for.
func TestContainersLeftOut(t *testing.T) {
	r := run(t, open(t, "testdata/hosts/started.txtar"), inventory.Options{})
	for id, app := range r.Inventory {
		if app.Container != nil || strings.Contains(string(app.Artifact), "till") {
			t.Errorf("%s is listed", id)
		}
	}
	for _, s := range r.Host.Skips {
		if s.What == "application in a container (docker)" && s.Remedy == inventory.ContainerRemedy && !s.Incomplete {
			return
		}
	}
	t.Errorf("nothing says that one was left out: %+v", r.Host.Skips)
}

// TestContainersKeepIDs holds that the applications of the machine itself have the same IDs whether containers are listed or not.
func TestContainersKeepIDs(t *testing.T) {
	for _, file := range []string{"started", "containers", "vm"} {
		tree := open(t, "testdata/hosts/"+file+".txtar")
		with, without := run(t, tree, inventory.Options{Containers: true}).Inventory, run(t, tree, inventory.Options{}).Inventory
		for id, app := range with {
			if _, listed := without[id]; listed != (app.Container == nil) {
				t.Errorf("%s: %s (container %v) is listed without containers: %v", file, id, app.Container, listed)
			}
		}
	}
}

func open(t *testing.T, file string) host.Tree {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text(t, string(data))
}

func text(t *testing.T, s string) host.Tree {
	t.Helper()
	tree, err := host.Text(txtar.Parse([]byte(s)))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func run(t *testing.T, tree host.Tree, o inventory.Options) inventory.Result {
	t.Helper()
	o.Now = func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }
	o.Version = "test"
	r, err := inventory.Run(context.Background(), tree, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// instances are three processes of one jar, as TestInstances varies them.
func instances(pids string, extra string) string {
	all := map[rune]string{
		'a': "-- proc/10/cmdline ppid=1 start=100 --\njava\n-jar\n/opt/a/app.jar\n-- proc/10/exe -> /usr/bin/java --\n-- proc/10/cwd -> /srv/a --\n-- proc/10/fd/3 -> socket:[1] --\n",
		'b': "-- proc/20/cmdline ppid=1 start=200 --\njava\n-jar\n/opt/a/app.jar\n-- proc/20/exe -> /usr/bin/java --\n-- proc/20/cwd -> /srv/b --\n-- proc/20/fd/3 -> socket:[2] --\n",
		'c': "-- proc/30/cmdline ppid=1 start=300 --\njava\n-jar\n/opt/a/app.jar\n-- proc/30/exe -> /usr/bin/java --\n-- proc/30/cwd -> /srv/b --\n-- proc/30/fd/3 -> socket:[3] --\n",
		'B': "-- proc/99/cmdline ppid=1 start=900 --\njava\n-jar\n/opt/a/app.jar\n-- proc/99/exe -> /usr/bin/java --\n-- proc/99/cwd -> /srv/b --\n-- proc/99/fd/3 -> socket:[2] --\n",
	}
	s := "-- opt/a/app.jar!/META-INF/MANIFEST.MF --\nMain-Class: x.Main\n-- proc/stat --\nbtime 1000\n"
	for i, p := range pids {
		s += all[p]
		if i == 0 {
			pid := map[rune]string{'a': "10", 'b': "20", 'c': "30", 'B': "99"}[p]
			s += "-- proc/" + pid + "/net/tcp --\n127.0.0.1:8001 LISTEN 1\n127.0.0.1:8002 LISTEN 2\n127.0.0.1:8003 LISTEN 3\n"
		}
	}
	return s + extra
}

// pair are the processes 10 and 20 of one jar, started then and then (in ticks), each with an argument, that do not listen yet.
func pair(start10, start20, arg10, arg20 string) string {
	process := func(pid, start, arg string) string {
		return "-- proc/" + pid + "/cmdline ppid=1 start=" + start + " --\njava\n" + arg + "\n-jar\n/opt/a/app.jar\n-- proc/" + pid + "/exe -> /usr/bin/java --\n-- proc/" + pid + "/cwd -> /srv/b --\n"
	}
	return "-- opt/a/app.jar!/META-INF/MANIFEST.MF --\nMain-Class: x.Main\n-- proc/stat --\nbtime 1000\n" + process("10", start10, arg10) + process("20", start20, arg20)
}

func byPID(inv model.Inventory) map[int]string {
	m := map[int]string{}
	for _, app := range inv {
		m[app.ProcessID] = app.Instance
	}
	return m
}

func TestInstances(t *testing.T) {
	unit := func(pid, name string) string { return "-- proc/" + pid + "/cgroup --\n0::/system.slice/" + name + "\n" }
	for _, c := range []struct {
		name, tree string
		want       map[int]string
	}{
		{"alone", instances("a", ""), map[int]string{10: ""}},
		{"by_working_directory", instances("ab", ""), map[int]string{10: "/srv/a", 20: "/srv/b"}},
		{"by_unit", instances("ab", unit("10", "shop@a.service")+unit("20", "shop@b.service")), map[int]string{10: "shop@a.service", 20: "shop@b.service"}},
		{"one_with_unit", instances("ab", unit("10", "shop@a.service")), map[int]string{10: "shop@a.service", 20: "/srv/b"}},
		{"by_listener", instances("bc", ""), map[int]string{20: "127.0.0.1:8002", 30: "127.0.0.1:8003"}},
		{"by_configured_port", pair("300", "200", "-Dcom.sun.management.jmxremote.port=8081", "-Dcom.sun.management.jmxremote.port=8082"), map[int]string{10: ":8081", 20: ":8082"}},
		{"by_arguments", pair("300", "200", "-Dregion=north", "-Dregion=south"), map[int]string{10: "arguments e627c380", 20: "arguments 5ddcf87e"}},
		{"by_arguments_without_secrets", pair("300", "200", "-Dpassword=a", "-Dpassword=b"), map[int]string{10: "#2", 20: "#1"}},
		{"by_order_of_starting", pair("300", "200", "-Dx", "-Dx"), map[int]string{10: "#2", 20: "#1"}},
		{"mixed", instances("abc", ""), map[int]string{10: "/srv/a", 20: "127.0.0.1:8002", 30: "127.0.0.1:8003"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := byPID(run(t, text(t, c.tree), inventory.Options{}).Inventory)
			for pid, want := range c.want {
				if got[pid] != want {
					t.Errorf("instance of %d is %q, want %q", pid, got[pid], want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("applications %v, want %v", got, c.want)
			}
		})
	}
}

// TestInstanceStays starts and stops equal applications: each keeps the ID that it had.
func TestInstanceStays(t *testing.T) {
	inventoryOf := func(pids string, previous model.Inventory) model.Inventory {
		return run(t, text(t, instances(pids, "")), inventory.Options{Previous: previous}).Inventory
	}
	alone := inventoryOf("b", nil)
	two := inventoryOf("ab", alone)
	if got := byPID(two); got[20] != "" || got[10] != "/srv/a" {
		t.Errorf("a second one is started: %v; the first must stay", got)
	}
	pair := inventoryOf("ab", nil)
	if got := byPID(inventoryOf("b", pair)); got[20] != "/srv/b" {
		t.Errorf("the first one is stopped: %v; the second must stay /srv/b", got)
	}
	if got := byPID(inventoryOf("aB", pair)); got[99] != "/srv/b" || got[10] != "/srv/a" {
		t.Errorf("the second one is started anew: %v", got)
	}
	if got := byPID(inventoryOf("B", alone)); got[99] != "" {
		t.Errorf("the only one is started anew: %v", got)
	}
}

func TestIDDependsOnIdentityOnly(t *testing.T) {
	a := model.App{ApplicationType: "java-tomcat", Artifact: "/opt/a", Base: "/srv/a"}
	b := a
	b.ProcessID, b.Cmdline, b.StartedAt, b.User.UID = 7, "x", time.Unix(1, 0), 5
	b.ApplicationType = "java-generic"
	if x, y := inventory.ID(a), inventory.ID(b); strings.TrimPrefix(x, "java-tomcat-") != strings.TrimPrefix(y, "java-generic-") {
		t.Errorf("%s and %s differ by more than the type", x, y)
	}
	for _, other := range []model.App{{Artifact: "/opt/a", Base: "/srv/b"}, {Artifact: "/opt/a/srv", Base: "/a"}, {Artifact: "/opt/a", Base: "/srv/a", Instance: "x"}} {
		other.ApplicationType = a.ApplicationType
		if inventory.ID(other) == inventory.ID(a) {
			t.Errorf("%+v has the same ID", other)
		}
	}
}

// TestThisMachine holds that the real machine is read without an error and that the counts add up, whoever runs the test.
func TestThisMachine(t *testing.T) {
	m, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, m, inventory.Options{})
	if s := r.Host.Seen; s.Processes == 0 || s.Processes != s.Matched+s.Other+s.Vanished+s.Unreadable {
		t.Errorf("counts %+v", s)
	}
	if r.Host.CPUs == 0 || r.Host.MemBytes == 0 || r.Host.Kernel == "" || r.Host.Arch == "" {
		t.Errorf("host %+v", r.Host)
	}
}

func BenchmarkRun(b *testing.B) {
	m, err := host.Machine("/")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := inventory.Run(context.Background(), m, inventory.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCaptured reads a machine of 2,000 processes, 200 of them with ten listeners each, that is text: what a2c itself costs, without
// the kernel.
func BenchmarkCaptured(b *testing.B) {
	var s, table strings.Builder
	inode := 1000
	for pid := 10; pid < 2010; pid++ {
		fmt.Fprintf(&s, "-- proc/%[1]d/cmdline ppid=1 uid=5 --\n/usr/sbin/daemon%[1]d\n--port\n-- proc/%[1]d/exe -> /usr/sbin/daemon%[1]d --\n", pid)
		for i := 0; pid < 210 && i < 10; i++ {
			inode++
			fmt.Fprintf(&s, "-- proc/%d/fd/%d -> socket:[%d] --\n", pid, i+3, inode)
			fmt.Fprintf(&table, "127.0.0.1:%d LISTEN %d\n", 1024+inode, inode)
		}
	}
	tree, err := host.Text(txtar.Parse([]byte("-- proc/stat --\nbtime 1\n-- proc/10/net/tcp --\n" + table.String() + s.String())))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := inventory.Run(context.Background(), tree, inventory.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
