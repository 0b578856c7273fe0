package packages

import (
	"io"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Record is what a database says about a package of files.
type Record struct {
	parse.PackageRecord
	Database Database
}

// Database is a kind of package database, under the name that purl knows its packages by.
type Database string

// Databases.
const (
	Dpkg Database = "deb"
	Apk  Database = "apk"
	RPM  Database = "rpm"
)

// Records finds packages, by their labels as Owners names them. What no database tells is missing in the answer; what could not be read is a skip.
func Records(t host.Tree, labels map[string]bool) (map[string]Record, []model.Skip) {
	if len(labels) == 0 {
		return nil, nil
	}
	f, out := &finder{tree: t}, map[string]Record{}
	put := func(d Database, p parse.PackageRecord, names ...string) {
		for _, name := range names {
			if label := name + " " + p.Version; labels[label] {
				out[label] = Record{p, d}
			}
		}
	}
	f.read(dpkgDir+"/status", func(r io.Reader) error {
		return parse.ReadDpkgStatus(r, func(p parse.PackageRecord) { put(Dpkg, p, p.Name, p.Name+":"+p.Architecture) })
	})
	f.read(apkInstalled, func(r io.Reader) error {
		return parse.ReadApkRecords(r, func(p parse.PackageRecord) { put(Apk, p, p.Name) })
	})
	f.rpm(func(p parse.RPMPackage) error {
		if label := p.Label(); labels[label] {
			out[label] = Record{p.PackageRecord, RPM}
		}
		return nil
	})
	return out, f.skips
}
