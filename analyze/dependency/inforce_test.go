package dependency

import (
	"testing"

	"a2c/analyze/config"
	"a2c/model"
)

// TestIdle has lines of a domain.xml: one of the server's profile, one of another, one that loses; and of what is no document of the domain.
func TestIdle(t *testing.T) {
	at := func(line int) model.Place {
		return model.Place{Kind: "file", Key: "k", Path: "/d/domain.xml", Line: line}
	}
	f := readInForce(model.Configuration{Rules: "WildFly domain", Values: []model.ConfigValue{
		{Key: "profile/x", Place: at(3), Overrides: []model.ConfigOverridden{{Place: at(5)}}},
	}})
	for _, tc := range []struct {
		name string
		v    config.Setting
		want bool
	}{
		{"of_the_profile", config.Setting{File: "/d/domain.xml", Line: 3, Place: at(3)}, false},
		{"of_another", config.Setting{File: "/d/domain.xml", Line: 4, Place: at(4)}, true},
		{"overridden", config.Setting{File: "/d/domain.xml", Line: 5, Place: at(5)}, true},
		{"properties", config.Setting{File: "/d/a.properties", Line: 4}, false},
		{"variable", config.Setting{Place: model.Place{Kind: "env", Key: "A"}}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := f.idle(tc.v); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}
