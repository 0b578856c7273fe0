package parse

import (
	"strings"
	"testing"
)

func TestReadLiberty(t *testing.T) {
	got, err := ReadLiberty([]byte("<server>\n <featureManager><feature> servlet-6.0 </feature></featureManager>\n <httpEndpoint id='a' httpPort='1'/>\n</server>"))
	if err != nil || len(got) != 2 || got[0].Children[0].Text != "servlet-6.0" || got[1].Line != 3 {
		t.Errorf("%+v %v", got, err)
	}
	if a, ok := got[1].Attr("HTTPPort"); !ok || a.Value != "1" {
		t.Errorf("%+v", a)
	}
	if _, err := ReadLiberty([]byte("<Server/>")); err == nil || err.Error() != "line 1: the root element is <Server>, not <server>" {
		t.Error(err)
	}
}

func TestExpandLiberty(t *testing.T) {
	lookup := testLookup("port", "9080", "base", "${port}", "loop", "x${loop}${loop}")
	for in, want := range map[string]string{
		"${port}": "9080", "${base}": "9080", "${port+1}": "9081", "${ port - 80 }": "9000", "${none}": "${none}", "a${port": "a${port",
		"${port/0}": "${port/0}", "${none+1}": "${none+1}", "1${port}2${port}": "1908029080",
	} {
		if got := ExpandLiberty(in, lookup); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := ExpandLiberty("${loop}", lookup); !strings.Contains(got, "${loop}") || len(got) > 10_000 {
		t.Errorf("%d bytes", len(got))
	}
}

// TestExpandLibertyEnds holds that variables which stand for many others that stand for nothing are not followed for hours.
func TestExpandLibertyEnds(t *testing.T) {
	asked := 0
	wide := func(name string) (string, bool) {
		if asked++; len(name) > 6 {
			return "", true
		}
		return strings.Repeat("${"+name+"x}", 1000), true
	}
	ExpandLiberty("${a}", wide)
	if asked > maxLibertyVariables {
		t.Errorf("%d variables were looked up", asked)
	}
}

func FuzzLiberty(f *testing.F) {
	f.Add([]byte("<server><variable name='a' value='${b}'/></server>"))
	f.Add([]byte("<server a='${a}'>${b+1}${b/0}${b*b}<include location='${${b}}/'/></server>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		elements, _ := ReadLiberty(data)
		look := testLookup("a", "${a}${a}", "b", "1", "c", strings.Repeat("${a}", 1<<12))
		for _, e := range elements {
			for _, a := range e.Attrs {
				ExpandLiberty(a.Value, look)
			}
		}
		if got := ExpandLiberty(string(data), look); len(got) > max(len(data), 2*maxLibertyValue) {
			t.Errorf("%d bytes of %d", len(got), len(data))
		}
	})
}
