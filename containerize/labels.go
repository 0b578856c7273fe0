package containerize

import (
	"strings"

	"a2c/model"
)

// Annotation keys of the image specification (image-spec, annotations.md). Labels of the same name are what engines show of them. None of them holds what
// differs from build to build: times, the host, a2c's version.
const (
	annotations = "org.opencontainers.image."
	titleKey    = annotations + "title"
	aboutKey    = annotations + "description"
	baseNameKey = annotations + "base.name"
	baseKey     = annotations + "base.digest"
	idKey       = "a2c.application-id"
)

// labels say what the image holds: the application, what it runs on, and the image that it stands on.
func labels(a model.AnalysisInfo, base *baseImage) map[string]string {
	title := a.App.Name
	if title == "" {
		title = a.AppID
	}
	var parts []string
	for _, of := range [][2]string{{a.App.Platform.Name, a.App.Platform.Version}, {a.App.Runtime.Name, a.App.Runtime.Version}} {
		if of[0] != "" {
			parts = append(parts, strings.TrimSpace(of[0]+" "+of[1]))
		}
	}
	out := map[string]string{titleKey: title, aboutKey: strings.Join(parts, " on "), idKey: a.AppID}
	if base != nil {
		out[baseNameKey], out[baseKey] = base.model.Reference, base.model.Digest
	}
	for key, value := range out {
		if _, ok := quote(value); !ok || value == "" { // a Dockerfile could not say it
			delete(out, key)
		}
	}
	return out
}
