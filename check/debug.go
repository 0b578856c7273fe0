package check

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// Debugging: what a developer left open.

func debugAgent() Rule {
	return Rule{
		ID:       "fargate.debug-agent",
		Title:    "No debugger can be attached to the application",
		Remedy:   "Start it without the agent, then analyze again: whoever reaches a JDWP port runs code as the application, and nothing asks for a password. Until then let no security group open the port.",
		Source:   "https://docs.oracle.com/en/java/javase/21/docs/specs/jpda/conninv.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Warning,
		Run: func(s *Subject, r Reporter) {
			i := s.App.AnalysisInfo
			for n, arg := range i.Cmdline {
				if agent(arg) && n > 0 {
					r.Fail(fmt.Sprintf("it starts with a debug agent, %s, which the image keeps", safe(arg)), model.FromArg(i.ProcessID, n))
				}
			}
			for _, v := range i.EnvKept {
				if javaOptions(v.Name) && slices.ContainsFunc(strings.Fields(v.Value), agent) {
					r.Fail(fmt.Sprintf("the variable %s starts a debug agent, and the image keeps it", safe(v.Name)), at(v.Evidence, "value", "name")...)
				}
			}
		},
	}
}

// agent knows the options that load the JDWP agent: "-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005", "-Xrunjdwp:…" of old.
func agent(option string) bool {
	option = strings.Trim(option, `"'`)
	return strings.HasPrefix(option, "-agentlib:jdwp") || strings.HasPrefix(option, "-Xrunjdwp") ||
		strings.HasPrefix(option, "-agentpath:") && strings.Contains(option, "libjdwp")
}

// javaOptions are the variables that a JVM or its launcher reads options from.
func javaOptions(name string) bool {
	return slices.Contains([]string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"}, name)
}
