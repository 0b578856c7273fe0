package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/spf13/cobra"

	"a2c/analyze/files"
	"a2c/generate"
	"a2c/internal/engine"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/verify"
	"a2c/verify/page"
)

func newVerify(a *app) *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify --application-id ID",
		Short: "Run the image and compare its answers with the live application's",
		Long: `verify runs the image without network, with copies of the state, so that it cannot act on live systems. It asks the image and the live
application the same, and says what differs. What it started is removed afterwards.

The image runs in a container of a Docker Engine, or where none answers in a sandbox of a2c's own: namespaces, capabilities, seccomp profile
and limits are those of a container. The sandbox is there to prove images; it is no container engine.

The live application gets safe requests alone, one at a time, at most 40 a second: start pages, the files that belong to them, its health path, and --path; with
--ask-live also what its logs and documents name. Paths that may act (logout, delete, dump …) are never among them. At its first server error, and when it takes
twice as long as before, it is not asked any further.

In the sandbox verify also sees which files the image looks for in vain that this machine has. --repair adds those that belong to the image, each with the reason
"needed at run time", builds it again and proves it again, at most 5 times. Secrets, logs, data and files of others are never among them.

The image runs under the strictest restrictions first: read-only root, no capabilities, no new privileges. Where it is not the same then, what it needs of them is
found, with the folders that it writes to. At the end it is asked to end, as platforms do. What was found becomes part of deployment.json.

Exit code 3: they differ; 4: too little can be compared to be sure, and what is missing is said.`,
		Example: `  sudo a2c verify --application-id java-tomcat-9e8e4799
  sudo a2c verify --application-id java-tomcat-9e8e4799 --path /shop/ --path 8081/actuator/health
  sudo a2c verify --application-id java-tomcat-9e8e4799 --list
  sudo a2c verify --application-id java-tomcat-9e8e4799 --ask-live --har shop.har
  sudo a2c verify --application-id java-tomcat-9e8e4799 --runtime sandbox
  sudo a2c verify --application-id java-tomcat-9e8e4799 --repair
  sudo a2c verify --application-id java-tomcat-9e8e4799 --size auto`,
		GroupID: "make",
		Args:    none,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkID(f.id); err != nil {
				return err
			}
			o, err := f.options()
			if err != nil {
				return usage(err)
			}
			return a.lockedFor(f.id, f.force, func(w *workspace.Workspace) error { return a.verify(c.Context(), w, f, o) })
		},
	}
	a.idFlag(c, &f.id)
	f.register(c.Flags())
	return c
}

func (a *app) verify(ctx context.Context, w *workspace.Workspace, f verifyFlags, o verify.Options) error {
	if f.noLive {
		var err error
		if o.Recorded, err = recorded(w, f.id); err != nil {
			return err
		}
	}
	if f.network {
		a.Note("warning: with --allow-network the image may act on live systems: send mail, write to databases, take jobs from queues")
	}
	for _, d := range f.allow {
		a.Note("warning: the image reaches %s: it works on live data there, beside the live application", model.Path(d))
	}
	v, err := a.compare(ctx, w, f, &o)
	if errors.Is(err, verify.ErrListed) {
		return nil
	}
	if err == nil && f.repair {
		v, err = a.repair(ctx, w, f, &o, v)
	}
	if err != nil {
		return err
	}
	if err := w.Save(path.Join(f.id, workspace.VerifyFile), v); err != nil {
		return err
	}
	if err := writePage(w, path.Join(f.id, workspace.VerifyPage), v, o.Image); err != nil {
		return err
	}
	if err := a.proposeDeployment(w, f.id, o.Analysis, o.Image); err != nil {
		return err
	}
	if err := a.print(v, func(w io.Writer) error { return a.verifyTable(w, v) }); err != nil {
		return err
	}
	a.noteSkips(v.Skips)
	a.noteMissing(v, f)
	a.Note("with evidence, side by side: %s", model.Path(w.Path(path.Join(f.id, workspace.VerifyPage))))
	if code := verifyCode(v.Verdict); code != Done {
		return answer(code)
	}
	a.Note("next: %s --application-id %s", a.command("generate app-deployment"), f.id)
	return nil // what could not be seen is no part of the verdict
}

// compare runs the image of now once, and compares it.
func (a *app) compare(ctx context.Context, w *workspace.Workspace, f verifyFlags, o *verify.Options) (v model.Verification, err error) {
	if o.Analysis, err = a.freshAnalysis(w, f.id); err != nil {
		return v, err
	}
	if o.Image, err = a.freshImage(w, f.id); err != nil {
		return v, err
	}
	inputs, err := w.Inputs(f.id, workspace.AnalysisFile, workspace.ImageFile)
	if err != nil {
		return v, err
	}
	o.Dir, o.Reserve = w.App(f.id), w.Reserve
	if o.SizeAuto {
		o.SizeLeast = generate.LeastMemory(o.Analysis, o.Image)
	}
	o.Judge.Files, o.Judge.Against = w.Files(f.id), files.Against
	progress, err := a.asking(f, o)
	if err != nil {
		return v, err
	}
	defer progress.Done()
	if v, err = verify.Run(ctx, *o); err != nil {
		return v, verifyError(f.id, err)
	}
	v.Inputs = inputs
	return v, nil
}

// verifyCode is how a verdict ends the program.
func verifyCode(verdict string) Code {
	switch verdict {
	case model.VerifyEqual:
		return Done
	case model.VerifyNotComparable:
		return Partial
	}
	return No
}

// writePage writes the page for people.
func writePage(w *workspace.Workspace, name string, v model.Verification, i model.Image) error {
	f, err := w.Create(name)
	if err != nil {
		return err
	}
	if err := page.Write(f, v, i); err != nil {
		return errors.Join(err, f.Discard())
	}
	return f.Commit()
}

func verifyError(id string, err error) error {
	if errors.Is(err, engine.ErrNoEngine) {
		return fmt.Errorf("verify %s: %w; on Debian and Ubuntu: sudo apt-get install docker.io", id, err)
	}
	return fmt.Errorf("verify %s: %w", id, err)
}

// recorded loads what a2c record kept; nil: nothing.
func recorded(w *workspace.Workspace, id string) (*model.Recording, error) {
	rec, err := workspace.Load[model.Recording](w, path.Join(id, workspace.RecordedFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &rec, nil
}

// asking sets what all that ask the live application have in common, and makes a2c give way to the host's work.
func (a *app) asking(f verifyFlags, o *verify.Options) (progress *term.Progress, err error) {
	if o.Tree, err = host.Machine(a.root); err != nil {
		return nil, err
	}
	a.giveWay()
	progress = a.Progress()
	o.Log = a.log
	o.Report = func(e verify.Event) { progress.Show("%s: %s %s", f.id, e.Step, e.Detail) }
	o.Announce = func(list []verify.Request) {
		progress.Done()
		a.announce(list, f.list)
	}
	return progress, nil
}

// announce prints what the live application is asked, before it is.
func (a *app) announce(list []verify.Request, only bool) {
	verb := "asking"
	if only {
		verb = "--ask-live would ask"
	}
	a.Note("%s the live application, beside its start pages, for %d paths:", verb, len(list))
	for _, r := range list {
		a.Note("  %s", r)
	}
}
