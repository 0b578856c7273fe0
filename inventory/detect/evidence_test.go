package detect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"a2c/model"
)

// planted is the secret that fixtures hold in arguments, environments and files.
const planted = "s3cret"

// leaks reports the planted secret anywhere in an outcome.
func leaks(t *testing.T, o outcome) []string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if i := bytes.Index(b, []byte(planted)); i >= 0 {
		return []string{fmt.Sprintf("the planted secret stands in the result: %s", b[max(0, i-40):i+len(planted)])}
	}
	return nil
}

func TestLeakIsNoticed(t *testing.T) {
	if got := leaks(t, outcome{Apps: []model.App{{Cmdline: "java -Dpassword=" + planted}}}); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

// noEvidence lists the set fields of every object, however deep, that no source is named for.
func noEvidence(o outcome) []string {
	var problems []string
	for _, a := range o.Apps {
		problems = append(problems, walkEvidence(reflect.ValueOf(a), fmt.Sprintf("app %d", a.ProcessID))...)
	}
	return problems
}

func walkEvidence(v reflect.Value, at string) []string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return walkEvidence(v.Elem(), at)
	case reflect.Slice:
		var problems []string
		for i := range v.Len() {
			problems = append(problems, walkEvidence(v.Index(i), fmt.Sprintf("%s[%d]", at, i))...)
		}
		return problems
	case reflect.Struct:
		return structEvidence(v, at)
	}
	return nil
}

func structEvidence(v reflect.Value, at string) []string {
	field := v.FieldByName("Evidence")
	if !field.IsValid() {
		return nil // time.Time and the like
	}
	evidence := field.Interface().(model.Evidence)
	var problems, names []string
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		names = append(names, name)
		f := v.Field(i)
		switch {
		case name == "evidence" || f.IsZero():
		case holdsEvidence(f.Type()):
			problems = append(problems, walkEvidence(f, at+"."+name)...)
		case len(evidence[name]) == 0:
			problems = append(problems, fmt.Sprintf("%s.%s is set without evidence", at, name))
		}
	}
	for name := range evidence {
		if !slices.Contains(names, name) {
			problems = append(problems, fmt.Sprintf("%s has evidence for %q, which is no field", at, name))
		}
	}
	slices.Sort(problems)
	return problems
}

// holdsEvidence reports whether a type, or what it points to or lists, has evidence of its own.
func holdsEvidence(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	_, ok := t.FieldByName("Evidence")
	return ok
}

func TestEvidenceWalk(t *testing.T) {
	a := model.App{ProcessID: 7, Name: "x", Listeners: []model.Listener{{Port: 80, Binding: &model.Binding{Key: "k"}}}}
	a.Evidence.Add("processId", "y")
	a.Evidence.Add("nonsense", "y")
	got := noEvidence(outcome{Apps: []model.App{a}})
	want := []string{
		`app 7 has evidence for "nonsense", which is no field`, "app 7.listeners[0].binding.key is set without evidence",
		"app 7.listeners[0].port is set without evidence", "app 7.name is set without evidence",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
