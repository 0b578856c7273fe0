package facts

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// jvm compares the Java runtimes: version, home, options that do not stand in the arguments, and the collector with its heap as the JVM publishes them.
func jvm(p *pair) error {
	home := p.live.javaHome()
	if home == "" {
		return nil
	}
	other := p.twin.javaHome()
	if other == "" {
		p.add(model.FactDifferent, "Java version", p.live.javaVersion(), "", "the image's process has loaded no JVM")
		return nil
	}
	live, twin := p.live.javaVersion(), p.twin.javaVersion()
	reason := ""
	if major(live) == major(twin) {
		reason = p.baseReason()
	}
	p.judge("Java version", live, twin, reason, fmt.Sprintf("the image runs on Java %s, the live application on Java %s", cmp.Or(twin, "of no known version"), cmp.Or(live, "of no known version")))
	p.judge("Java home", home, other, p.baseReason(), "the image's Java lies elsewhere")
	p.javaOptions()
	p.published()
	return nil
}

// javaOptions compares the options from variables (JAVA_TOOL_OPTIONS) and argument files: those in the arguments are compared there.
func (p *pair) javaOptions() {
	of := func(s *side) []string {
		var list []string
		for _, o := range s.java().Options {
			if o.Env != "" || o.File != "" && !strings.HasPrefix("@"+o.File, inMemory) {
				list = append(list, o.Value)
			}
		}
		return parse.RedactArgs(list)
	}
	live, twin := of(p.live), of(p.twin)
	if len(live)+len(twin) == 0 {
		return
	}
	gone, added := minus(live, twin), minus(twin, live)
	if len(gone)+len(added) == 0 {
		n := count(len(live), "option")
		p.add(model.FactEqual, "Java options", n, n, "")
		return
	}
	p.judge("Java options", shorten(gone, " ")+" ", shorten(added, " "), p.saidArguments(gone, added), "options from variables or argument files differ")
}

// published compares what the JVM says of its collector. Without an option for it the JVM chooses by the processors and the memory that it sees, and those of a
// container are others.
func (p *pair) published() {
	live, twin := p.live.perf(), p.twin.perf()
	if live == nil || twin == nil {
		return
	}
	const collector = "sun.gc.collector.0.name"
	reason := ""
	if !slices.ContainsFunc(p.live.java().Options, func(o parse.JavaArg) bool {
		return strings.HasPrefix(o.Value, "-XX:+Use") && strings.HasSuffix(o.Value, "GC")
	}) {
		reason = "no option chooses a collector: the JVM does by processors and memory, and a container has others"
	}
	p.judge("Java collector", live.Texts[collector], twin.Texts[collector], reason, "the image's JVM runs with another collector")
	reason = "no -Xmx: the heap's limit is a share of the memory, and a container has another"
	if _, ok := p.live.java().Option("-Xmx"); ok {
		reason = ""
	}
	if live.Texts[collector] == twin.Texts[collector] && live.MaxHeap() > 0 {
		p.judge("Java heap limit", mib(live.MaxHeap()), mib(twin.MaxHeap()), reason, "the image's JVM has another limit of its heap")
	}
}

func mib(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }

// javaHome is the folder of the JVM that is loaded: its library lies in lib/server, before Java 9 in lib/amd64/server. "" when there is none.
func (s *side) javaHome() string {
	for _, m := range s.files {
		if path.Base(m.Path) != "libjvm.so" {
			continue
		}
		if i := strings.LastIndex(m.Path, "/lib/"); i > 0 {
			return m.Path[:i]
		}
	}
	return ""
}

// javaVersion is what the JVM's home says, else the JVM itself.
func (s *side) javaVersion() string {
	if v := s.release().Version(); v != "" {
		return v
	}
	if d := s.perf(); d != nil {
		return d.Texts[parse.PerfJavaVersion]
	}
	return ""
}

// release is the file in the home, or above a jre in it.
func (s *side) release() parse.JavaRelease {
	home := s.javaHome()
	for _, dir := range []string{home, strings.TrimSuffix(home, "/jre")} {
		data, err := host.ReadFile(s.tree, path.Join(dir, "release"), 1<<20)
		if err != nil {
			continue
		}
		if r, err := parse.ReadJavaRelease(data); err == nil {
			return r
		}
	}
	return parse.JavaRelease{}
}

// maxPerf bounds the performance data: 32 KiB unless -XX:PerfDataMemorySize asks for more.
const maxPerf = 4 << 20

// perf is what the JVM publishes of itself in the file that it has mapped; nil when it does not.
func (s *side) perf() *parse.PerfData {
	for _, m := range s.files {
		if !strings.Contains(m.Path, "/hsperfdata_") {
			continue
		}
		data, err := host.ReadFile(s.tree, m.Path, maxPerf)
		if err != nil {
			continue
		}
		if d, err := parse.ReadPerfData(data); err == nil {
			return &d
		}
	}
	return nil
}

// modules compares what the runtimes can load (MODULES of the file release, since Java 9). A runtime that containerize linked has fewer on purpose.
func modules(p *pair) error {
	live, twin := p.live.release().Modules(), p.twin.release().Modules()
	if len(live) == 0 || len(twin) == 0 {
		return nil
	}
	gone := minus(live, twin)
	if len(gone) == 0 {
		p.judge("Java modules", count(len(live), "module"), count(len(live), "module"), "", "")
		return nil
	}
	home := p.live.javaHome()
	reason := p.changed(func(c model.Change) bool { return c.Target == home+"/lib/modules" })
	p.judge("Java modules", count(len(live), "module"), count(len(twin), "module"), cmp.Or(reason, p.baseReason()), "the image's runtime is without "+shorten(gone, ", "))
	return nil
}
