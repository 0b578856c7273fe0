package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"a2c/containerize"
	"a2c/containerize/archive"
	"a2c/internal/child"
	"a2c/internal/disk"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// planFlags are what a user may say about what goes into an image.
type planFlags struct {
	baseFlags
	keepBind, keepFileSecrets, keepLogs, noHealthcheck bool
	healthPath                                         string
}

func (f *planFlags) add(a *app, c *cobra.Command, s *pflag.FlagSet) {
	f.baseFlags.add(a, c, s)
	s.BoolVar(&f.keepBind, "keep-bind", false, "leave listeners on loopback as they are; nobody reaches them in a container")
	s.BoolVar(&f.keepFileSecrets, "keep-file-secrets", false, "leave secrets in configuration files, and key stores and private keys, also where variables could give them when the image runs")
	s.BoolVar(&f.keepLogs, "keep-logs", false, "leave logs in files, also where they can go to the console")
	f.healthFlags(c)
}

func (f *planFlags) set(o *containerize.Options) error {
	o.KeepBind, o.KeepFileSecrets, o.KeepLogs = f.keepBind, f.keepFileSecrets, f.keepLogs
	if err := f.baseFlags.set(o); err != nil {
		return err
	}
	return f.health(o)
}

// given reports whether any of them is in use.
func (f *planFlags) given() bool {
	return f.base != "" || f.vendorTable != "" || f.jlink || f.cds || len(f.jlinkModules) > 0 || f.keepBind || f.keepFileSecrets || f.keepLogs || f.noHealthcheck || f.healthPath != ""
}

func newExtract(a *app) *cobra.Command {
	var f planFlags
	var id, file string
	var allowSecrets, force bool
	c := &cobra.Command{
		Use:   "extract --application-id ID",
		Short: "Archive all that an image needs, to build it on another machine",
		Long: `extract does what containerize does before it builds, and writes the plan, the context and the analysis into one archive (tar, zstd), from which
containerize --input-archive makes the same image, to the same digest, on another machine. What decides on the image's content is given here (--base, --jlink, --cds,
--keep-…, --health-path, containerParameters in analysis.json); how it is built and written is chosen there. Secrets that variables give when the image runs are not in it.

Exit code 3: known secrets lie in files that the image needs, and --allow-secrets-in-image is not given.`,
		Example: `  sudo a2c extract --application-id java-tomcat-9e8e4799
  sudo a2c extract --application-id java-springboot-3b526ec7 --jlink --archive orders.tar.zst
  sudo a2c containerize --input-archive orders.tar.zst`,
		GroupID: "make",
		Args:    none,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkID(id); err != nil {
				return err
			}
			o := containerize.Options{AllowSecrets: allowSecrets, Force: force, Version: version}
			if err := f.set(&o); err != nil {
				return usage(fmt.Errorf("--%w", err))
			}
			return a.lockedFor(id, force, func(w *workspace.Workspace) error { return a.extract(c.Context(), w, id, file, o) })
		},
	}
	a.idFlag(c, &id)
	s := c.Flags()
	f.add(a, c, s)
	s.StringVar(&file, "archive", "", "`file` to write (default ID-extraction.tar.zst in the application's folder of the workspace)")
	s.BoolVar(&allowSecrets, "allow-secrets-in-image", false, "archive although known secrets lie in files of the image")
	s.BoolVar(&force, "force", false, "write where little disk space stays free")
	return c
}

func (a *app) extract(ctx context.Context, w *workspace.Workspace, id, file string, o containerize.Options) error {
	if file == "" {
		file = filepath.Join(w.App(id), id+"-extraction.tar.zst")
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if o.Analysis, err = a.freshAnalysis(w, id); err != nil {
		return err
	}
	if o.Tree, err = a.processRoot(ctx, o.Analysis.AnalysisInfo.App); err != nil {
		return err
	}
	progress := a.prepared(w, id, &o)
	defer progress.Done()
	o.Dir = filepath.Join(w.App(id), "extract")
	documents := map[string]string{}
	for _, name := range archived() {
		if _, err := os.Stat(filepath.Join(w.App(id), name)); err == nil {
			documents[name] = filepath.Join(w.App(id), name)
		}
	}
	done, err := containerize.Extract(ctx, o, documents, file)
	progress.Done()
	if err != nil {
		err = fmt.Errorf("extract %s: %w", id, err)
		if errors.Is(err, containerize.ErrSecretsInside) {
			return &outcome{No, err}
		}
		return err
	}
	err = a.print(done, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s: %s, %s\n%s\n", id, term.Count(done.Files, "file"), term.Size(done.Size), term.Safe(done.Archive))
		return err
	})
	a.noteSkips(done.Skips)
	a.Note("next, on the other machine: %s --input-archive %s", a.command("containerize"), filepath.Base(file))
	return errors.Join(err, answer(seenCode(done.Skips)))
}

