package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"a2c/model"
)

// State and surroundings: what a task loses when it ends, and what it does not find where it starts.

func localState() Rule {
	return Rule{
		ID:       "fargate.local-state",
		Title:    "Nothing that must survive is kept on the task's own disk",
		Remedy:   "Put the folder on EFS (a2c's stack does so), or better move its content to RDS, S3 or ElastiCache. A database file takes one task at a time.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			for _, state := range s.App.AnalysisInfo.State {
				what := fmt.Sprintf("%s holds %s in %s", state.Path, size(state.Bytes), count(state.Files, "file"))
				if sparse := state.DiskBytes < state.Bytes/2; sparse && state.DiskBytes > 0 {
					what += fmt.Sprintf(" (%s on disk: files with holes)", size(state.DiskBytes))
				}
				what += contents(state)
				if state.Kind == "lock" {
					continue
				}
				if state.SingleFile {
					r.Fail(what+", lost with each task; it lies beside the program, where no volume can hold it: tell the application to keep it in a folder of its own, then analyze again", at(state.Evidence, "path")...)
					continue
				}
				advice := ""
				if state.Advice != "" {
					advice = "; " + safe(state.Advice) + ": " + safe(state.AdviceReason)
				}
				volume := covering(s, state.Path)
				switch {
				case state.Advice == "scratch":
					r.FailAs(model.Info, what+", lost with each task"+advice, at(state.Evidence, "path", "engines")...)
				case volume != "":
					r.FailAs(model.Warning, fmt.Sprintf("%s; the volume %s keeps it, over the network and for one task at a time%s", what, safe(volume), advice), at(state.Evidence, "path", "engines")...)
				default:
					r.Fail(what+", lost with each task"+advice, at(state.Evidence, "path", "engines")...)
				}
			}
		},
	}
}

// contents says what a folder holds, what it lies on, and how it grows, as far as that is known.
func contents(state model.StateDir) string {
	var words []string
	if state.Kind != "" && state.Kind != "unknown" {
		words = append(words, safe(state.Kind))
	}
	for _, e := range state.Engines {
		words = append(words, safe(e))
	}
	if state.Mount != "" {
		words = append(words, "on "+safe(state.Mount))
	}
	if state.GrowthPerHour > 0 {
		words = append(words, "grows by "+size(state.GrowthPerHour)+" an hour")
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// covering names the volume that a path lies on, from deployment.json or, before there is one, from what the image needs.
func covering(s *Subject, path model.Path) string {
	var volumes []model.Mount
	switch {
	case s.Deployment != nil:
		volumes = s.Deployment.Volumes
	case s.Image != nil:
		volumes = s.Image.Needs.State
	}
	for _, v := range volumes {
		if path == v.Path || strings.HasPrefix(string(path), strings.TrimSuffix(string(v.Path), "/")+"/") {
			return v.Name
		}
	}
	return ""
}

func secretsNotInEnv() Rule {
	return Rule{
		ID:       "fargate.secrets-not-in-env",
		Title:    "Secrets reach the container by reference, not as plain environment or arguments",
		Remedy:   "Store the value in Secrets Manager or Parameter Store and name it in secrets.valueFrom, as a2c's files do; it is injected when the task starts.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html",
		Targets:  []string{ECSFargate, ECSEC2, EKSFargate, EKSEC2},
		Severity: model.Warning,
		Task:     inContainers(taskSecrets),
		Pod:      podSecrets,
		Run: func(s *Subject, r Reporter) {
			for _, kind := range []string{"env", "argv"} {
				names, sources := plainSecrets(s, kind)
				if len(names) > 0 {
					r.Fail(fmt.Sprintf("%s in its %s: %s", count(len(names), "secret"), places(kind), few(names)), sources...)
				}
			}
		},
	}
}

func places(kind string) string {
	if kind == "argv" {
		return "command line"
	}
	return "environment"
}

func plainSecrets(s *Subject, kind string) (names []model.Path, sources []model.Source) {
	for _, secret := range s.App.AnalysisInfo.Secrets {
		if secret.Place.Kind == kind {
			names = append(names, model.Path(secret.Name))
			sources = append(sources, at(secret.Evidence, "place")...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), sources
}

func imdsDependency() Rule {
	return Rule{
		ID:       "fargate.imds-dependency",
		Title:    "The instance metadata service of EC2 is not needed",
		Remedy:   "Let the AWS SDK find credentials itself (task role at 169.254.170.2, IRSA on EKS), and read facts from the task metadata endpoint ECS_CONTAINER_METADATA_URI_V4.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			found := false
			for _, p := range s.App.AnalysisInfo.Peers {
				a, err := netip.ParseAddr(p.Address)
				if err != nil || a.Unmap() != netip.AddrFrom4([4]byte{169, 254, 169, 254}) && a.String() != "fd00:ec2::254" {
					continue
				}
				found = true
				r.Fail(fmt.Sprintf("it is connected to the instance metadata service at %s", a), at(p.Evidence)...)
			}
			if !found {
				unseen(s, r, "peers")
			}
		},
	}
}

func logDriver() Rule {
	return Rule{
		ID:       "fargate.log-driver",
		Title:    "Logs go to the console: awslogs, splunk and awsfirelens collect nothing else",
		Remedy:   "Let the application log to its console (Tomcat: ConsoleHandler in logging.properties; Spring Boot: leave out logging.file.name); else add a FireLens sidecar that reads the files from a shared volume.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerLogDriver),
		// AWS refuses another driver; log files that nobody collects break nothing.
		Run: func(s *Subject, r Reporter) {
			var files []model.Path
			var sources []model.Source
			for _, l := range s.App.AnalysisInfo.Logs {
				if !toConsole(s, l) {
					files = append(files, l.Path)
					sources = append(sources, at(l.Evidence, "path")...)
				}
			}
			if len(files) > 0 {
				r.FailAs(model.Info, fmt.Sprintf("it logs to %s, which no log driver reads: %s", count(len(files), "file"), few(files)), sources...)
			}
		},
	}
}

// toConsole reports whether the file is the console in a container: its standard output or error leads there on the host, or the image
// links it.
func toConsole(s *Subject, l model.LogFile) bool {
	for _, from := range l.Evidence["path"] {
		if strings.HasSuffix(string(from), "/fd/1") || strings.HasSuffix(string(from), "/fd/2") {
			return true
		}
	}
	return s.Image != nil && slices.ContainsFunc(s.Image.Changes, func(c model.Change) bool {
		return c.Kind == "log" && c.Target == string(l.Path)
	})
}
