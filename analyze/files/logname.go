package files

import "strings"

// RotatedLog reports whether a name in lower case is that of a log that was put aside: "app.log.1", "app.log.2026-11-24.gz", "app.log.20261124-0.old".
// A word behind ".log." makes it something else: "org.apache.karaf.log.cfg" configures the log.
func RotatedLog(lower string) bool {
	_, rest, found := strings.Cut(lower, ".log.")
	if !found || rest == "" {
		return false
	}
	for part := range strings.FieldsFuncSeq(rest, func(r rune) bool { return strings.ContainsRune(".-_", r) }) {
		switch part {
		case "gz", "zip", "bz2", "xz", "zst", "z", "old", "bak", "prev", "previous", "last", "lck", "tmp":
		default:
			if strings.Trim(part, "0123456789thz") != "" { // also 2026-11-24T10:00Z in parts
				return false
			}
		}
	}
	return true
}
