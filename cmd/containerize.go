package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"a2c/containerize"
	builders "a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/containerize/sign"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// containerizeFlags are what a user may say about an image.
type containerizeFlags struct {
	planFlags
	id, archive, tar, destination, compression, signKey string
	buildOnly, allowSecrets, force, createRepository    bool
	builder, dockerHost                                 string
}

// options turns flags into what the stage takes, and refuses what could not be used in the end. getenv gives the passphrase of the key.
func (f containerizeFlags) options(getenv func(string) string) (containerize.Options, error) {
	o := containerize.Options{
		BuildOnly: f.buildOnly, Force: f.force, Tar: f.tar, Destination: f.destination, CreateRepository: f.createRepository, AllowSecrets: f.allowSecrets,
		Compression: layer.Compression(f.compression), Version: version,
	}
	err := f.set(&o)
	if err != nil {
		return o, err
	}
	if o.Builder, err = f.chosen(); err != nil {
		return o, err
	}
	if err := o.CheckNames(); err != nil || f.signKey == "" {
		return o, err
	}
	if f.destination == "" {
		return o, errors.New("sign-key: a signature lies beside the image at its registry; name that with --destination")
	}
	if o.SignKey, err = sign.ReadKey(f.signKey, getenv); err != nil {
		return o, fmt.Errorf("sign-key: %w", err)
	}
	return o, nil
}

func newContainerize(a *app) *cobra.Command {
	var f containerizeFlags
	c := &cobra.Command{
		Use:   "containerize --application-id ID | --input-archive FILE",
		Short: "Make the Dockerfile, its context and the image, without Docker",
		Long: `containerize plans the image of an analysed application, writes Dockerfile and context, builds them with Kaniko in a private root, and corrects
the layers to the plan, so that the same application gives the same digest, whichever builder makes it. It writes deployment.json, which is yours to edit.

With --input-archive it builds what extract archived on another machine, to the same digest, as does --build-only afterwards. As root with Kaniko; without
root by --builder docker, or to Dockerfile and context by --builder dockerfile.

Exit code 3: the Dockerfile was edited, or known secrets lie in an image that is to be pushed.`,
		Example: `  sudo a2c containerize --application-id java-tomcat-9e8e4799
  sudo a2c containerize --application-id java-tomcat-9e8e4799 --tar shop.tar
  sudo a2c containerize --application-id java-springboot-3b526ec7 --jlink
  sudo a2c containerize --application-id java-springboot-3b526ec7 --jlink --cds
  a2c containerize --application-id java-tomcat-9e8e4799 --builder docker
  sudo a2c containerize --application-id java-springboot-3b526ec7 --base vendor
  sudo a2c containerize --application-id java-springboot-3b526ec7 --compression estargz
  sudo a2c containerize --application-id java-springboot-3b526ec7 --health-path 8081/actuator/health
  sudo a2c containerize --input-archive java-tomcat-9e8e4799-extraction.tar.zst
  sudo a2c containerize --application-id java-tomcat-9e8e4799 --destination 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1 --create-repository`,
		GroupID: "make",
		Args:    none,
		RunE: func(c *cobra.Command, _ []string) error {
			o, err := f.options(a.getenv)
			if err != nil {
				return usage(fmt.Errorf("--%w", err))
			}
			if f.archive != "" {
				return a.containerizeArchive(c.Context(), f.archive, f, o)
			}
			if err := checkID(f.id); err != nil {
				return err
			}
			return a.lockedApp(f.id, f.force, func(w *workspace.Workspace) error { return a.containerize(c.Context(), w, f.id, o) })
		},
	}
	a.idFlag(c, &f.id)
	a.eolFlag(c)
	s := c.Flags()
	f.add(a, c, s)
	s.StringVar(&f.archive, "input-archive", "", "build from this `file` of extract, on whatever machine")
	s.BoolVar(&f.buildOnly, "build-only", false, "build from the Dockerfile and the context as they are, edits included")
	f.builderFlags(a, c)
	s.StringVar(&f.tar, "tar", "", "also write the image to this `file`, for docker load")
	s.StringVar(&f.destination, "destination", "", "also push the image to this `reference`")
	s.BoolVar(&f.createRepository, "create-repository", false, "make the destination's repository in ECR when there is none: scanned on push, tags immutable, the last thirty images kept")
	s.StringVar(&f.compression, "compression", string(layer.Gzip), "of the layers: gzip; zstd, smaller, and pulled by Docker 23, containerd 1.5 and later; or estargz, gzip that the stargz snapshotter mounts before it is pulled")
	a.completes(c, "compression", cobra.FixedCompletions(layer.Compressions(), cobra.ShellCompDirectiveNoFileComp))
	s.StringVar(&f.signKey, "sign-key", "", "sign what is pushed with this private `key`, for cosign verify --key; COSIGN_PASSWORD opens an encrypted one")
	s.BoolVar(&f.allowSecrets, "allow-secrets-in-image", false, "push although known secrets lie in files of the image")
	s.BoolVar(&f.force, "force", false, "write over an edited Dockerfile, and where little disk space stays free")
	return c
}

func (a *app) containerize(ctx context.Context, w *workspace.Workspace, id string, o containerize.Options) error {
	image, runErr := a.build(ctx, w, id, &o)
	if errors.Is(runErr, builders.ErrNoImage) {
		return a.dockerfileOnly(id, o.Dir)
	}
	if image.Digest == "" {
		return runErr
	}
	if err := a.print(image, func(w io.Writer) error { return a.imageTable(w, image, o.Analysis.AnalysisInfo) }); err != nil {
		return err
	}
	a.noteSkips(image.Skips)
	if runErr != nil {
		return runErr
	}
	a.noteRun(image, o)
	a.Note("next: %s --application-id %s", a.command("verify"), id)
	return answer(seenCode(image.Skips))
}

// build makes the image of an analysis and what stands beside it in the workspace. An image that comes with an error is whole; what else was to be done with it
// failed.
func (a *app) build(ctx context.Context, w *workspace.Workspace, id string, o *containerize.Options) (none model.Image, err error) {
	if o.Analysis, err = a.freshAnalysis(w, id); err != nil {
		return none, err
	}
	if o.Inputs, err = w.Inputs(id, workspace.AnalysisFile, workspace.FilesFile); err != nil {
		return none, err
	}
	o.Dir = filepath.Join(w.App(id), "image")
	if o.Archive == "" && (!o.BuildOnly || !containerize.FromArchive(o.Dir)) {
		if o.Tree, err = a.processRoot(ctx, o.Analysis.AnalysisInfo.App); err != nil {
			return none, err
		}
	}
	progress := a.prepared(w, id, o)
	defer progress.Done()
	image, runErr := containerize.Run(ctx, *o)
	progress.Done()
	if runErr != nil {
		runErr = a.containerizeError(id, runErr)
	}
	if image.Digest == "" {
		return none, runErr
	}
	image.Inputs = o.Inputs
	if err := w.Save(path.Join(id, workspace.ImageFile), image); err != nil {
		return none, err
	}
	if err := a.proposeDeployment(w, id, o.Analysis, image); err != nil {
		return none, err
	}
	return image, runErr
}

func sizeIf(n int64) string {
	if n == 0 {
		return ""
	}
	return term.Size(n)
}

// containerizeError gives refusals their exit code.
func (a *app) containerizeError(id string, err error) error {
	err = fmt.Errorf("containerize %s: %w", id, err)
	if errors.Is(err, containerize.ErrEdited) || errors.Is(err, containerize.ErrSecretsInside) {
		return &outcome{No, err}
	}
	return err
}
