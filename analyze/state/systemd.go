package state

import (
	"strings"

	"a2c/analyze/config"
	"a2c/model"
)

// systemd finds the folders that systemd has made for a unit and names in variables, lists with colons (systemd.exec(5), StateDirectory=).
func (f *finder) systemd() {
	for _, name := range []string{"STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY"} {
		value, _ := f.s.Main.Getenv(name)
		for p := range strings.SplitSeq(value, ":") {
			if !strings.HasPrefix(p, "/") || config.Shared(p) || f.holdsProgram(f.real(p)) || !f.writable(p) {
				continue
			}
			switch name {
			case "STATE_DIRECTORY":
				f.addDir(p, "unknown", "named by "+name, model.FromEnv(f.s.Main.PID, name))
			case "CACHE_DIRECTORY":
				f.empty[f.real(p)] = "config: a cache (" + string(model.FromEnv(f.s.Main.PID, name)) + ")"
			case "LOGS_DIRECTORY":
				f.empty[f.real(p)] = "log: folder of log files"
			}
		}
	}
}
