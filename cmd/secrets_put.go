package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"a2c/analyze/secret"
	"a2c/internal/reveal"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/verify"
)

// putFlags are what a user may say about where secrets go.
type putFlags struct {
	id, to, prefix            string
	given                     []string // --secret
	region, profile, endpoint string
	kmsKey                    string
	namespace, kubeconfig     string
	kubeContext               string
	overwrite, dryRun         bool
}

func newSecretsPut(a *app) *cobra.Command {
	var f putFlags
	c := &cobra.Command{
		Use:   "put --application-id ID --to WHERE",
		Short: "Put the secrets that the image needs into a store",
		Long: `put reads the value of each secret that the image gets as a variable from its place, now, and sends it in the body of a request: to Secrets Manager, to SSM's
Parameter Store as a SecureString, or into a Secret of Kubernetes. It is never printed, written or an argument. What exists with the same value is left; with
another one only --overwrite changes it. The ARNs are filled into deployment.json, so that generate refers to them.

On another machine, or when the application does not run: --secret NAME=@FILE.`,
		Example: `  sudo a2c secrets put --application-id java-tomcat-9e8e4799 --to secretsmanager --region eu-central-1
  sudo a2c secrets put --application-id java-tomcat-9e8e4799 --to k8s --namespace shop
  a2c secrets put --application-id java-tomcat-9e8e4799 --to ssm --dry-run`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkID(f.id); err != nil {
				return err
			}
			given, err := f.check()
			if err != nil {
				return usage(err)
			}
			return a.lockedFor(f.id, false, func(w *workspace.Workspace) error { return a.secretsPut(c.Context(), w, f, given) })
		},
	}
	a.idFlag(c, &f.id)
	s := c.Flags()
	s.StringVar(&f.to, "to", "", "`where`: secretsmanager, ssm or k8s")
	s.StringArrayVar(&f.given, "secret", nil, "`NAME=@FILE`: a secret's value is read from the file; may be repeated")
	s.StringVar(&f.prefix, "prefix", "a2c", "what stands before names in Secrets Manager and SSM: `PREFIX`/ID/NAME")
	s.StringVar(&f.region, "region", "", "AWS `region` (default the one of deployment.json, else of the AWS configuration)")
	s.StringVar(&f.profile, "profile", "", "`name` of an AWS CLI profile")
	s.StringVar(&f.endpoint, "endpoint-url", "", "`URL` of the service, where it is not AWS's own")
	s.StringVar(&f.kmsKey, "kms-key-id", "", "`ID`, ARN or alias of the KMS key that encrypts what is created, or changed in SSM (default the account's own of the service)")
	s.StringVar(&f.namespace, "namespace", "", "`name` of the namespace (default the one of deployment.json)")
	s.StringVar(&f.kubeconfig, "kubeconfig", "", "`file` (default KUBECONFIG, else ~/.kube/config)")
	s.StringVar(&f.kubeContext, "context", "", "`name` of a context of the kubeconfig (default its current one)")
	s.BoolVar(&f.overwrite, "overwrite", false, "change what exists with another value")
	s.BoolVar(&f.dryRun, "dry-run", false, "say what would be put; nothing is read or sent")
	return c
}

// check returns the files of --secret by name.
func (f putFlags) check() (map[string]string, error) {
	if !slices.Contains([]string{"secretsmanager", "ssm", "k8s"}, f.to) {
		return nil, fmt.Errorf("--to %q: say secretsmanager, ssm or k8s", f.to)
	}
	if strings.Trim(f.prefix, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/") != "" || f.prefix == "" || path.Clean("/"+f.prefix) != "/"+f.prefix {
		return nil, fmt.Errorf("--prefix %q: letters, digits and _ . - with single slashes between them", f.prefix)
	}
	if f.kmsKey != "" && f.to == "k8s" {
		return nil, errors.New("--kms-key-id: of Secrets Manager and SSM; Kubernetes encrypts as its API server is configured")
	}
	given := map[string]string{}
	for _, s := range f.given {
		name, file, err := verify.ParseSecret(s)
		if err != nil {
			return nil, fmt.Errorf("--secret: %w", err)
		}
		given[name] = file
	}
	return given, nil
}

// What became of a secret.
const (
	putCreated = "created"
	putUpdated = "updated"
	putLeft    = "left" // it was there with this value
	putPlanned = "would be put"
)

// stored is one secret that was put.
type stored struct {
	Name   string `json:"name"`   // the variable
	Target string `json:"target"` // its name in the store
	Done   string `json:"done"`   // "created", "updated", "left"
	ARN    string `json:"arn,omitempty"`
}

// store takes values. What it returns holds none.
type store interface {
	// put writes one; errDiffers when it exists with another value and may not be changed.
	put(ctx context.Context, target, value string, overwrite bool) (stored, error)
	target(id, name string) string
}

// errDiffers says that there is another value already.
var errDiffers = errors.New("exists with another value: --overwrite changes it")

