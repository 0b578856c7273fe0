package apps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func (s *Site) mavenRepository() string { return filepath.Join(s.Cache, "m2") }

// cached names a downloaded file.
func (s *Site) cached(name string) string { return filepath.Join(s.Cache, "files", name) }

// FetchMaven downloads group:artifact:version:type[:classifier] with Maven, unless the cache has it, and compares its SHA-256.
func (s *Site) FetchMaven(ctx context.Context, coordinates, digest string) (string, error) {
	part := strings.Split(coordinates, ":")
	name := part[1] + "-" + part[2]
	if len(part) > 4 {
		name += "-" + part[4]
	}
	file := s.cached(name + "." + part[3])
	if checkDigest(file, digest) == nil {
		return file, nil
	}
	java, err := JavaHome()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(s.Log, "download %s (Maven)\n", coordinates)
	err = s.run(ctx, []string{"JAVA_HOME=" + java}, "mvn", "-q", "-B", "-Dmaven.repo.local="+s.mavenRepository(), "dependency:copy",
		"-Dartifact="+coordinates, "-DoutputDirectory="+filepath.Dir(file))
	if err != nil {
		return "", err
	}
	return file, checkDigest(file, digest)
}

// FetchNPM downloads a package with npm, unless the cache has it, and compares its SHA-256.
func (s *Site) FetchNPM(ctx context.Context, name, version, digest string) (string, error) {
	file := s.cached(strings.ReplaceAll(strings.TrimPrefix(name, "@"), "/", "-") + "-" + version + ".tgz")
	if checkDigest(file, digest) == nil {
		return file, nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", err
	}
	fmt.Fprintf(s.Log, "download %s@%s (npm)\n", name, version)
	err := s.run(ctx, nil, "npm", "pack", "--silent", "--cache", filepath.Join(s.Cache, "npm"), "--pack-destination", filepath.Dir(file), name+"@"+version)
	if err != nil {
		return "", err
	}
	return file, checkDigest(file, digest)
}

func checkDigest(file, want string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s: SHA-256 is %s, not %s: remove the file and try again", file, got, want)
	}
	return nil
}

// programDigest is what decides whether an installed program is still the right one: the application's sources and this package's version.
func (s *Site) programDigest(a App) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "layout 2 %s %s\n", a.Title, s.Dir)
	root := s.source(a.Name)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %x\n", strings.TrimPrefix(path, root), sha256.Sum256(b))
		return nil
	})
	if err != nil && !os.IsNotExist(err) { // an unmodified application has no sources here
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
