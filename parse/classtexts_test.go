package parse

import (
	"errors"
	"slices"
	"testing"
)

func TestClassTexts(t *testing.T) {
	class := moduleInfo("shop.web")
	var got []string
	if err := ClassTexts(class, func(b []byte) { got = append(got, string(b)) }); err != nil || !slices.Contains(got, "shop.web") {
		t.Errorf("%q, %v", got, err)
	}
	for name, data := range map[string][]byte{"no_class": []byte("PK\x03\x04"), "cut_off": class[:20], "empty": nil} {
		if err := ClassTexts(data, func([]byte) {}); !errors.Is(err, ErrNoClass) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzClassTexts(f *testing.F) {
	f.Add(moduleInfo("a"))
	f.Fuzz(func(t *testing.T, class []byte) {
		n := 0
		_ = ClassTexts(class, func(b []byte) { n += len(b) })
		if n > len(class) {
			t.Errorf("%d bytes of text in %d", n, len(class))
		}
	})
}
