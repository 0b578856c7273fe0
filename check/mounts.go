package check

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// Mounts: folders and sockets of the host inside the container.

func hostSourcePath() Rule {
	return Rule{
		ID:       "fargate.volume-host-source-path-unsupported",
		Title:    "No folder of the host is mounted into a container",
		Remedy:   "Copy what never changes into the image; put shared files on EFS (NFS) and data of one task on EFS or EBS. What only the host has needs EC2.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostVolumeProperties.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     inVolumes(volumeHostPath),
		Run: func(s *Subject, r Reporter) {
			k := s.App.AnalysisInfo.Kernel
			mounts := where(k.Mounts, ofKind(model.MountBind, model.MountNFS, model.MountCIFS, model.MountFUSE))
			for _, u := range mounts {
				severity, message := judgeMount(u)
				r.FailAs(severity, message, at(u.Evidence)...)
			}
			if len(mounts) == 0 {
				unseen(s, r, "mounts")
			}
		},
	}
}

// judgeMount weighs a mount: NFS has an equal (EFS), files bound by a unit can be copied; what only the host has, and what needs
// a mount helper in the container, cannot be had.
func judgeMount(u model.KernelUse) (model.Severity, string) {
	switch {
	case u.Kind == model.MountNFS:
		return model.Breaks, fmt.Sprintf("it uses the NFS mount %s, which a task does not have until a volume stands for it", describe(u))
	case u.Kind != model.MountBind:
		return model.Blocker, fmt.Sprintf("it uses the %s mount %s, which a task cannot make", u.Kind, describe(u))
	case hostOnly(u.Name) || hostOnly(u.Detail):
		return model.Blocker, fmt.Sprintf("it sees %s of the host itself", describe(u))
	}
	return model.Warning, fmt.Sprintf("%s is bound into its file system by its unit", describe(u))
}

// hostOnly knows the folders whose content is the host and cannot be copied.
func hostOnly(path string) bool {
	return path == "/" || slices.ContainsFunc([]string{
		"/proc", "/sys", "/dev", "/run", "/var/run", "/boot", "/lib/modules", "/var/lib/docker", "/var/lib/containerd",
		"/var/lib/kubelet", "/var/log",
	}, func(root string) bool { return path == root || strings.HasPrefix(path, root+"/") })
}

func dockerSocket() Rule {
	return Rule{
		ID:       "fargate.docker-socket",
		Title:    "No container engine's socket is used",
		Remedy:   "Build images with Kaniko, start tasks through the ECS API; else run it on EC2, where the socket can be mounted.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostVolumeProperties.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Task:     inVolumes(volumeEngine),
		Run: func(s *Subject, r Reporter) {
			found := failUnix(s, r, engineSocket, "it %s the container engine of the host at %s")
			if !found {
				unseen(s, r, "sockets")
			}
		},
	}
}

func engineSocket(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return slices.Contains([]string{"docker.sock", "containerd.sock", "containerd.sock.ttrpc", "podman.sock", "crio.sock", "buildkitd.sock"}, base)
}

// failUnix makes one statement for each Unix socket outside the application that it is connected to, or told to use, and that matches. The
// model holds them as kernel sockets, as peers, or as both. format takes what it does and the socket.
func failUnix(s *Subject, r Reporter, match func(name string) bool, format string) bool {
	var said []string
	say := func(name, verb, text string, e model.Evidence) {
		if match(name) && !slices.Contains(said, name) {
			said = append(said, name)
			r.Fail(fmt.Sprintf(format, verb, text), at(e)...)
		}
	}
	for _, p := range s.App.AnalysisInfo.Peers {
		if p.Protocol == "unix" {
			say(p.Address, "is connected to", withPeer(p.Address, p.Process), p.Evidence)
		}
	}
	for _, u := range where(s.App.AnalysisInfo.Kernel.Sockets, ofKind(model.SocketUnix)) {
		verb := "is connected to"
		if u.Detail == model.SocketNamed {
			verb = "is configured to use"
		}
		say(u.Name, verb, withPeer(u.Name, u.Peer), u.Evidence)
	}
	return len(said) > 0
}

func withPeer(name, peer string) string {
	if peer == "" {
		return safe(name)
	}
	return safe(name) + " of " + safe(peer)
}
