// Package jlink tells which modules of a Java runtime an application asks for, by every name of a class of the runtime that stands in its files.
package jlink

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Index is what a runtime holds: the module of each class and of each package.
type Index struct {
	Modules  map[string]bool
	classes  map[string]string // "java/sql/Connection" to "java.sql"
	packages map[string]string // "java/sql" to "java.sql"
}

// ErrNoIndex says that a listing names no modules.
var ErrNoIndex = errors.New("the listing of the runtime names no module java.base")

// ReadIndex reads what `jimage list` prints of lib/modules: "Module: java.base", and below it the module's resources, indented.
func ReadIndex(listing []byte) (*Index, error) {
	x := &Index{Modules: map[string]bool{}, classes: map[string]string{}, packages: map[string]string{}}
	module := ""
	lines := bufio.NewScanner(bytes.NewReader(listing))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if name, ok := strings.CutPrefix(line, "Module: "); ok {
			module = name
			x.Modules[module] = true
			continue
		}
		class, ok := strings.CutSuffix(line, ".class")
		if !ok || module == "" || class == "module-info" {
			continue
		}
		x.classes[class] = module
		if i := strings.LastIndexByte(class, '/'); i > 0 {
			x.packages[class[:i]] = module
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the listing of the runtime: %w", err)
	}
	if !x.Modules[base] {
		return nil, ErrNoIndex
	}
	return x, nil
}

const base = "java.base"
