package parse_test

import (
	"path"
	"strings"
	"testing"

	"a2c/parse"
)

func TestProfilesMatch(t *testing.T) {
	active := []string{"prod", "eu-1"}
	for _, tc := range []struct {
		expression string
		want       bool
	}{
		{"prod", true},
		{"test", false},
		{"!test", true},
		{"!prod", false},
		{"test, prod", true},
		{"prod & eu-1", true},
		{"prod&!eu-1", false},
		{"test | prod", true},
		{"(test | prod) & eu-1", true},
		{"!(test | prod)", false},
		{"!!prod", true},
		{"", false},
		{"prod &", false},
		{"(prod", false},
		{"prod)", false},
		{"prod eu-1", false},
		{"&", false},
		{strings.Repeat("!", 1000) + "prod", false},
	} {
		if got := parse.SpringProfilesMatch(tc.expression, active); got != tc.want {
			t.Errorf("%.40q: %v", tc.expression, got)
		}
	}
}

func FuzzProfilesMatch(f *testing.F) {
	f.Add("(a | !b) & c, d", "a")
	f.Fuzz(func(_ *testing.T, expression, active string) { parse.SpringProfilesMatch(expression, []string{active}) })
}

// springFiles is a host with files in memory.
type springFiles struct {
	files  map[string]string
	unread int
}

func (h *springFiles) Read(name string) ([]byte, bool) {
	text, ok := h.files[name]
	return []byte(text), ok
}

func (h *springFiles) Resource(name string) (data []byte, full string, ok bool) {
	data, ok = h.Read("/app.jar!/" + name)
	return data, "/app.jar!/" + name, ok
}

func (h *springFiles) Folder(string) []string       { return []string{"a", "b/"} }
func (h *springFiles) Clean(name string) string     { return path.Clean("/" + name) }
func (h *springFiles) Unread(string, error)         { h.unread++ }
func (h *springFiles) Getenv(string) (string, bool) { return "", false }

// FuzzReadSpring: whatever its files say, each value has a file and a line, and reading ends.
func FuzzReadSpring(f *testing.F) {
	f.Add("spring.config.import=more.yml,configtree:/x/,file:./application.yml\nspring.profiles.active=a,b\n", "spring.config.import: application.yml\na: ${b}\nb: ${a}\n---\nspring.profiles.group.a: [b, c]\n")
	f.Add("spring.config.name=${spring.config.name}\nspring.config.location=${x:classpath:/,file:/work/*/}\n", "spring.profiles.include: ${spring.profiles.active:}\n")
	f.Fuzz(func(t *testing.T, properties, yaml string) {
		h := &springFiles{files: map[string]string{
			"/work/application.properties": properties, "/work/application.yml": yaml, "/work/more.yml": yaml, "/work/application-a.properties": properties, "/app.jar!/application.yml": yaml,
		}}
		c := parse.ReadSpring(h, "/work", []parse.JavaArg{{Value: "--x=y", Index: 1}}, nil)
		for _, s := range c.Files {
			for _, v := range s.Values {
				if v.File == "" || v.Line < 1 {
					t.Errorf("%+v", v)
				}
			}
		}
		if len(c.Profiles) == 0 || len(c.Profiles) > 50 {
			t.Errorf("%d profiles", len(c.Profiles))
		}
	})
}
