package parse

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// moduleInfo makes a module-info.class of that module: constants of several lengths, an attribute before the one that counts.
func moduleInfo(module string) []byte {
	text := func(s string) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{constUTF8}, uint16(len(s))), s...)
	}
	b := []byte{0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61, 0, 10}
	b = append(b, text("module-info")...)                      // 1
	b = append(b, constClass, 0, 1)                            // 2
	b = append(b, text("SourceFile")...)                       // 3
	b = append(b, constLong, 0, 0, 0, 0, 0, 0, 0, 1)           // 4 and 5
	b = append(b, text("Module")...)                           // 6
	b = append(b, text(module)...)                             // 7
	b = append(b, constModule, 0, 7)                           // 8
	b = append(b, constMethodHandle, 1, 0, 2)                  // 9
	b = append(b, 0x80, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2) // a module without super class, interfaces, fields, methods; 2 attributes
	b = append(b, 0, 3, 0, 0, 0, 2, 0, 1)                      // SourceFile
	return append(b, 0, 6, 0, 0, 0, 6, 0, 8, 0, 0, 0, 0)       // Module: name, flags, no version
}

func TestModuleName(t *testing.T) {
	whole := moduleInfo("com.example.mail")
	if got, err := ModuleName(whole); err != nil || got != "com.example.mail" {
		t.Errorf("ModuleName() = %q, %v", got, err)
	}
	for n := range len(whole) - 6 { // the last of them are read by nobody
		if got, err := ModuleName(whole[:n]); !errors.Is(err, ErrNoModule) {
			t.Errorf("ModuleName() of %d bytes = %q, %v", n, got, err)
		}
	}
	if _, err := ModuleName([]byte("#!/bin/sh")); !errors.Is(err, ErrNoModule) {
		t.Errorf("ModuleName() of a script: %v", err)
	}
}

// Class files that javac made.
func TestModuleNameOfJavac(t *testing.T) {
	files, err := filepath.Glob("testdata/module/*.class")
	if err != nil || len(files) == 0 {
		t.Fatalf("no class files: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := filepath.Base(file[:len(file)-len(".class")])
		if got, err := ModuleName(data); err != nil || got != want {
			t.Errorf("ModuleName(%s) = %q, %v", file, got, err)
		}
	}
}

func TestAutomaticModule(t *testing.T) {
	for file, want := range map[string]string{ // by `jar --describe-module --file`
		"/opt/lib/commons-io-2.17.0.jar":      "commons.io",
		"foo-bar.jar":                         "foo.bar",
		"foo_1--bar-2.jar":                    "foo.1.bar",
		"-x-1.0-SNAPSHOT.jar":                 "x",
		"netty-codec-4.1.113.Final-linux.jar": "netty.codec",
		"log4j-1.2-api-2.20.0.jar":            "log4j",
		"guice-4a.jar":                        "guice.4a",
	} {
		if got := AutomaticModule(file); got != want {
			t.Errorf("AutomaticModule(%q) = %q, want %q", file, got, want)
		}
	}
}

func FuzzModuleName(f *testing.F) {
	f.Add(moduleInfo("a.b"))
	f.Add([]byte{0xCA, 0xFE, 0xBA, 0xBE})
	f.Fuzz(func(t *testing.T, data []byte) {
		name, err := ModuleName(data)
		if (err == nil) != (name != "") {
			t.Errorf("ModuleName() = %q, %v", name, err)
		}
	})
}
