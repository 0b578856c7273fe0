package kube

import (
	"strconv"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
)

// TestQuantities: what is written is what Kubernetes itself would write, so that nothing differs when it is read back.
func TestQuantities(t *testing.T) {
	for _, n := range []int64{1, 64, 512, 1000, 1023, 1024, 1536, 2048, 3 * 1024, 120 << 10, 1 << 20, 3 << 19, 5 << 20} {
		q := resource.MustParse(strconv.FormatInt(n, 10) + "Mi")
		if got := Mebibytes(n); got != q.String() {
			t.Errorf("%d MiB: %s, want %s", n, got, q.String())
		}
	}
	for _, n := range []int64{1, 50, 100, 999, 1000, 1500, 2000, 16000, 96500} {
		if got, want := Millicores(n), resource.NewMilliQuantity(n, resource.DecimalSI).String(); got != want {
			t.Errorf("%d millicores: %s, want %s", n, got, want)
		}
	}
}
