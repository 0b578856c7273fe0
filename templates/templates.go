// Package templates holds the text of every output that is a language of its own, one folder per target. Values are put in by the
// target's own functions, which quote them; a template gives shape and comments.
package templates

import "embed"

// FS holds the templates by their path in this folder: "dockerfile/Dockerfile.tmpl".
//
//go:embed compose dockerfile ecs eks together verify
var FS embed.FS
