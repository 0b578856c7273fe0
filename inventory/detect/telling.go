package detect

import (
	"path"
	"slices"
	"strings"
)

// saysNothing reports the name of a class or a program that many have: people tell applications apart by something else.
func saysNothing(name string) bool {
	return slices.Contains([]string{"app", "application", "boot", "bootstrap", "launcher", "main", "run", "start", "starter"}, strings.ToLower(name))
}

// telling is the name, or where it says nothing what does: the archive's, else that of a folder: "shop" for app.jar in /opt/shop/current.
func telling(name, artifact, dir string) string {
	if !saysNothing(simpleName(name)) {
		return name
	}
	if strings.HasSuffix(artifact, ".jar") && !saysNothing(stem(artifact)) {
		return stem(artifact)
	}
	for ; !everybodys(dir); dir = path.Dir(dir) {
		folder := path.Base(dir)
		if !saysNothing(folder) && !slices.Contains([]string{"bin", "build", "classes", "current", "dist", "latest", "lib", "libs", "out", "release", "target"}, folder) {
			return folder
		}
	}
	return name
}
