package asked

import (
	"strings"

	"a2c/model"
)

// kind of application, as far as it decides where it says how it is and what it offers.
type kind int

const (
	other kind = iota
	spring
	quarkus
	micronaut
	helidon
	microProfile // WildFly, Open Liberty
	payara
	dotnet
)

func kindOf(a model.AnalysisInfo) kind {
	name := a.ApplicationType + " " + strings.ToLower(a.App.Platform.Name)
	for _, k := range []struct {
		part string
		kind kind
	}{
		{"spring", spring},
		{"quarkus", quarkus},
		{"micronaut", micronaut},
		{"helidon", helidon},
		{"liberty", microProfile},
		{"wildfly", microProfile},
		{"payara", payara},
		{"dotnet", dotnet},
		{"asp.net", dotnet},
	} {
		if strings.Contains(name, k.part) {
			return k.kind
		}
	}
	return other
}

// Health are the paths where an application of this kind commonly says how it is, on its main port or on one for management. Whether it has one shows when it is
// asked.
func Health(a model.AnalysisInfo, management bool) []string {
	switch kindOf(a) {
	case payara:
		if management { // the console, which takes any path for its own
			return nil
		}
		return []string{"/health"}
	case spring:
		return []string{"/actuator/health"}
	case quarkus:
		return []string{"/q/health"}
	case micronaut, microProfile:
		return []string{"/health"}
	case helidon:
		return []string{"/observe/health"}
	case dotnet:
		return []string{"/health", "/healthz"}
	}
	return nil
}

// ActuatorPath is where Spring Boot lists its endpoints; "" for others.
func ActuatorPath(a model.AnalysisInfo) string {
	if kindOf(a) == spring {
		return "/actuator"
	}
	return ""
}

// IsHealth reports whether a path is one where applications say how they are: what it says depends on what they depend on.
func IsHealth(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		switch part {
		case "health", "healthz", "livez", "readyz", "healthcheck", "ready", "readiness", "liveness", "live", "status":
			return true
		}
	}
	return false
}
