package inforce

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQuarkusKeys says which key a variable or a %profile.key stands for. prod is active, and site counts more.
func TestQuarkusKeys(t *testing.T) {
	q := ordinals{profiles: []string{"site", "prod"}, known: map[string]string{"app_max_size": "app.max-size", "app_list_0_": "app.list[0]"}}
	type named struct {
		Key  string
		Rank int
	}
	got := map[string]named{}
	for _, name := range []string{"APP_MAX_SIZE", "app.max-size", "APP_LIST_0_", "_SITE_APP_MAX_SIZE", "_PROD_APP_NEW", "_DEV_APP_MAX_SIZE", "QUARKUS_HTTP_PORT", "PATH"} {
		key, rank := q.keyOf(name)
		got["variable "+name] = named{key, rank}
	}
	for _, written := range []string{"a.b", "%site.a.b", "%prod.a.b", "%dev.a.b", "%dev,prod.a.b", "%"} {
		key, rank := q.active(written)
		got["key "+written] = named{key, rank}
	}
	want := map[string]named{
		"variable APP_MAX_SIZE": {"app.max-size", 0}, "variable app.max-size": {"app.max-size", 0}, "variable APP_LIST_0_": {"app.list[0]", 0},
		"variable _SITE_APP_MAX_SIZE": {"app.max-size", 2}, "variable _PROD_APP_NEW": {"app.new", 1}, "variable _DEV_APP_MAX_SIZE": {"_DEV_APP_MAX_SIZE", 0},
		"variable QUARKUS_HTTP_PORT": {"quarkus.http.port", 0}, "variable PATH": {"PATH", 0},
		"key a.b": {"a.b", 0}, "key %site.a.b": {"a.b", 2}, "key %prod.a.b": {"a.b", 1}, "key %dev,prod.a.b": {"a.b", 1}, "key %dev.a.b": {"%dev.a.b", 0}, "key %": {"%", 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMicronautVariable(t *testing.T) {
	for key, want := range map[string]string{"app.max-size": "app_max_size", "app.maxSize": "app_max_size", "APP_MAX_SIZE": "app_max_size", "app.list[0]": "app.list[0]"} {
		if got := micronautVariable(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}
