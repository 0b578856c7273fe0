package secret

import (
	"testing"

	"a2c/parse"
)

func TestUsable(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		found      int
	}{
		"password":              {"old.conf", "password=hunter2\n", 1},
		"password_as_prose":     {"old.conf", "password=letmein\n", 1},
		"default_password":      {"old.conf", "password=changeme\n", 1},
		"markdown":              {"setup.md", "set `password=hunter2` there\n", 1},
		"markdown_word":         {"setup.md", "password: \"letmein\"\n", 1},
		"quoted_in_code":        {"job.py", "password = \"letmein\"\n", 1},
		"token_shape_in_code":   {"job.py", "k = AKIAQYLPMN5HFZ3X7ABC\n", 1},
		"dots":                  {"setup.md", "X_CONNECTION_STRING=InstrumentationKey=...;IngestionEndpoint=...\n", 0},
		"zeros":                 {"env.sample", "CLIENT_SECRET=00000000-0000-0000-0000-000000000000\n", 0},
		"elided":                {"env.sample", "API_KEY=sk-...\n", 0},
		"named":                 {"env.sample", "API_KEY=<your key>\nAPI_KEY=YOUR_KEY_HERE\n", 0},
		"call":                  {"setup.md", "credential: new DefaultAzureCredential()\n", 0},
		"variable":              {"job.py", "password=password)\n", 0},
		"environment":           {"setup.md", "password: process.env.MYSQL_PASSWORD || '',\n", 0},
		"call_in_configuration": {"old.conf", "password=new_Word()\n", 1},
		"five_dots_are_one":     {"old.conf", "password=..h2..\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			found := 0
			for _, s := range parse.FindSecrets("", c.text) {
				if usable(c.file, c.text, s) {
					found++
				}
			}
			if found != c.found {
				t.Errorf("%d secrets in %q, want %d", found, c.text, c.found)
			}
		})
	}
}

func TestAssemblyDoc(t *testing.T) {
	for text, want := range map[string]bool{
		"<?xml version=\"1.0\"?>\n<doc>\n  <assembly><name>Shop</name></assembly>": true,
		"\ufeff<doc><assembly><name/></assembly></doc>":                            true,
		"<doc><password>x</password></doc>":                                        false,
		"<configuration><assembly/></configuration>":                               false,
	} {
		if got := assemblyDoc("Shop.xml", text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if assemblyDoc("Shop.txt", "<doc><assembly>") {
		t.Error("a text file is no documentation of an assembly")
	}
}
