package check

import (
	"cmp"
	"fmt"
	"slices"

	"a2c/model"
)

// Ports: what a task's one network interface can offer, and who can reach it.

func portUnique() Rule {
	return Rule{
		ID:       "fargate.port-unique-in-task",
		Title:    "Each port is used once in a task: its containers share one network interface",
		Remedy:   "Give one of the listeners another port, or make two services of the application.",
		Note:     `One port for two protocols: the API page forbids it, AWS took the same note out of the guide as untrue in 2020 (amazon-ecs-developer-guide#128), and a service with both was refused in 2023 (terraform-aws-ecs#89). It is a warning.`,
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html",
		Targets:  []string{ECSFargate, ECSEC2, EKSFargate},
		Severity: model.Blocker,
		Task:     taskPortUnique,
		Run: func(s *Subject, r Reporter) {
			listeners := s.App.AnalysisInfo.App.Listeners
			for i, a := range listeners {
				for _, b := range listeners[i+1:] {
					both := slices.Concat(at(a.Evidence, "port"), at(b.Evidence, "port"))
					switch {
					case a.Port != b.Port:
					case a.Protocol == b.Protocol && a.PID != b.PID && a.Address != b.Address:
						r.Fail(fmt.Sprintf("two processes listen on port %d of different addresses: %d on %s, %d on %s",
							a.Port, a.PID, safe(a.Address), b.PID, safe(b.Address)), both...)
					case a.Protocol != b.Protocol && s.Target == ECSFargate:
						r.FailAs(model.Warning, fmt.Sprintf("port %d is used for %s and %s: a load balancer has refused such a service",
							a.Port, safe(a.Protocol), safe(b.Protocol)), both...)
					}
				}
			}
		},
	}
}

func protocolTCPUDP() Rule {
	return Rule{
		ID:       "fargate.protocol-tcp-udp-only",
		Title:    "Only TCP and UDP are listened to",
		Remedy:   "Offer the service over TCP or UDP, or run it on EC2 with network mode host.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html",
		Targets:  []string{ECSFargate, ECSEC2, EKSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerProtocol),
		Run: func(s *Subject, r Reporter) {
			sockets := where(s.App.AnalysisInfo.Kernel.Sockets, func(u model.KernelUse) bool {
				// Ping works: NET_RAW is in the default set (https://github.com/aws/containers-roadmap/issues/409).
				ping := u.Kind == model.SocketRaw && (u.Detail == "icmp" || u.Detail == "ipv6-icmp")
				return !ping && slices.Contains([]model.UseKind{model.SocketRaw, model.SocketSCTP, model.SocketPacket}, u.Kind)
			})
			for _, u := range sockets {
				severity := model.Blocker
				if u.Kind != model.SocketSCTP { // no port mapping is refused, but nothing arrives
					severity = model.Breaks
				}
				r.FailAs(severity, fmt.Sprintf("it receives what no port mapping can bring: %s", describe(u)), at(u.Evidence)...)
			}
			if len(sockets) == 0 {
				unseen(s, r, "sockets")
			}
		},
	}
}

func privilegedPort() Rule {
	return Rule{
		ID:       "fargate.privileged-port-nonroot",
		Title:    "A container that does not run as root listens on ports from 1024 up",
		Remedy:   "Listen on a port from 1024 up, the load balancer keeps the old one; or set systemControls net.ipv4.ip_unprivileged_port_start=0, as a2c's task definition does.",
		Source:   "https://github.com/aws/containers-roadmap/issues/1721",
		Targets:  []string{ECSFargate},
		Severity: model.Breaks,
		Task:     taskPrivilegedPort,
		Run: func(s *Subject, r Reporter) {
			user := s.App.AnalysisInfo.App.User
			if user.UID == 0 {
				return
			}
			for _, l := range s.App.AnalysisInfo.App.Listeners {
				if l.Port < 1024 {
					r.Fail(fmt.Sprintf("it listens on port %d as user %d, not as root", l.Port, user.UID),
						slices.Concat(at(l.Evidence, "port"), at(user.Evidence, "uid"))...)
				}
			}
		},
	}
}

func loopbackListener() Rule {
	return Rule{
		ID:       "fargate.loopback-listener",
		Title:    "The application listens on an address that a load balancer can reach",
		Remedy:   "Only where the finding says that a2c containerize opens it, nothing is to be done (but to leave out --keep-bind). Else set the listener's address to 0.0.0.0 in the application's own configuration, restart it and analyze again; or run the proxy in front of it as a sidecar.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			listeners := s.App.AnalysisInfo.App.Listeners
			if s.Image != nil {
				listeners = s.Image.Needs.Ports
			}
			listeners = slices.DeleteFunc(slices.Clone(listeners), local)
			reachable := slices.ContainsFunc(listeners, func(l model.Listener) bool { return !l.Loopback() })
			for _, l := range listeners {
				if l.Loopback() {
					severity, message := judgeLoopback(s, l, reachable)
					r.FailAs(severity, message, slices.Concat(at(l.Evidence, "address"), bindingEvidence(l))...)
				}
			}
		},
	}
}

// local knows listeners that are meant for the host itself: nobody misses them in a task.
func local(l model.Listener) bool {
	return slices.Contains([]string{"shutdown", "jmx", "debug"}, l.Purpose)
}

// judgeLoopback weighs a listener that only the host can reach: before the image is built, one whose setting is known will be opened.
func judgeLoopback(s *Subject, l model.Listener, reachable bool) (model.Severity, string) {
	where := "it listens on " + endpoint(l.Address, l.Port)
	switch {
	case s.Image == nil && l.Binding != nil && l.Purpose != "ajp" && l.Binding.Opens(s.App.AnalysisInfo.ApplicationType):
		return model.Info, fmt.Sprintf("%s; a2c containerize opens it in the image (%s)", where, safe(l.Binding.Mechanism))
	case reachable:
		return model.Warning, where + " only, and stays closed; other ports can be reached"
	case s.Image != nil:
		return model.Breaks, where + " only, in the image too: nothing can reach it"
	case l.Binding != nil:
		return model.Breaks, fmt.Sprintf("%s only: nothing can reach it; a2c containerize does not change %s, so change it yourself, and analyze again", where, setting(*l.Binding))
	}
	return model.Breaks, where + " only, and the setting that decides this is not known: nothing can reach it; a2c containerize cannot open it"
}

// setting names what decides a listener's address: "server.host (helidon-property) in /opt/x/application.yaml".
func setting(b model.Binding) string {
	text := cmp.Or(safe(b.Key), "the address")
	if b.Mechanism != "default" {
		text += " (" + safe(b.Mechanism) + ")"
	}
	if b.File != "" {
		text += " in " + b.File.String()
	}
	return text
}

func bindingEvidence(l model.Listener) []model.Source {
	if l.Binding == nil {
		return nil
	}
	return at(l.Binding.Evidence, "value")
}
