package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"a2c/internal/jail"
)

// nobody is whom programs of the host's runtime run as in the private root: nothing else there is theirs.
const nobody = 65534

// Tree is the folder below dir that Run makes the content of the private root; Out is what the programs may write to, "/out" to them.
func Tree(dir string) string { return filepath.Join(dir, "work", TreeName) }

// Out is where programs that Run has run in dir leave what they make.
func Out(dir string) string { return filepath.Join(dir, "work", OutName) }

// Run runs programs in a private root without network that holds nothing but what lies in Tree(dir), and tells the most memory that one of them had
// beside its starter.
func (k Kaniko) Run(ctx context.Context, dir string, programs ...Program) (peakBytes int64, err error) {
	program, release, err := k.program(dir)
	if err != nil {
		return 0, err
	}
	defer release()
	root, work := filepath.Join(dir, "root"), filepath.Join(dir, "work")
	if err := os.RemoveAll(root); err != nil {
		return 0, fmt.Errorf("make private root: %w", err)
	}
	for _, name := range []string{root, Tree(dir), Out(dir)} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			return 0, fmt.Errorf("make private root: %w", err)
		}
	}
	if err := errors.Join(os.Chmod(work, 0o755), os.Chown(Out(dir), nobody, nobody)); err != nil {
		return 0, fmt.Errorf("make private root: %w", err)
	}
	r := &kanikoRun{spec: Spec{}, name: "run"}
	err = jail.Start(ctx, jail.Spec{
		Program: program, Root: root, Work: work, Request: Request{Programs: programs}, Message: r.message, Output: &r.output,
		Env: []string{"PATH=/usr/bin:/bin", "HOME=/", "LC_ALL=C.UTF-8"},
	})
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case r.failed != nil:
		return 0, r.output.explain(errors.New(printable(r.failed.Message)))
	case err != nil:
		return 0, r.output.explain(err)
	case r.done == nil:
		return 0, r.output.explain(errors.New("the program ended without a result"))
	}
	return r.done.PeakBytes, nil
}