func (a *app) secretsPut(ctx context.Context, w *workspace.Workspace, f putFlags, given map[string]string) error {
	image, err := a.freshImage(w, f.id)
	if err != nil {
		return err
	}
	d, err := workspace.Load[model.Deployment](w, path.Join(f.id, workspace.DeploymentFile))
	if err != nil {
		return a.missing(err, f.id, w, "containerize")
	}
	needed := map[string]model.Place{}
	var names []string
	for _, s := range image.Needs.Secrets {
		if _, known := needed[s.Name]; !known { // of several places of one variable the first
			names, needed[s.Name] = append(names, s.Name), s.Place
		}
	}
	for name := range given {
		if _, known := needed[name]; !known {
			return usage(fmt.Errorf("--secret %s: the image needs no such variable; it needs %s", name, strings.Join(names, ", ")))
		}
	}
	to, err := a.store(ctx, f, d)
	if err != nil {
		return err
	}
	list := []stored{}
	if f.dryRun {
		for _, name := range names {
			list = append(list, stored{Name: name, Target: to.target(f.id, name), Done: putPlanned})
		}
		return a.printStored(list)
	}
	values, err := a.values(w, f.id, needed, given)
	if err != nil {
		return err
	}
	list, err = putAll(ctx, to, f, names, values)
	return errors.Join(err, a.referTo(w, f.id, d, list), a.printStored(list))
}

// putAll goes on after one that could not be put: the others are needed as well.
func putAll(ctx context.Context, to store, f putFlags, names []string, values map[string]string) ([]stored, error) {
	list := []stored{}
	var failed []error
	for _, name := range names {
		target := to.target(f.id, name)
		s, err := to.put(ctx, target, values[name], f.overwrite)
		if err != nil {
			failed = append(failed, fmt.Errorf("secret %s: %s %w", model.Path(name), target, err))
			continue
		}
		s.Name, s.Target = name, target
		list = append(list, s)
	}
	return list, errors.Join(failed...)
}

// values reads each from the user's file, or from its place on this machine.
func (a *app) values(w *workspace.Workspace, id string, needed map[string]model.Place, given map[string]string) (map[string]string, error) {
	values := map[string]string{}
	var r *reveal.Reader
	var failed []error
	for name, place := range needed {
		value, err := "", error(nil)
		if file, ok := given[name]; ok {
			value, err = reveal.FromFile(file)
		} else {
			if r == nil {
				if r, err = a.revealer(w, id); err != nil {
					return nil, fmt.Errorf("%w; or give each secret: --secret %s=@FILE", err, model.Path(name))
				}
			}
			value, err = r.Value(place)
		}
		if err == nil && value == "" {
			err = errors.New("is empty: no store takes it")
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("secret %s: %w; --secret %s=@FILE gives it", model.Path(name), err, model.Path(name)))
		}
		values[name] = value
	}
	return values, errors.Join(failed...)
}

func (a *app) revealer(w *workspace.Workspace, id string) (*reveal.Reader, error) {
	analysis, err := workspace.Load[model.Analysis](w, path.Join(id, workspace.AnalysisFile))
	if err != nil {
		return nil, a.missing(err, id, w, "analyze")
	}
	t, err := host.Machine(a.root)
	if err != nil {
		return nil, err
	}
	return reveal.Open(t, analysis.AnalysisInfo.App)
}

// referTo fills the ARNs into deployment.json, as the user's own: later proposals leave them. One that he wrote himself stays.
func (a *app) referTo(w *workspace.Workspace, id string, d model.Deployment, list []stored) error {
	changed := false
	for i, ref := range d.Secrets {
		n := slices.IndexFunc(list, func(s stored) bool { return s.Name == ref.Name && s.ARN != "" })
		switch {
		case n < 0 || ref.ValueFrom == list[n].ARN:
		case ref.ValueFrom != "":
			a.Note("deployment.json: secrets[%d].valueFrom: yours stays, %s", i, term.Safe(ref.ValueFrom))
		default:
			d.Secrets[i].ValueFrom, changed = list[n].ARN, true
		}
	}
	if !changed {
		return nil
	}
	return w.Save(path.Join(id, workspace.DeploymentFile), d)
}

func (a *app) printStored(list []stored) error {
	return a.print(list, func(w io.Writer) error {
		rows := term.Rows{Head: []string{"VARIABLE", "STORED AS", "DONE", "ARN"}}
		for _, s := range list {
			rows.Add(s.Name, s.Target, s.Done, s.ARN)
		}
		if len(list) == 0 {
			fmt.Fprintln(w, "the image needs no secret")
			return nil
		}
		return a.Write(w, rows)
	})
}

func (a *app) store(ctx context.Context, f putFlags, d model.Deployment) (store, error) {
	if f.to == "k8s" {
		return a.kubernetesStore(f, d)
	}
	if f.dryRun {
		return &awsStore{to: f.to, prefix: f.prefix}, nil
	}
	return openAWS(ctx, f, d)
}

// awsName is the name in Secrets Manager; SSM wants a slash before one with slashes.
func awsName(to, prefix, id, name string) string {
	n := secret.NameFor(prefix, id, name)
	if to == "ssm" {
		return "/" + n
	}
	return n
}
