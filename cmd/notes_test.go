package cmd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func TestSecretLines(t *testing.T) {
	at := func(line int, comment bool) model.Secret {
		return model.Secret{Name: "keycloak.conf", Kind: "password", Comment: comment, Place: model.Place{Kind: "file", Path: "/kc/keycloak.conf", Line: line}}
	}
	var b strings.Builder
	secretLines(&b, "secret", []model.Secret{at(3, false), at(4, false), at(12, true)})
	want := "secret keycloak.conf (password) in file /kc/keycloak.conf:3, and 1 more there\n" +
		"secret keycloak.conf (password) in a comment of file /kc/keycloak.conf:12\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
