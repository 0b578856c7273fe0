package workspace

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"a2c/internal/schema"
	"a2c/internal/schema/valid"
	"a2c/internal/term"
	"a2c/model"
)

// TestListsAreNeverNull writes every document of the model, empty and with one of everything whose own lists are empty, in every way that a2c writes
// documents.
func TestListsAreNeverNull(t *testing.T) {
	w := open(t)
	for name, document := range schema.Documents() {
		for kind, v := range map[string]reflect.Value{"empty": reflect.ValueOf(document), "one of each": oneOfEach(reflect.TypeOf(document), 0)} {
			t.Run(name+" "+kind, func(t *testing.T) {
				before, err := json.Marshal(v.Interface())
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Save("document.json", v.Interface()); err != nil {
					t.Fatal(err)
				}
				saved, err := os.ReadFile(w.Path("document.json"))
				if err != nil {
					t.Fatal(err)
				}
				noNull(t, "saved", saved)
				var out bytes.Buffer
				s := term.Streams{Out: &out}
				if err := s.Print(term.JSON, v.Interface(), func(io.Writer) error { return nil }); err != nil {
					t.Fatal(err)
				}
				noNull(t, "printed", out.Bytes())
				if after, _ := json.Marshal(v.Interface()); !bytes.Equal(before, after) {
					t.Error("the document itself was changed")
				}
				if kind == "one of each" {
					if err := valid.Document(strings.TrimSuffix(name, filepath.Ext(name))+".json", saved); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	files, err := w.CreateFiles("app")
	if err != nil {
		t.Fatal(err)
	}
	if err := files.Add(model.File{Path: "/x"}); err != nil {
		t.Fatal(err)
	}
	if err := files.Commit(); err != nil {
		t.Fatal(err)
	}
	line, err := os.ReadFile(w.Path("app/" + FilesFile))
	if err != nil {
		t.Fatal(err)
	}
	noNull(t, FilesFile, line)
}

func noNull(t *testing.T, what string, data []byte) {
	t.Helper()
	if at := bytes.Index(data, []byte("null")); at >= 0 {
		t.Errorf("%s: null in …%s", what, data[max(0, at-80):min(len(data), at+10)])
	}
}

// oneOfEach is a value whose pointers lead to something and whose lists hold one item, down to types that hold themselves.
func oneOfEach(t reflect.Type, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	if depth > 12 || t.PkgPath() == "time" {
		return v
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			// A list whose items have lists gets an item; one of plain values stays empty, as does what is left out then.
			if f := t.Field(i); f.IsExported() && (f.Type.Kind() != reflect.Slice || f.Type.Elem().Kind() == reflect.Struct) {
				v.Field(i).Set(oneOfEach(f.Type, depth+1))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(oneOfEach(t.Elem(), depth+1))
	case reflect.Slice:
		v.Set(reflect.Append(v, oneOfEach(t.Elem(), depth+1)))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(reflect.New(t.Key()).Elem(), oneOfEach(t.Elem(), depth+1))
	}
	return v
}
