package check

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// Daemons: programs that run once per host, and what other programs on the host share with the application.

func hostAgent() Rule {
	return Rule{
		ID:       "fargate.host-agent",
		Title:    "It is no agent that runs once per host",
		Remedy:   "Use the managed counterpart (Container Insights, FireLens), or a sidecar in each task; an agent of the host needs a daemon service with ECS on EC2 or a DaemonSet on EC2 nodes.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Task:     taskAgent,
		Run: func(s *Subject, r Reporter) {
			k := s.App.AnalysisInfo.Kernel
			strong := where(k.HostReads, ofKind(model.ReadProc, model.ReadLog))
			strong = append(strong, where(k.Namespaces, ofKind(model.ViewPID, model.ViewNet))...)
			weak := where(k.HostReads, ofKind(model.ReadSys, model.ReadHost))
			serves := where(k.Sockets, ofKind(model.SocketServes))
			switch {
			case len(strong) > 0:
				all := slices.Concat(strong, weak, serves)
				r.Fail("it watches the whole host: "+list(all), evidenceOf(all)...)
			case len(weak) > 0:
				r.FailAs(model.Warning, "it reads what belongs to the host: "+list(weak), evidenceOf(weak)...)
			default:
				unseen(s, r, "hostReads", "namespaces")
			}
		},
	}
}

type use model.KernelUse

func (u use) String() string { return describe(model.KernelUse(u)) }

func list(uses []model.KernelUse) string {
	named := make([]use, len(uses))
	for i, u := range uses {
		named[i] = use(u)
	}
	return few(named)
}

func evidenceOf(uses []model.KernelUse) []model.Source {
	var sources []model.Source
	for _, u := range uses {
		sources = append(sources, at(u.Evidence)...)
	}
	return sources
}

func pidMode() Rule {
	return Rule{
		ID:       "fargate.pid-mode-task-only",
		Title:    "Processes outside the task are neither seen nor traced (pidMode is task or not set)",
		Remedy:   "Run the tool as a sidecar with pidMode task, beside the process that it looks at; to see the host's processes, run it on EC2.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     taskPIDMode,
		Run: func(s *Subject, r Reporter) {
			k := s.App.AnalysisInfo.Kernel
			uses := slices.Concat(where(k.Namespaces, ofKind(model.ViewPID)), where(k.HostReads, ofKind(model.ReadProc)))
			if len(uses) == 0 {
				unseen(s, r, "namespaces", "hostReads")
				return
			}
			r.Fail("it looks into processes that are not its own: "+list(uses), evidenceOf(uses)...)
		},
	}
}

func ipcMode() Rule {
	return Rule{
		ID:       "fargate.ipc-mode-unsupported",
		Title:    "No memory is shared with other applications (ipcMode is not set)",
		Remedy:   "Put both programs into one container, or let them talk over a socket; else ECS on EC2 with ipcMode task.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     taskIPCMode,
		Run: func(s *Subject, r Reporter) {
			k := s.App.AnalysisInfo.Kernel
			shared := where(k.SharedMemory, func(u model.KernelUse) bool { return u.Peer != "" })
			for _, u := range shared {
				r.Fail(fmt.Sprintf("it shares the memory segment %s with %s", describe(u), safe(u.Peer)), at(u.Evidence)...)
			}
			views := where(k.Namespaces, ofKind(model.ViewIPC))
			failEach(r, views, "it holds another IPC namespace: %s")
			if len(shared)+len(views) == 0 {
				unseen(s, r, "sharedMemory")
			}
		},
	}
}

func unixSocketPeer() Rule {
	return Rule{
		ID:       "fargate.unix-socket-peer",
		Title:    "No Unix socket joins it to another service of the host",
		Remedy:   "Run both in one task with a shared volume for the socket, or use TCP.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			found := failUnix(s, r, func(name string) bool {
				return !engineSocket(name) && !logSocket(name) && !systemSocket(name)
			}, "it %s the Unix socket %s")
			serves := where(s.App.AnalysisInfo.Kernel.Sockets, ofKind(model.SocketServes))
			for _, u := range serves {
				r.Fail(fmt.Sprintf("%s is connected to its Unix socket %s", orSomebody(u.Peer), safe(u.Name)), at(u.Evidence)...)
			}
			if !found && len(serves) == 0 {
				unseen(s, r, "sockets")
			}
		},
	}
}

func orSomebody(peer string) string {
	if peer == "" {
		return "another process"
	}
	return safe(peer)
}

// systemSocket knows services that the C library and runtimes try and do without: name caches, service notification.
func systemSocket(name string) bool {
	return hasAnyPrefix(name, "/run/systemd/", "/run/nscd/", "/var/run/nscd/", "/var/lib/sss/pipes/", "@/org/freedesktop/systemd1/")
}

func logSocket(name string) bool {
	return slices.Contains([]string{"/dev/log", "/run/systemd/journal/dev-log", "/run/systemd/journal/socket", "/run/systemd/journal/syslog"}, name)
}

func syslogDevlog() Rule {
	return Rule{
		ID:       "fargate.syslog-devlog",
		Title:    "Logs do not go to the host's syslog or journal",
		Remedy:   "Log to the console, which the log driver collects, or to a FireLens sidecar that listens on a port.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			if !failUnix(s, r, logSocket, "it %s the log socket %s, where nothing listens in a task") {
				unseen(s, r, "sockets")
			}
		},
	}
}

func multicast() Rule {
	return Rule{
		ID:       "fargate.multicast",
		Title:    "No multicast is used: a VPC does not carry it",
		Remedy:   "Find the other members by DNS or a list over TCP (Cloud Map, JGroups TCPPING or DNS_PING), or keep sessions outside the application.",
		Source:   "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-multicast-overview.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			groups := where(s.App.AnalysisInfo.Kernel.Sockets, func(u model.KernelUse) bool {
				return u.Kind == model.SocketMulticast && !everyHost(u.Name)
			})
			failEach(r, groups, "it is a member of the multicast group %s")
			if len(groups) == 0 {
				unseen(s, r, "sockets")
			}
		},
	}
}

// everyHost knows the groups that each interface joins by itself: all hosts, and IPv6's all nodes and solicited nodes (RFC 4291, 2.7.1).
func everyHost(group string) bool {
	return group == "224.0.0.1" || group == "ff01::1" || group == "ff02::1" || strings.HasPrefix(group, "ff02::1:ff")
}
