package files

import (
	"strings"
	"testing"
)

func TestRotatedLog(t *testing.T) {
	for name, want := range map[string]bool{
		"app.log.1": true, "app.log.12.gz": true, "app.log.2026-11-24": true, "app.log.2026-11-24_10.zip": true, "app.log.20261124-0.old": true,
		"server.log.lck": true, "server.log.2026-11-24T10-00-00Z": true, "audit.log.prev": true,
		"org.apache.karaf.log.cfg": false, "app.log.properties": false, "app.log": false, "app.log.": false, "log.1": false, "com.example.log.jar": false,
		"app.log.1.json": false,
	} {
		if got := RotatedLog(strings.ToLower(name)); got != want {
			t.Errorf("RotatedLog(%q) = %v", name, got)
		}
	}
}
