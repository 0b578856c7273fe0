package apps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Build builds a sample application below testdata/apps with Maven and puts what is named of target/ into the folder to. It does nothing when
// that was built from the same sources with the same arguments.
func (s *Site) Build(ctx context.Context, name, to string, names []string, args ...string) error {
	want, err := s.programDigest(App{Name: name, Title: strings.Join(args, " ")})
	if err != nil {
		return err
	}
	mark := filepath.Join(to, ".built")
	if have, err := os.ReadFile(mark); err == nil && string(have) == want {
		return nil
	}
	java, err := JavaHome()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Log, "build %s %s (Maven)\n", name, strings.Join(args, " "))
	build := s.path("build", filepath.Base(to))
	if err := errors.Join(os.RemoveAll(build), os.RemoveAll(to)); err != nil {
		return err
	}
	if err := os.CopyFS(build, os.DirFS(s.source(name))); err != nil {
		return err
	}
	argv := append([]string{"mvn", "-q", "-B", "-f", filepath.Join(build, "pom.xml"), "-Dmaven.repo.local=" + s.mavenRepository(), "package"}, args...)
	if err := s.run(ctx, []string{"JAVA_HOME=" + java}, argv...); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, n := range names {
		if err := os.Rename(filepath.Join(build, "target", n), filepath.Join(to, n)); err != nil {
			return err
		}
	}
	if err := shareTree(to); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte(want), 0o644)
}
