package cmd

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

//nolint:gochecknoglobals // the linker sets it: -ldflags "-X a2c/cmd.version=1.2.3"
var version = "dev"

// build is what `a2c version` shows.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source, where the build knew it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  a2c version -o json",
		GroupID: "more",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						b.Revision = s.Value
					}
				}
			}
			return a.print(b, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "a2c %s (%s, %s)\n", b.Version, b.Go, b.Platform)
				return err
			})
		},
	}
}
