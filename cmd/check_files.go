package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"a2c/check"
	docs "a2c/check/document"
	"a2c/internal/term"
	"a2c/model"
	"a2c/parse"
)

// checkFiles judges documents: files, the documents of folders, and "-" for standard input. Codes are those of what was not seen: a document that was named and cannot be
// read ends the command, one that a folder holds is said.
func (a *app) checkFiles(names, targets []string) ([]model.Verdict, Code, error) {
	var files []*docs.File
	code := Done
	for _, name := range names {
		paths, folder, err := documentsOf(name)
		if err != nil {
			return nil, code, usage(fmt.Errorf("read %s: %w", term.Safe(name), err))
		}
		for _, p := range paths {
			f, err := a.readDocument(p)
			switch {
			case err == nil && folder && f.Foreign && len(f.Subjects) == 0:
				a.log.Info("passed over: it describes nothing that a2c knows", "file", p)
			case err == nil:
				files = append(files, f)
			case folder:
				a.Note("%v: it is passed over", err)
				code = Partial
			default:
				return nil, code, usage(err)
			}
		}
	}
	for _, f := range files {
		for _, n := range f.Notes {
			a.Note("%s", n)
		}
	}
	verdicts, err := check.RunDocuments(files, targets)
	if err == nil && len(verdicts) == 0 {
		err = fmt.Errorf("nothing to judge in %s: want an ECS task definition or service, a CloudFormation template, a Terraform plan as JSON, a compose file, or Kubernetes manifests%s", term.Safe(strings.Join(names, ", ")), forTargets(targets))
	}
	if err != nil {
		return nil, code, usage(err)
	}
	for _, v := range verdicts {
		if of := map[string]string{check.ECSEC2: check.ECSFargate, check.EKSEC2: check.EKSFargate}[v.Target]; of != "" && len(targets) == 0 {
			a.Note("what is made for EC2 is judged for EC2; --target %s asks whether Fargate takes it, too", of)
			break
		}
	}
	return verdicts, code, nil
}

func forTargets(targets []string) string {
	if len(targets) == 0 {
		return ""
	}
	return ", of a kind that fits --target " + strings.Join(targets, ",")
}

// readDocument reads one file, or standard input.
func (a *app) readDocument(name string) (*docs.File, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(io.LimitReader(a.In, parse.MaxJSON+1))
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	f, err := docs.Read(name, data)
	if problems, ok := errors.AsType[parse.Problems](err); ok {
		lines := make([]string, len(problems))
		for i, p := range problems {
			lines[i] = term.Safe(name + ":" + p.Error())
		}
		return nil, errors.New(strings.Join(lines, "\n"))
	}
	return f, err
}

// documentsOf is a file, or the JSON and YAML files below a folder, in the order of their names; hidden folders and those of packages are left out.
func documentsOf(name string) (paths []string, folder bool, err error) {
	if name == "-" {
		return []string{name}, false, nil
	}
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return []string{name}, false, err
	}
	err = filepath.WalkDir(name, func(p string, d fs.DirEntry, err error) error {
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && p != name && (strings.HasPrefix(base, ".") || base == "node_modules"):
			return fs.SkipDir
		case d.Type().IsRegular() && slices.Contains([]string{".json", ".yaml", ".yml", ".template"}, filepath.Ext(base)):
			paths = append(paths, p)
		}
		return nil
	})
	return paths, true, err
}
