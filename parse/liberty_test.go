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

func FuzzLiberty(f *testing.F) {
	f.Add([]byte("<server><variable name='a' value='${b}'/></server>"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = ReadLiberty(data)
		ExpandLiberty(string(data), testLookup("a", "${a}${a}", "b", "1"))
	})
}
