package generate

import (
	"testing"
	"time"

	"a2c/model"
)

// BenchmarkGenerate writes all files of one application, by target: 50 ms are the most that is meant to pass.
func BenchmarkGenerate(b *testing.B) {
	var list []model.Deployment
	for _, name := range []string{"tomcat", "springboot", "dotnet", "agent"} {
		s := samples()[name]
		d := Propose(s.analysis, s.image, s.seen)
		d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		list = append(list, d)
	}
	for _, target := range Names() {
		b.Run(target, func(b *testing.B) {
			i := 0
			for b.Loop() {
				if _, err := Render(b.Context(), list[i%len(list)], []string{target}); err != nil {
					b.Fatal(err)
				}
				i++
			}
			if each := b.Elapsed() / time.Duration(b.N); b.N > 10 && each > 50*time.Millisecond {
				b.Errorf("%s for each application, want 50 ms at most", each)
			}
		})
	}
	b.Run("together", func(b *testing.B) {
		for b.Loop() {
			if _, err := Together(b.Context(), "shop", trio(), Names()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
