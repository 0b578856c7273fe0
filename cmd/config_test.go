package cmd

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"a2c/internal/term"
)

// valueOf is a value that is no flag's default, by the flag's type.
func valueOf(t *testing.T, f *pflag.Flag) (text, yaml, want string) {
	t.Helper()
	switch f.Value.Type() {
	case "bool":
		return "true", "true", "true"
	case "int", "count", "float64":
		return "7", "7", "7"
	case "duration":
		return "7s", "7s", "7s"
	case "string":
		return "seven", "seven", "seven"
	case "intSlice":
		return "7,8", "[7, 8]", "[7,8]"
	case "stringSlice":
		return "s,even", "[s, even]", "[s,even]"
	case "stringArray":
		return "s,even", `["s,even"]`, `["s,even"]`
	}
	t.Fatalf("--%s has the type %s: say here how it is written", f.Name, f.Value.Type())
	return "", "", ""
}

// Every flag of every command is also a variable and a key of the configuration file; the variable goes before the file.
func TestEveryFlagIsVariableAndKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	n := 0
	var walk func(path []string, c *cobra.Command)
	walk = func(path []string, c *cobra.Command) {
		c.InheritedFlags() // merges the global flags into c.Flags()
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "config" {
				return // config is read before there is a file; config.txtar shows its variable
			}
			n++
			text, yaml, want := valueOf(t, f)
			t.Run(strings.Join(append(path, f.Name), "_"), func(t *testing.T) {
				variable := "A2C_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
				write(t, file, f.Name+": "+yaml+"\n")
				if got := configured(t, path, file, f.Name); got != want {
					t.Errorf("the file's %s: %s gives %s, want %s", f.Name, yaml, got, want)
				}
				if f.Value.Type() != "bool" {
					write(t, file, f.Name+": \"0\"\n")
				}
				t.Setenv(variable, text)
				if got := configured(t, path, file, f.Name); got != want {
					t.Errorf("%s=%s gives %s, want %s", variable, text, got, want)
				}
			})
		})
		for _, sub := range c.Commands() {
			walk(append(path, sub.Name()), sub)
		}
	}
	walk(nil, newRoot(&app{Streams: &term.Streams{Out: io.Discard, Err: io.Discard}}))
	if n < 30 {
		t.Errorf("only %d flags were found", n)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// configured is the flag's value once environment and file were applied to the command at path.
func configured(t *testing.T, path []string, file, name string) string {
	t.Helper()
	a := &app{Streams: &term.Streams{Out: io.Discard, Err: io.Discard}, getenv: os.Getenv, euid: 1}
	c, _, err := newRoot(a).Find(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ParseFlags([]string{"--config", file}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.configure(viper.New(), c); err != nil {
		t.Fatal(err)
	}
	return c.Flags().Lookup(name).Value.String()
}
