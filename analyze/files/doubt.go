package files

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
)

// large is the size from which on a file should have a better reason to be in than where it lies.
const large = 256 << 20

// doubt says why a decision is only a default; "" when it is none.
func doubt(f model.File) string {
	if f.Type == "file" && f.Decision == model.In && f.Layer == model.LayerApp && f.Size >= large && !slices.ContainsFunc(f.Reasons, firm) {
		return "it is large, and only the folder that it lies in says that it belongs to the application"
	}
	if f.Decision == model.In {
		return ""
	}
	for _, r := range f.Reasons {
		if why := doubtOf(r); why != "" {
			return why
		}
	}
	return ""
}

// firm reports whether a reason says more than where a file lies.
func firm(reason string) bool {
	return !strings.HasPrefix(reason, "layout: ") && !strings.HasPrefix(reason, "note: ") && !secondary(reason)
}

// doubtOf says why one reason against a file may be mistaken.
func doubtOf(reason string) string {
	switch {
	case strings.HasPrefix(reason, "sparse: "):
		return "nothing speaks against it but its holes"
	case reason == "junk: backup of a file":
		return "only its name says that it is a backup"
	case reason == "log: by its name":
		return "only its name says that it is a log"
	case strings.HasPrefix(reason, "layout: archive beside "):
		return "a class loader of the application's own may look for it"
	case strings.HasPrefix(reason, "other: ") && strings.HasSuffix(reason, " writes it"):
		return "this application may read it, too"
	case strings.HasPrefix(reason, "deleted: ") && strings.HasSuffix(reason, " any more"):
		return "the application still reads it; analyze --recover-deleted takes its content"
	case strings.HasPrefix(reason, "state: changed after the start: "):
		return "only its time says that it is data"
	}
	return ""
}

// group says what a file is to the application.
func (s *Set) group(f model.File) string {
	switch f.Decision {
	case model.Out:
		return ""
	case model.State, model.Empty:
		return model.GroupState
	}
	switch f.Layer {
	case model.LayerRuntime:
		for _, native := range []string{"elf: ", "dlopen: ", "nss: "} {
			if len(f.Reasons) > 0 && strings.HasPrefix(f.Reasons[0], native) {
				return model.GroupLibraries
			}
		}
		return model.GroupRuntime
	case model.LayerLibs:
		return model.GroupServer
	case model.LayerConfig:
		return model.GroupConfiguration
	}
	switch path.Ext(string(f.Path)) {
	case ".jar", ".dll", ".so":
		if f.Type != "dir" && string(f.Path) != s.artifact {
			return model.GroupDependencies
		}
	}
	return model.GroupApplication
}
