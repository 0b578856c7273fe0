package verify

import (
	"errors"
	"fmt"
	"testing"

	"a2c/model"
	"a2c/verify/missing"
)

// TestNotStarted: what an image looked for that did not even start, such as its program, is told all the same.
func TestNotStarted(t *testing.T) {
	err := error(&notStarted{fmt.Errorf("%w: exec", ErrStart), []missing.Found{{Path: "/opt/run", Real: "/opt/run", Mode: 0o755, Call: "execve", Count: 1}}, []model.Skip{{What: "x"}}})
	if !errors.Is(err, ErrStart) {
		t.Fatal("it does not say that the image is to blame")
	}
	var v model.Verification
	if err := new(run).missing(err, &v); err != nil || len(v.Lacking()) != 1 || len(v.Skips) != 1 {
		t.Errorf("%+v %v", v, err)
	}
	if err := new(run).missing(ErrStart, &v); err != nil || len(v.MissingFiles) != 1 {
		t.Errorf("an engine tells nothing: %+v %v", v, err)
	}
}
