package parse

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// perfItem is an entry of the file: a number, or a text.
type perfItem struct {
	name string
	n    int64
	text string
}

// perfFile lays entries out as HotSpot does (perfMemory.hpp).
func perfFile(items ...perfItem) []byte {
	le := binary.LittleEndian
	out := make([]byte, perfHeader)
	binary.BigEndian.PutUint32(out, perfMagic)
	out[4], out[5], out[7] = 1, 2, 1
	le.PutUint32(out[24:], perfHeader)
	le.PutUint32(out[28:], uint32(len(items)))
	for _, i := range items {
		e := make([]byte, perfEntry)
		e = append(append(e, i.name...), 0)
		for len(e)%8 != 0 {
			e = append(e, 0)
		}
		le.PutUint32(e[4:], perfEntry)
		le.PutUint32(e[16:], uint32(len(e)))
		if i.text == "" {
			e[12] = 'J'
			e = le.AppendUint64(e, uint64(i.n))
		} else {
			e[12] = 'B'
			le.PutUint32(e[8:], uint32(len(i.text)+1))
			e = append(append(e, i.text...), 0)
		}
		le.PutUint32(e, uint32(len(e)))
		out = append(out, e...)
	}
	return out
}

func perfSample() []byte {
	return perfFile(
		perfItem{name: "sun.rt.javaCommand", text: "shop.jar --password=word"},
		perfItem{name: "sun.gc.collector.0.name", text: "Copy"}, perfItem{name: "sun.gc.collector.0.invocations", n: 7}, perfItem{name: "sun.gc.collector.0.time", n: 50},
		perfItem{name: "sun.gc.collector.1.invocations", n: 1}, perfItem{name: "sun.gc.collector.1.time", n: 30},
		perfItem{name: "sun.gc.generation.0.space.0.used", n: 10}, perfItem{name: "sun.gc.generation.0.space.0.capacity", n: 100},
		perfItem{name: "sun.gc.generation.1.space.0.used", n: 20}, perfItem{name: "sun.gc.generation.1.space.0.capacity", n: 200}, perfItem{name: "sun.gc.generation.1.space.0.maxCapacity", n: 900},
	)
}

func TestReadPerfData(t *testing.T) {
	p, err := ReadPerfData(perfSample())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"sun.gc.collector.0.name": "Copy"}, p.Texts); d != "" {
		t.Errorf("texts: the command line is none of them (-want +got)\n%s", d)
	}
	used, committed := p.Generations()
	count, ticks := p.Collections()
	if d := cmp.Diff([]int64{30, 300, 8, 80}, []int64{used, committed, count, ticks}); d != "" {
		t.Errorf("used, committed, collections, ticks (-want +got)\n%s", d)
	}
}

func TestReadPerfDataRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		bad    bool
		left   int // numbers that are kept
	}{
		{"empty", func([]byte) []byte { return nil }, true, 0},
		{"another file", func(b []byte) []byte { b[0] = 0; return b }, true, 0},
		{"another version", func(b []byte) []byte { b[5] = 3; return b }, true, 0},
		{"not filled yet", func(b []byte) []byte { b[7] = 0; return b }, true, 0},
		{"too many entries", func(b []byte) []byte { binary.LittleEndian.PutUint32(b[28:], 1<<31); return b }, true, 0},
		{"begins in the header", func(b []byte) []byte { b[24] = 4; return b }, true, 0},
		{"cut off", func(b []byte) []byte { return b[:240] }, false, 1},
		{"an entry of no length", func(b []byte) []byte { binary.LittleEndian.PutUint32(b[perfHeader:], 0); return b }, false, 0},
		{"a name outside", func(b []byte) []byte { binary.LittleEndian.PutUint32(b[perfHeader+4:], 1<<31); return b }, false, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ReadPerfData(c.change(slices.Clone(perfSample())))
			if (err != nil) != c.bad || len(p.Numbers) != c.left {
				t.Errorf("%d numbers, %v", len(p.Numbers), err)
			}
		})
	}
}

func FuzzReadPerfData(f *testing.F) {
	f.Add(perfSample())
	big := perfSample()
	big[4] = 0
	f.Add(big)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, _ := ReadPerfData(data)
		p.Generations()
		p.Collections()
		if len(p.Numbers)+len(p.Texts) > maxPerfEntries {
			t.Error("unbounded")
		}
	})
}

func TestPSS(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
		bad  bool
	}{
		{"55d0-7ffe ---p 00000000 00:00 0 [rollup]\nRss:  900 kB\nPss:               884 kB\nPss_Anon: 5 kB\n", 884 << 10, false},
		{"Rss: 1 kB\n", 0, true},
		{"Pss: -4 kB\n", 0, true},
		{"Pss: 4 MB\n", 0, true},
		{"Pss: 99999999999999999999 kB\n", 0, true},
	} {
		if got, err := PSS([]byte(c.text)); got != c.want || (err != nil) != c.bad {
			t.Errorf("%q: %d, %v", c.text, got, err)
		}
	}
}

func TestProcessors(t *testing.T) {
	if n := Processors([]byte("cpu  1 2\ncpu0 1 2\ncpu11 1 2\nintr 5\n")); n != 2 {
		t.Errorf("%d processors", n)
	}
}
