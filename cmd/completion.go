package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCompletion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print a script that completes a2c's commands in a shell",
		Example: `  a2c completion bash > /etc/bash_completion.d/a2c
  source <(a2c completion zsh)`,
		GroupID:   "more",
		ValidArgs: []string{"bash", "zsh", "fish"},
		Args:      exactly("the shell: bash, zsh or fish"),
		RunE: func(c *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return c.Root().GenBashCompletionV2(a.Out, true)
			case "zsh":
				return c.Root().GenZshCompletion(a.Out)
			case "fish":
				return c.Root().GenFishCompletion(a.Out, true)
			}
			return usage(fmt.Errorf("no completion for %q: bash, zsh and fish are known", args[0]))
		},
	}
}
