package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnitWords(t *testing.T) {
	for value, want := range map[string][]string{
		`"A=one two" 'B=x' C=y\x20z`:        {"A=one two", "B=x", "C=y z"},
		`  /usr/bin/java	-jar  /opt/a.jar `: {"/usr/bin/java", "-jar", "/opt/a.jar"},
		`A="not quoted" ""`:                 {`A="not`, `quoted"`, ""},
		`a\sb \q 'open`:                     {"a b", `\q`, "open"},
		``:                                  nil,
		`end\`:                              {`end\`},
	} {
		if diff := cmp.Diff(want, UnitWords(value)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", value, diff)
		}
	}
}

func TestEnvironmentFile(t *testing.T) {
	data := "# comment\nA=1\n; comment\n B = 'two words' \nC=\"first\nD=inside\"\nE=one\\\ntwo\nnot a name=3\nexport F=x\n9=y\n"
	want := []Setting{{Key: "A", Value: "1", Line: 2}, {Key: "B", Value: "two words", Line: 4}, {Key: "C", Value: "first\nD=inside", Line: 5}, {Key: "E", Value: "onetwo", Line: 7}, {Key: "F", Value: "x", Line: 10}}
	got, err := EnvironmentFile([]byte(data))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func FuzzUnitWords(f *testing.F) {
	f.Add(`"A=one two" 'B=x' C=y\x20z`)
	f.Fuzz(func(t *testing.T, value string) {
		total := 0
		for _, w := range UnitWords(value) {
			total += len(w)
		}
		if total > len(value) {
			t.Errorf("%q: the words are longer than the value", value)
		}
	})
}

func FuzzEnvironmentFile(f *testing.F) {
	f.Add([]byte("A=1\nC=\"first\nD=inside\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := EnvironmentFile(data)
		for _, s := range got {
			if !isIdentifier(s.Key) || s.Line < 1 {
				t.Errorf("%+v", s)
			}
		}
	})
}
