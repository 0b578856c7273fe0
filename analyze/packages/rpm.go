package packages

import (
	"errors"
	"io"
	"io/fs"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// rpmDirs are where rpm keeps its database (rpm.org, macro _dbpath): the second is a link to the first, or the other way round, where a system has both.
func rpmDirs() []string {
	return []string{"/usr/lib/sysimage/rpm", "/var/lib/rpm"}
}

// maxRPMLog bounds the write-ahead log: SQLite writes it into the database from 4 MB on.
const maxRPMLog = 64 << 20

// rpm reads the first database that there is: that of SQLite (rpm since 4.16), rpm's own (SUSE) or that of Berkeley DB (older).
func (f *finder) rpm(found func(parse.RPMPackage) error) {
	for _, dir := range rpmDirs() {
		for _, read := range []func(string, func(parse.RPMPackage) error) error{f.rpmSQLite, f.rpmNDB, f.rpmBerkeley} {
			err := read(dir, found)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				f.skips = append(f.skips, model.Skip{What: "packages of files", Path: model.Path(dir), Reason: "rpm's database " + err.Error(), Remedy: "rpm -qf PATH tells the package of a file"})
			}
			return
		}
	}
}

func (f *finder) rpmSQLite(dir string, found func(parse.RPMPackage) error) error {
	log, err := host.ReadFile(f.tree, dir+"/rpmdb.sqlite-wal", maxRPMLog)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.rpmFile(dir+"/rpmdb.sqlite", func(r io.ReaderAt, size int64) error { return parse.ReadRPMSQLite(r, size, log, found) })
}

func (f *finder) rpmNDB(dir string, found func(parse.RPMPackage) error) error {
	return f.rpmFile(dir+"/Packages.db", func(r io.ReaderAt, size int64) error { return parse.ReadRPMNDB(r, size, found) })
}

func (f *finder) rpmBerkeley(dir string, found func(parse.RPMPackage) error) error {
	return f.rpmFile(dir+"/Packages", func(r io.ReaderAt, size int64) error { return parse.ReadRPMBerkeley(r, size, found) })
}

func (f *finder) rpmFile(name string, read func(r io.ReaderAt, size int64) error) error {
	file, err := f.tree.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return read(file, file.Info().Size)
}