// archived are the documents that an archive carries beside the image's own.
func archived() []string {
	return []string{workspace.AnalysisFile, workspace.FilesFile, workspace.ConfigurationFile}
}

// prepared sets what both ways to an image have in common, and makes a2c give way to the host's work.
func (a *app) prepared(w *workspace.Workspace, id string, o *containerize.Options) *term.Progress {
	a.giveWay()
	progress := a.Progress()
	o.Files, o.Log = w.Files(id), a.log
	o.Recovered = filepath.Join(w.App(id), workspace.RecoveredFolder)
	o.Report = func(e containerize.Event) { progress.Show("%s: %s %s", id, e.Step, sizeIf(e.Bytes)) }
	return progress
}

// giveWay puts a2c behind the host's other work; where the machine refuses, it goes on.
func (a *app) giveWay() {
	if err := child.Gentle(); err != nil {
		a.log.Warn("cannot give way to the host's other work", "error", err)
	}
}

// containerizeArchive makes the workspace's documents of the archive, and the image.
func (a *app) containerizeArchive(ctx context.Context, file string, f containerizeFlags, o containerize.Options) (err error) {
	if f.given() {
		return usage(errors.New("--input-archive: what is in the image was decided when the archive was written: give --base, --vendor-table, --jlink, --cds, --keep-… and what the health check asks to extract"))
	}
	if f.buildOnly {
		return usage(errors.New("--input-archive: leave it out with --build-only: what the archive held lies in the workspace by now"))
	}
	r, err := archive.Open(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", model.Path(file), err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	id := r.Manifest.ApplicationID
	if err := checkID(id); err != nil || f.id != "" && f.id != id {
		return fmt.Errorf("%s holds the application %q", model.Path(file), id)
	}
	o.Platform = r.Manifest.Platform
	return a.locked(f.force, func(w *workspace.Workspace) (err error) {
		dir := filepath.Join(w.App(id), "archive.new")
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		if err := a.unpack(ctx, w, r, dir, f.force); err != nil {
			return fmt.Errorf("read %s: %w", model.Path(file), err)
		}
		o.Archive = dir
		if err := a.adopt(w, id, dir); err != nil {
			return fmt.Errorf("read %s: %w", model.Path(file), err)
		}
		return a.containerize(ctx, w, id, o)
	})
}

// unpack checks the whole archive before anything of it is used.
func (a *app) unpack(ctx context.Context, w *workspace.Workspace, r *archive.Reader, dir string, force bool) error {
	if err := os.RemoveAll(dir); err != nil { // of a run that was killed
		return disk.Cause(err)
	}
	if !force {
		const built = 4 // in the context, unpacked in the builder's root, as raw layers, and compressed
		if err := disk.Room(w.Dir(), built*r.Manifest.Bytes()); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return disk.Cause(err)
	}
	return r.Unpack(ctx, dir)
}

// adopt takes over the documents. analysis.json is merged with the one that stands here, as analyze does.
func (a *app) adopt(w *workspace.Workspace, id, dir string) error {
	from, err := workspace.Open(dir, false)
	if err != nil {
		return err
	}
	analysis, err := workspace.Load[model.Analysis](from, workspace.AnalysisFile)
	if err != nil {
		return err
	}
	if analysis.AnalysisInfo.AppID != id {
		return fmt.Errorf("its analysis is of the application %q, and not of %q", analysis.AnalysisInfo.AppID, id)
	}
	files, err := w.CreateFiles(id)
	if err != nil {
		return err
	}
	defer func() { _ = files.Discard() }() // does nothing after Commit
	for f, err := range from.Files(".") {
		if err != nil {
			return err
		}
		if err := files.Add(f); err != nil {
			return err
		}
	}
	if err := files.Commit(); err != nil {
		return err
	}
	if configuration, err := workspace.Load[model.Configuration](from, workspace.ConfigurationFile); err == nil {
		if err := w.Save(filepath.Join(id, workspace.ConfigurationFile), configuration); err != nil {
			return err
		}
	} else if !isMissing(err) {
		return err
	}
	_, edits, err := workspace.Propose(w, filepath.Join(id, workspace.AnalysisFile), analysis, "containerParameters")
	a.noteEdits(edits)
	return err
}
