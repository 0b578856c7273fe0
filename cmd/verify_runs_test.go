package cmd

import (
	"strings"
	"testing"

	"a2c/verify"
)

func TestSizeAuto(t *testing.T) {
	var o verify.Options
	f := runsFlags{runtime: "sandbox", size: "auto"}
	if err := f.runs(&o); err != nil || !o.SizeAuto || o.CPUs != 0 || o.MemoryBytes != 0 {
		t.Errorf("%v: %+v", err, o)
	}
}

func TestTaskSize(t *testing.T) {
	for _, c := range []struct {
		text        string
		cpu, memory int
		err         string
	}{
		{"0.5,1GiB", 512, 1024, ""},
		{".25,512", 256, 512, ""},
		{"1 vCPU, 2048MiB", 1024, 2048, ""},
		{"4,30GB", 4096, 30720, ""},
		{"0.5,512", 0, 0, "the next that holds it is 0.5,1024MiB"},
		{"3,8GiB", 0, 0, "the next that holds it is 4,8192MiB"},
		{"64,8GiB", 0, 0, "is as large"},
		{"NaN,Inf", 0, 0, "no"},
		{"1", 0, 0, "give CPU,MEM"},
		{"a,b", 0, 0, "give CPU,MEM"},
	} {
		cpu, memory, err := taskSize(c.text)
		if cpu != c.cpu || memory != c.memory || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%q: %d, %d, %v; want %d, %d, %q", c.text, cpu, memory, err, c.cpu, c.memory, c.err)
		}
	}
}
