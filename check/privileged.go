package check

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// Privileged mode: what a container on Fargate may not have, and what shows that the application needs it.

func privilegedUnsupported() Rule {
	return Rule{
		ID:       "fargate.privileged-unsupported",
		Title:    "No container is privileged",
		Remedy:   "Drop the need (mount volumes instead of mounting in the application, set kernel values outside), or run it on EC2: ECS on EC2, ECS Managed Instances or EKS on EC2 nodes.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerPrivileged),
		Run: func(s *Subject, r Reporter) {
			k := s.App.AnalysisInfo.Kernel
			devices := where(k.Devices, privilegedDevice)
			mounts := where(k.Mounts, ofKind(model.MountMade, model.MountLoop))
			writes := where(k.HostReads, func(u model.KernelUse) bool {
				return u.Kind == model.ReadSys && strings.Contains(u.Detail, "writing")
			})
			failEach(r, devices, "it has %s open, which only a privileged container sees")
			failEach(r, mounts, "it mounts file systems itself: %s")
			failEach(r, writes, "it writes below /sys, which is read-only in a container that is not privileged: %s")
			if len(devices)+len(mounts)+len(writes) == 0 {
				unseen(s, r, "devices", "mounts")
			}
		},
	}
}

// defaultCapabilities are those of every Fargate container: https://github.com/aws/containers-roadmap/issues/409
func defaultCapabilities() []string {
	return []string{
		"CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
		"CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
	}
}

func capabilitiesAdd() Rule {
	return Rule{
		ID:       "fargate.capabilities-add-sys-ptrace-only",
		Title:    "No capability but SYS_PTRACE is added to the default set",
		Remedy:   "Drop the need for the capability, or run it on EC2: ECS on EC2, ECS Managed Instances or EKS on EC2 nodes.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerCapabilities),
		Run: func(s *Subject, r Reporter) {
			found := false
			for _, c := range s.App.AnalysisInfo.Kernel.Capabilities {
				if why := wanted(s, c); why != "" {
					found = true
					r.Fail(fmt.Sprintf("it uses %s (%s), which cannot be added on Fargate", safe(c.Name), safe(why)), at(c.Evidence, "used")...)
				}
			}
			if !found {
				unseen(s, r, "capabilities")
			}
		},
	}
}

// wanted says why a capability is more than what everybody has. A root process with every capability shows nothing; a process that
// is not root has effective capabilities only because something gave them to it on purpose.
func wanted(s *Subject, c model.Capability) string {
	if slices.Contains(defaultCapabilities(), c.Name) || c.Name == "CAP_SYS_PTRACE" && s.Target == ECSFargate {
		return ""
	}
	if c.Used == "" && s.App.AnalysisInfo.App.User.UID != 0 {
		return "effective without being root"
	}
	return c.Used
}

func devicesUnsupported() Rule {
	return Rule{
		ID:       "fargate.devices-unsupported",
		Title:    "No host device is given to a container",
		Remedy:   "Replace the device by a service, or run it where devices can be given: linuxParameters.devices with ECS on EC2, a device plug-in with EKS on EC2 nodes.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerDevices),
		Run: func(s *Subject, r Reporter) {
			devices := where(s.App.AnalysisInfo.Kernel.Devices, func(u model.KernelUse) bool { return !gpu(u) && !privilegedDevice(u) })
			failEach(r, devices, "it has the device %s open")
			if len(devices) == 0 {
				unseen(s, r, "devices")
			}
		},
	}
}

func gpuUnsupported() Rule {
	return Rule{
		ID:       "fargate.gpu-unsupported",
		Title:    "No GPU or accelerator is asked for",
		Remedy:   "Run it on ECS Managed Instances or EC2 with a GPU instance type, or on EKS with GPU nodes.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     taskGPU,
		Run: func(s *Subject, r Reporter) {
			devices := where(s.App.AnalysisInfo.Kernel.Devices, gpu)
			failEach(r, devices, "it uses the accelerator %s")
			found := len(devices) > 0
			for _, l := range s.App.AnalysisInfo.Libraries {
				if gpuLibrary(l) {
					found = true
					r.Fail(fmt.Sprintf("it has the accelerator's driver library %s loaded", l.Path), at(l.Evidence, "path")...)
				}
			}
			if !found {
				unseen(s, r, "devices")
			}
		},
	}
}

func gpu(u model.KernelUse) bool {
	return hasAnyPrefix(u.Name, "/dev/nvidia", "/dev/neuron", "/dev/dri/", "/dev/kfd")
}

// gpuLibrary knows the driver's own libraries: they exist only where a driver is installed. Toolkits such as libcudart are linked by
// programs that also run without a GPU.
func gpuLibrary(l model.Library) bool {
	name := string(l.Path[strings.LastIndexByte(string(l.Path), '/')+1:])
	return hasAnyPrefix(name, "libcuda.so", "libnvidia-", "libnrt.so")
}

func privilegedDevice(u model.KernelUse) bool {
	return hasAnyPrefix(u.Name, "/dev/mem", "/dev/kmem", "/dev/port", "/dev/kvm", "/dev/kmsg", "/dev/loop", "/dev/mapper/", "/dev/cpu/")
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}
