package inventory_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory"
	"a2c/model"
)

// jars are a machine on which each number runs /opt/NUMBER/app.jar, the first with the lowest PID.
func jars(t *testing.T, numbers ...int) string {
	t.Helper()
	s := "-- proc/stat --\nbtime 1000\n"
	for i, n := range numbers {
		pid := 10 * (i + 1)
		s += fmt.Sprintf("-- proc/%[1]d/cmdline ppid=1 start=%[1]d00 --\njava\n-jar\n/opt/%[2]d/app.jar\n-- proc/%[1]d/exe -> /usr/bin/java --\n-- proc/%[1]d/cwd -> / --\n"+
			"-- opt/%[2]d/app.jar!/META-INF/MANIFEST.MF --\nMain-Class: x.Main\n", pid, n)
	}
	return s
}

func byID(inv model.Inventory) map[string]string {
	m := map[string]string{}
	for id, app := range inv {
		m[id] = string(app.Artifact)
	}
	return m
}

// The 32 bits of two artifacts are equal. Who has which ID depends neither on PIDs nor on the order of starting, and both keep theirs.
func TestCollision(t *testing.T) {
	const first, second = 21924, 33143
	a := model.App{ApplicationType: "java-generic", Artifact: "/opt/21924/app.jar", Base: "/opt/21924"}
	b := model.App{ApplicationType: "java-generic", Artifact: "/opt/33143/app.jar", Base: "/opt/33143"}
	if inventory.ID(a) != inventory.ID(b) {
		t.Fatalf("%s and %s do not collide", inventory.ID(a), inventory.ID(b))
	}
	plain := inventory.ID(a)
	b.Instance = "~"
	marked := inventory.ID(b)
	both := map[string]string{plain: string(a.Artifact), marked: string(b.Artifact)}
	take := func(previous model.Inventory, numbers ...int) model.Inventory {
		return run(t, text(t, jars(t, numbers...)), inventory.Options{Previous: previous}).Inventory
	}
	same := func(name string, got model.Inventory, want map[string]string) {
		t.Helper()
		if d := cmp.Diff(want, byID(got)); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
	forth := take(nil, first, second)
	same("in order", forth, both)
	same("in the other order", take(nil, second, first), both)
	same("taken again", take(forth, second, first), both)
	same("the other has ended", take(forth, second), map[string]string{marked: string(b.Artifact)})
	same("only the second, never seen with the first", take(nil, second), map[string]string{plain: string(b.Artifact)})
	same("the first comes later", take(take(nil, second), second, first), map[string]string{plain: string(b.Artifact), mark(a): string(a.Artifact)})
}

func mark(a model.App) string {
	a.Instance = "~"
	return inventory.ID(a)
}

// An application without an instance has no source for one, also when it was known before.
func TestNoInstanceNoSource(t *testing.T) {
	tree := text(t, jars(t, 1))
	before := run(t, tree, inventory.Options{}).Inventory
	for id, app := range run(t, tree, inventory.Options{Previous: before}).Inventory {
		if from, ok := app.Evidence["instance"]; ok {
			t.Errorf("%s has the sources %q", id, from)
		}
	}
}
