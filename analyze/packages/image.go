package packages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"a2c/model"
	"a2c/parse"
)

// What images without a package manager have besides: a file for each package (distroless), what rpm -qa printed (CBL-Mariner and Azure Linux), and
// the manifest of Ubuntu's chisel.
const (
	statusFolder  = dpkgDir + "/status.d"
	rpmManifest   = "/var/lib/rpmmanifest/container-manifest-2"
	chiselRecords = "/var/lib/chisel/manifest.wall"
)

// InImage reports whether OfImage reads a file.
func InImage(name string) bool {
	for _, dir := range rpmDirs() {
		if path.Dir(name) == dir {
			return slices.Contains([]string{"rpmdb.sqlite", "rpmdb.sqlite-wal", "Packages.db", "Packages"}, path.Base(name))
		}
	}
	return path.Dir(name) == statusFolder && !strings.HasSuffix(name, ".md5sums") || slices.Contains(imageFiles(), name)
}

func imageFiles() []string {
	return []string{dpkgDir + "/status", apkInstalled, "/usr" + apkInstalled, rpmManifest, chiselRecords}
}

// OfImage lists the packages of an image by its files' content, without their records. A database that cannot be read is a skip.
func OfImage(files map[string][]byte) ([]Record, []model.Skip) {
	found, skips := map[Record]bool{}, []model.Skip(nil)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !InImage(name) {
			continue
		}
		err := ofFile(name, files, func(d Database, p parse.PackageRecord) {
			p.Text = ""
			found[Record{p, d}] = true
		})
		if err != nil {
			skips = append(skips, model.Skip{What: "packages of the base image", Path: model.Path(name), Reason: err.Error()})
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b Record) int {
		return strings.Compare(a.Name+" "+a.Version+" "+a.Architecture, b.Name+" "+b.Version+" "+b.Architecture)
	}), skips
}

func ofFile(name string, files map[string][]byte, found func(Database, parse.PackageRecord)) error {
	data := files[name]
	rpm := func(p parse.RPMPackage) error {
		found(RPM, p.PackageRecord)
		return nil
	}
	switch base := path.Base(name); {
	case name == chiselRecords:
		return readChisel(bytes.NewReader(data), func(p parse.PackageRecord) { found(Dpkg, p) })
	case name == rpmManifest:
		return readManifest(data, func(p parse.PackageRecord) { found(RPM, p) })
	case strings.HasPrefix(name, dpkgDir):
		return parse.ReadDpkgStatus(bytes.NewReader(data), func(p parse.PackageRecord) { found(Dpkg, p) })
	case strings.HasSuffix(name, apkInstalled):
		return parse.ReadApkRecords(bytes.NewReader(data), func(p parse.PackageRecord) { found(Apk, p) })
	case base == "rpmdb.sqlite":
		return parse.ReadRPMSQLite(bytes.NewReader(data), int64(len(data)), files[name+"-wal"], rpm)
	case base == "Packages.db":
		return parse.ReadRPMNDB(bytes.NewReader(data), int64(len(data)), rpm)
	case base == "Packages":
		return parse.ReadRPMBerkeley(bytes.NewReader(data), int64(len(data)), rpm)
	}
	return nil // the log of another
}

// readChisel reads chisel's manifest (canonical/chisel, "jsonwall"): zstd, a JSON object a line.
//
//	{"kind":"package","name":"libc6","version":"2.39-0ubuntu8","sha256":"…","arch":"amd64"}
func readChisel(r io.Reader, found func(parse.PackageRecord)) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxChisel))
	if err != nil {
		return fmt.Errorf("read chisel's manifest: %w", err)
	}
	defer z.Close()
	for d := json.NewDecoder(io.LimitReader(z, maxChisel)); ; {
		var line struct{ Kind, Name, Version, Arch string }
		err := d.Decode(&line)
		if err == io.EOF { //nolint:errorlint // Decode returns it bare
			return nil
		}
		if err != nil {
			return fmt.Errorf("read chisel's manifest: %w", err)
		}
		if line.Kind == "package" && line.Name != "" {
			found(parse.PackageRecord{Name: line.Name, Version: line.Version, Architecture: line.Arch})
		}
	}
}

// maxChisel bounds what a manifest unpacks to; of a whole .NET image it is 2 MB.
const maxChisel = 64 << 20

// readManifest reads NAME VERSION-RELEASE INSTALLTIME BUILDTIME VENDOR EPOCH SIZE ARCH EPOCHNUM SOURCERPM, a line for each package.
func readManifest(data []byte, found func(parse.PackageRecord)) error {
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) < 10 {
			return fmt.Errorf("a line of %s has %d fields, not 10", rpmManifest, len(f))
		}
		version := f[1]
		if f[8] != "0" {
			version = f[8] + ":" + version
		}
		found(parse.PackageRecord{Name: f[0], Version: version, Architecture: f[7], Source: f[9]})
	}
	return nil
}
