package parse

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"a2c/internal/elftest"
)

func TestELFSections(t *testing.T) {
	want := []string{".text", ".svm_heap", ".shstrtab"}
	for _, o := range []elftest.Object{{}, {Class32: true}, {Big: true}, {Class32: true, Big: true}} {
		o.Sections = want[:2]
		data := elftest.Build(o)
		got, err := ELFSections(bytes.NewReader(data))
		if err != nil || !slices.Equal(got, append([]string{""}, want...)) {
			t.Errorf("%+v: %q, %v", o, got, err)
		}
		if e, err := ReadELF(bytes.NewReader(data)); err != nil || !e.Dynamic {
			t.Errorf("%+v: with sections the rest is not read: %+v, %v", o, e, err)
		}
		for n := range len(data) {
			if _, err := ELFSections(bytes.NewReader(data[:n])); err == nil {
				t.Errorf("%+v: %d of %d bytes were read without an error", o, n, len(data))
				break
			}
		}
	}
	if got, err := ELFSections(bytes.NewReader(elftest.Build(elftest.Object{}))); err != nil || got != nil {
		t.Errorf("stripped: %q, %v", got, err)
	}
	if _, err := ELFSections(bytes.NewReader([]byte("#!/bin/sh\n"))); !errors.Is(err, ErrNotELF) {
		t.Errorf("script: %v", err)
	}
}

func FuzzELFSections(f *testing.F) {
	f.Add(elftest.Build(elftest.Object{Sections: []string{".svm_heap"}}))
	f.Add(elftest.Build(elftest.Object{Class32: true, Big: true, Sections: []string{"a", ""}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, err := ELFSections(bytes.NewReader(data)); err == nil && len(list) > elfMaxSections {
			t.Errorf("%d sections", len(list))
		}
	})
}
