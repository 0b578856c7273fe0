package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"a2c/internal/term"
	"a2c/internal/workspace"
)

// Every command can be found out from its help alone.
func TestEveryCommandExplainsItself(t *testing.T) {
	root := newRoot(&app{Streams: &term.Streams{Out: io.Discard, Err: io.Discard}})
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || c.Example == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short %q, Example %q", c.CommandPath(), c.Short, c.Example)
		}
		for l := range strings.Lines(c.Example) {
			if l = strings.TrimSpace(l); !strings.Contains(l, "a2c") {
				t.Errorf("%s: the example line %q runs no a2c", c.CommandPath(), l)
			}
		}
		if c.HasParent() && c.Parent() == root && c.GroupID == "" && !c.Hidden {
			t.Errorf("%s is in no group", c.CommandPath())
		}
		if c.RunE == nil || c.Args == nil {
			t.Errorf("%s checks no arguments or runs nothing", c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s: --%s says nothing", c.CommandPath(), f.Name)
			}
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

func TestCodes(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want Code
	}{
		"none":        {nil, Done},
		"plain":       {io.EOF, Failed},
		"usage":       {usage(io.EOF), Usage},
		"wrapped":     {fmt.Errorf("x: %w", usage(io.EOF)), Usage},
		"edits":       {errors.Join(&workspace.EditedError{}, nil), No},
		"no":          {answer(No), No},
		"interrupted": {fmt.Errorf("x: %w", context.Canceled), Interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			if got := codeOf(c.err); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	for _, c := range []struct {
		all  []Code
		want Code
	}{{nil, Done}, {[]Code{Partial, No}, No}, {[]Code{No, Failed}, Failed}, {[]Code{Failed, Usage, Partial}, Usage}, {[]Code{Done, Interrupted, Usage}, Interrupted}} {
		if got := worst(c.all...); got != c.want {
			t.Errorf("worst(%v) = %d, want %d", c.all, got, c.want)
		}
	}
}

func TestInterruptedSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	a := &app{Streams: &term.Streams{Err: &stderr}}
	a.explain(nil, ctx.Err(), codeOf(ctx.Err()))
	if stderr.String() != "a2c: interrupted\n" {
		t.Errorf("got %q", stderr.String())
	}
}

func TestCommandLine(t *testing.T) {
	for want, args := range map[string][]string{
		`a2c analyze --all`:               {"analyze", "--all"},
		`a2c explain '/a b' 'it'\''s' ''`: {"explain", "/a b", "it's", ""},
		`a2c x\x1b`:                       {"x\x1b"},
	} {
		if got := commandLine(append([]string{"a2c"}, args...)...); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// BenchmarkVersion is what every command pays before it does anything.
func BenchmarkVersion(b *testing.B) {
	for b.Loop() {
		if code := Main(b.Context(), []string{"version"}, &term.Streams{Out: io.Discard, Err: io.Discard}); code != Done {
			b.Fatal(code)
		}
	}
}
