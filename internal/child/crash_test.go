package child

import "testing"

func TestCrashed(t *testing.T) {
	const trace = "\n\ngoroutine 7 [running]:\na2c/parse.(*Node).Get(0xc000123, {0x706c616e746564, 0x7})\n\t/src/a2c/parse/node.go:12 +0x1d\nmain.main()\n\t/usr/main.go:1\ncreated by a2c/analyze.Run in goroutine 1\n\ta2c/analyze/run.go:3 +0x1\n"
	const place = " (at a2c/parse.(*Node).Get node.go:12)"
	for name, c := range map[string]struct{ stderr, want string }{
		"no trace":        {"no child is called \"x\"", "no child is called \"x\""},
		"no panic":        {"fatal error: all goroutines are asleep - deadlock!" + trace, "fatal error: all goroutines are asleep - deadlock!" + trace},
		"text":            {"panic: cannot read \"planted\"" + trace, "panic: " + KeptBack + place},
		"text of lines":   {"panic: cannot read\n\tplanted\n\t\n\tgoroutine 1" + trace, "panic: " + KeptBack + place},
		"recovered":       {"panic: planted [recovered]\n\tpanic: runtime error: integer divide by zero" + trace, "panic: " + KeptBack + place},
		"like an error":   {"panic: runtime error: Planted" + trace, "panic: " + KeptBack + place},
		"quotes":          {"panic: runtime error: \"planted\"" + trace, "panic: " + KeptBack + place},
		"runtime's":       {"panic: runtime error: index out of range [5] with length 3" + trace, "panic: runtime error: index out of range [5] with length 3" + place},
		"runtime's, nil":  {"panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]" + trace, "panic: runtime error: invalid memory address or nil pointer dereference" + place},
		"after a warning": {"warning\npanic: planted" + trace, "panic: " + KeptBack + place},
		"no own frame":    {"panic: planted\n\ngoroutine 1 [running]:\nmain.main()\n\t/main.go:1\n", "panic: " + KeptBack},
	} {
		if got := crashed(c.stderr); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
