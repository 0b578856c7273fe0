package cmd

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"a2c/containerize"
	"a2c/containerize/base"
)

// baseFlags are what a user may say about what an image stands on.
type baseFlags struct {
	base, vendorTable string
	jlink, cds        bool
	jlinkModules      []string
}

func (f *baseFlags) add(a *app, c *cobra.Command, s *pflag.FlagSet) {
	s.StringVar(&f.base, "base", "", "`image` to stand on, or vendor: a well-kept image of the same runtime, which then replaces the host's (default the runtime that runs now, on scratch)")
	a.completes(c, "base", cobra.FixedCompletions([]string{base.Vendor}, cobra.ShellCompDirectiveNoFileComp))
	s.StringVar(&f.vendorTable, "vendor-table", "", "with --base vendor, take images from this `file` instead of a2c's own table (JSON: images with runtime, vendor, version, icu, image, source)")
	s.BoolVar(&f.jlink, "jlink", false, "make the Java runtime smaller: only the modules that the application names, linked by the JDK's own jlink in a private root, without the lines that stack traces say of its own methods")
	s.BoolVar(&f.cds, "cds", false, "archive the Java runtime's own classes, by -Xshare:dump in a private root, where it has no such archive: the JVM starts faster; before Java 19 another workspace gives another digest")
	s.StringSliceVar(&f.jlinkModules, "jlink-modules", nil, "with --jlink, keep these `modules` too, such as jdk.localedata")
}

func (f *baseFlags) set(o *containerize.Options) error {
	o.Base, o.Jlink, o.JlinkModules, o.CDS = f.base, f.jlink, f.jlinkModules, f.cds
	if f.vendorTable == "" {
		return nil
	}
	var err error
	if o.VendorTable, err = os.ReadFile(f.vendorTable); err != nil {
		return fmt.Errorf("vendor-table: %w", err)
	}
	if _, err = base.ReadTable(o.VendorTable); err != nil {
		return fmt.Errorf("vendor-table: %w", err)
	}
	return nil
}
