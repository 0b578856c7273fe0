package kube

import "strconv"

// Mebibytes is a quantity as Kubernetes itself writes it: in the largest unit that leaves no fraction.
func Mebibytes(n int64) string {
	unit := 0
	for n != 0 && n%1024 == 0 && unit < 2 {
		n /= 1024
		unit++
	}
	return strconv.FormatInt(n, 10) + []string{"Mi", "Gi", "Ti"}[unit]
}

// Millicores is CPU in thousandths of a core, as Kubernetes itself writes it.
func Millicores(n int64) string {
	if n%1000 == 0 {
		return strconv.FormatInt(n/1000, 10)
	}
	return strconv.FormatInt(n, 10) + "m"
}
