package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// The account number of AWS's documentation and a region: only to show what generate writes. a2c itself never invents them.
const (
	exampleAccount = "111122223333"
	exampleRegion  = "eu-central-1"
)

// Exit codes of a2c that do not end the demo: the answer is no, and done but not all could be seen.
const (
	answerNo   = 3
	notAllSeen = 4
)

// job runs a2c on the running applications.
type job struct {
	site      *apps.Site
	bin       string
	workspace string
	env       []string // beside the demo's own
	out       io.Writer
}

// show installs, starts, runs the whole job on each application, and stops what it started.
func show(ctx context.Context, site *apps.Site, list []apps.App, bin string) (err error) {
	bin, err = filepath.Abs(bin)
	if err != nil {
		return err
	}
	if _, err := os.Stat(bin); err != nil {
		return fmt.Errorf("%w; run `make build` first", err)
	}
	j := &job{site: site, bin: bin, workspace: filepath.Join(site.Dir, "workspace"), out: os.Stdout}
	j.heading("Install and start %d applications below %s", len(list), site.Dir)
	if err := os.RemoveAll(j.workspace); err != nil {
		return err
	}
	if err := site.Stop(list); err != nil { // left running by `demo start`, with the secrets of that start
		return err
	}
	if err := site.Install(ctx, list); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.Stop(list)) }()
	if err := site.Start(ctx, list); err != nil {
		return err
	}
	j.env = []string{"A2C_WORKSPACE=" + j.workspace}
	if !terminal(os.Stdout) {
		j.env = append(j.env, "A2C_OUTPUT=table")
	}
	fmt.Fprintf(j.out, "\nexport %s\n", strings.Join(j.env, " "))
	rows, err := j.all(ctx, site, list)
	if len(rows) > 0 {
		table(j.out, j.workspace, rows)
	}
	return err
}

// all runs a2c on every application; one that fails does not keep the others from being shown.
func (j *job) all(ctx context.Context, site *apps.Site, list []apps.App) ([]row, error) {
	j.heading("What runs here")
	if _, err := j.a2c(ctx, notAllSeen, "inventory"); err != nil {
		return nil, err
	}
	var found model.Inventory
	if err := readJSON(filepath.Join(j.workspace, "inventory.json"), &found); err != nil {
		return nil, err
	}
	var rows []row
	var failed []error
	for _, a := range list {
		r := row{app: a, port: site.Port(a, 0), id: identify(found, site.PID(a))}
		err := errors.New("the inventory does not hold it")
		if r.id != "" {
			err = j.one(ctx, &r)
		}
		if err != nil {
			r.problem = err
			failed = append(failed, fmt.Errorf("%s: %w", a.Name, err))
			fmt.Fprintf(os.Stderr, "demo: %s: %v\n", a.Name, err)
		}
		rows = append(rows, r)
		if ctx.Err() != nil {
			break
		}
	}
	return rows, errors.Join(failed...)
}

// identify returns the application ID that claims the process.
func identify(found model.Inventory, pid int) string {
	for id, app := range found {
		if slices.Contains(app.Processes, pid) {
			return id
		}
	}
	return ""
}

// one runs the job on one application and notes its figures.
func (j *job) one(ctx context.Context, r *row) error {
	begin := time.Now()
	defer func() { r.seconds = time.Since(begin).Seconds() }()
	j.heading("%s: %s", r.id, r.app.Title)
	id := []string{"--application-id", r.id}
	if _, err := j.a2c(ctx, notAllSeen, append([]string{"analyze"}, id...)...); err != nil {
		return err
	}
	if err := j.check(ctx, r, id); err != nil {
		return err
	}
	if _, err := j.a2c(ctx, notAllSeen, append([]string{"containerize"}, id...)...); err != nil {
		return err
	}
	var image model.Image
	if err := readJSON(filepath.Join(j.workspace, r.id, "image", "image.json"), &image); err != nil {
		return err
	}
	r.files, r.size = image.Files, image.Uncompressed
	if err := j.verify(ctx, r, id); err != nil {
		return err
	}
	if err := j.fillAWS(r.id); err != nil {
		return err
	}
	_, err := j.a2c(ctx, 0, append([]string{"generate", "app-deployment"}, id...)...)
	return err
}

func (j *job) check(ctx context.Context, r *row, id []string) error {
	args := append([]string{"check"}, id...)
	if _, err := j.a2c(ctx, answerNo, args...); err != nil {
		return err
	}
	var answer bytes.Buffer
	if _, err := j.quiet(ctx, &answer, append(args, "-o", "json")...); err != nil {
		return err
	}
	var verdicts []model.Verdict
	if err := json.Unmarshal(answer.Bytes(), &verdicts); err != nil {
		return fmt.Errorf("read the answer of a2c check -o json: %w", err)
	}
	for _, v := range verdicts {
		if v.Target == "ecs-fargate" {
			r.fargate = v.Answer
		}
	}
	return nil
}

func (j *job) verify(ctx context.Context, r *row, id []string) error {
	args := append(append([]string{"verify", "--runtime", "sandbox"}, id...), j.site.VerifyArgs(r.app)...)
	code, err := j.a2c(ctx, answerNo, args...)
	if err != nil {
		return err
	}
	var v model.Verification
	if err := readJSON(filepath.Join(j.workspace, r.id, "verify.json"), &v); err != nil {
		return err
	}
	r.verified = v.Verified
	if !v.Verified || code != 0 {
		return fmt.Errorf("the image does not answer as the application does (exit code %d)", code)
	}
	return nil
}

// fillAWS does by program what the user does by hand.
func (j *job) fillAWS(id string) error {
	file := filepath.Join(j.workspace, id, "deployment.json")
	var d model.Deployment
	if err := readJSON(file, &d); err != nil {
		return err
	}
	d.AWS.AccountID, d.AWS.Region = exampleAccount, exampleRegion
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "\n# %s/deployment.json, aws: account %s (of AWS's documentation) and region %s, only for this demo\n", id, exampleAccount, exampleRegion)
	return os.WriteFile(file, append(b, '\n'), 0o600)
}

// a2c prints the command, runs it, and accepts exit code 0 and the one allowed.
func (j *job) a2c(ctx context.Context, allowed int, args ...string) (int, error) {
	fmt.Fprintf(j.out, "\n$ a2c %s\n", strings.Join(args, " "))
	code, err := j.quiet(ctx, j.out, args...)
	if err == nil && code != 0 && code != allowed {
		err = fmt.Errorf("a2c %s ended with exit code %d", args[0], code)
	}
	return code, err
}

func (j *job) quiet(ctx context.Context, out io.Writer, args ...string) (int, error) {
	c := exec.CommandContext(ctx, j.bin, args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 20 * time.Second
	c.Env = append(os.Environ(), j.env...)
	c.Stdout, c.Stderr = out, os.Stderr
	err := c.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) && ctx.Err() == nil {
		return ended.ExitCode(), nil
	}
	return 0, err
}

func (j *job) heading(format string, args ...any) {
	fmt.Fprintf(j.out, "\n== %s\n", fmt.Sprintf(format, args...))
}

func readJSON(file string, v any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
