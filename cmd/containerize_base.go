package cmd

import (
	"github.com/spf13/pflag"

	"a2c/containerize"
)

// baseFlags are what a user may say about what an image stands on.
type baseFlags struct {
	base         string
	jlink        bool
	jlinkModules []string
}

func (f *baseFlags) add(s *pflag.FlagSet) {
	s.StringVar(&f.base, "base", "", "`image` to stand on (default the runtime that runs now, on scratch)")
	s.BoolVar(&f.jlink, "jlink", false, "make the Java runtime smaller: only the modules that the application names, linked by the JDK's own jlink in a private root")
	s.StringSliceVar(&f.jlinkModules, "jlink-modules", nil, "with --jlink, keep these `modules` too, such as jdk.localedata")
}

func (f *baseFlags) set(o *containerize.Options) {
	o.Base, o.Jlink, o.JlinkModules = f.base, f.jlink, f.jlinkModules
}
