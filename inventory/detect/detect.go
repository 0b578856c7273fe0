// Package detect finds applications: one file per kind, testdata/<kind>/ beside it.
package detect

import (
	"context"
	"errors"

	"a2c/inventory/host"
	"a2c/model"
)

// ErrNotMine is a detector's answer for a group that it matched but does not know after all: the next one is asked.
var ErrNotMine = errors.New("not mine")

// Detector recognises one kind of application. It reads the host through h and g alone.
type Detector interface {
	// Name is the application type and the prefix of the ID: "java-tomcat" (file java_tomcat.go, testdata/java-tomcat/).
	Name() string
	// Match is a cheap maybe, from argv and exe.
	Match(p *host.Process) bool
	// Detect returns the group's applications, each claiming its PIDs, or ErrNotMine. Errors do not name the detector.
	Detect(ctx context.Context, h *host.Host, g host.Group) ([]model.App, error)
}

// All lists the detectors. Order is meaning: the first that does not answer ErrNotMine has the group, so the generic kinds stand last.
// The detectors of one list share what they read of a process; a list serves one run.
func All() []Detector { return detectors(views{}) }

func detectors(seen views) []Detector {
	jvm, compiled := onJVM{seen}, onCompiled{seen, &looked{}}
	return []Detector{
		javaTomEE{jvm},
		javaTomcat{jvm},
		javaJetty{jvm},
		javaLiberty{jvm},
		javaJBoss{jvm},
		javaGlassFish{jvm},
		javaKaraf{jvm},
		javaWebSphere{jvm},
		javaWebLogic{jvm},
		javaOSGi{jvm},
		javaSpringBoot{jvm},
		javaQuarkus{jvm},
		javaMicronaut{jvm},
		javaHelidon{jvm},
		javaGeneric{jvm},
		javaNative{compiled},
		dotnetMono{seen},
		dotnetSingle{compiled},
		dotnetGeneric{seen},
	}
}
