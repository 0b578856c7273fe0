package base

import (
	"bytes"
	_ "embed" // the table
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Vendor is the name of a base that the table chooses.
const Vendor = "vendor"

//go:embed vendor.json
var vendorTable []byte

// Table lists well-kept images by what they are for.
type Table struct {
	Updated string        `json:"updated"`           // when somebody looked whether they are
	Checked string        `json:"checked,omitempty"` // by what
	Images  []VendorImage `json:"images"`            // the first that fits is taken
}

// VendorImage is one of them.
type VendorImage struct {
	Runtime string `json:"runtime"`          // "jvm", "dotnet"; "os" for what brings its own runtime
	Vendor  string `json:"vendor,omitempty"` // part of the runtime's name ("Amazon"), or ID of os-release(5); "": any
	Version string `json:"version"`          // of a JVM the major, of .NET major and minor, of an OS its VERSION_ID or the major of that
	ICU     bool   `json:"icu,omitempty"`    // with the library of culture data, for .NET that is not invariant
	Image   string `json:"image"`
	Source  string `json:"source"` // the page that says what it is
}

// ReadTable reads a table; of nothing the one that a2c brings.
func ReadTable(data []byte) (Table, error) {
	if len(data) == 0 {
		data = vendorTable
	}
	var t Table
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return t, fmt.Errorf("table of base images: %w", err)
	}
	for i, img := range t.Images {
		if img.Runtime == "" || img.Version == "" || img.Image == "" {
			return t, fmt.Errorf("table of base images: images[%d] needs runtime, version and image", i)
		}
	}
	return t, nil
}

// Wanted is what an image is looked for.
type Wanted struct {
	Runtime string // "jvm", "dotnet", "os"
	Name    string // of the runtime, or ID of the OS
	Version string
	ICU     bool
}

// ErrNoVendor means that the table has no image.
var ErrNoVendor = errors.New("the table of base images has none")

// Choose finds the image.
func (t Table) Choose(w Wanted) (VendorImage, error) {
	for _, img := range t.Images {
		switch {
		case img.Runtime != w.Runtime, !fits(img.Version, w.Version), w.ICU && !img.ICU:
		case w.Runtime == "os" && img.Vendor != w.Name, !strings.Contains(w.Name, img.Vendor):
		case img.ICU && !w.ICU: // larger than needed
		default:
			return img, nil
		}
	}
	return VendorImage{}, fmt.Errorf("%w for %s %s: name an image with --base IMAGE, or a table of yours with --vendor-table FILE", ErrNoVendor, w.Name, w.Version)
}

// fits reports whether a version is the wanted one, or a part of it: "17" of "17.0.15", "9.0" of "9.0.7", "9" of "9.4"; Java 8 calls itself 1.8.
func fits(table, version string) bool {
	version = strings.TrimPrefix(version, "1.")
	return version == table || strings.HasPrefix(version, table+".") || strings.HasPrefix(version, table+"_")
}
