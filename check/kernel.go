package check

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// The kernel of a Fargate host is nobody's to change: tunables, modules, packet filters, locked and shared memory.

func systemControls() Rule {
	return Rule{
		ID:       "fargate.systemcontrols-namespaced-only",
		Title:    "Only namespaced kernel values (net.* and IPC) are set",
		Remedy:   "Configure the application so that it does without the value (Elasticsearch: node.store.allow_mmap: false), or run it on EC2 nodes where you set it.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerSysctls),
		Run: func(s *Subject, r Reporter) {
			sysctls := where(s.App.AnalysisInfo.Kernel.Sysctls, func(u model.KernelUse) bool { return !settable(s.Target, sysctlName(u.Name)) })
			failEach(r, sysctls, "it needs the kernel value %s, which cannot be set on Fargate")
			if len(sysctls) == 0 {
				unseen(s, r, "sysctls")
			}
		},
	}
}

// sysctlName turns a path below /proc/sys into the dotted name of sysctl(8).
func sysctlName(name string) string {
	if rest, ok := strings.CutPrefix(name, "/proc/sys/"); ok {
		return strings.ReplaceAll(rest, "/", ".")
	}
	return name
}

// settable knows the values that may be set from a task definition (SystemControl), and for EKS Fargate the safe set that needs no
// kubelet flag: https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
func settable(target, name string) bool {
	if target == EKSFargate {
		return slices.Contains([]string{
			"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
			"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
			"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
			"net.ipv4.tcp_wmem",
		}, name)
	}
	return hasAnyPrefix(name, "net.", "fs.mqueue.") || slices.Contains([]string{
		"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
		"kernel.shm_rmid_forced",
	}, name)
}

func kernelModule() Rule {
	return Rule{
		ID:       "fargate.kernel-module-or-ebpf",
		Title:    "No kernel module is loaded and no eBPF program or perf event used",
		Remedy:   "Use an agent that works in user space, or run it on EC2: ECS on EC2 or EKS on EC2 nodes.",
		Source:   "https://github.com/aws/containers-roadmap/issues/1027",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			k := s.App.AnalysisInfo.Kernel
			uses := where(k.Sockets, ofKind(model.HandleBPF, model.HandlePerf, model.KernelModule))
			failEach(r, uses, "it works inside the kernel: %s")
			if n := failCapabilities(s, r, "CAP_SYS_MODULE", "CAP_BPF", "CAP_PERFMON"); n+len(uses) == 0 {
				unseen(s, r, "sockets")
			}
		},
	}
}

func iptablesNetlink() Rule {
	return Rule{
		ID:       "fargate.iptables-or-netlink",
		Title:    "Packet filters, routes and interfaces are left alone",
		Remedy:   "Do it with security groups, a load balancer or a service mesh without redirection; else run it on EC2.",
		Source:   "https://github.com/aws/aws-app-mesh-examples/issues/24",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			uses := where(s.App.AnalysisInfo.Kernel.Sockets, ofKind(model.SocketNetlink))
			failEach(r, uses, "it talks to the kernel's network configuration: %s")
			if n := failCapabilities(s, r, "CAP_NET_ADMIN"); n+len(uses) == 0 {
				unseen(s, r, "sockets")
			}
		},
	}
}

// failCapabilities makes a statement for each of the capabilities that the application shows to want, and counts them.
func failCapabilities(s *Subject, r Reporter, names ...string) int {
	n := 0
	for _, c := range s.App.AnalysisInfo.Kernel.Capabilities {
		if slices.Contains(names, c.Name) && c.Used != "" {
			n++
			r.Fail(fmt.Sprintf("it uses %s (%s)", safe(c.Name), safe(c.Used)), at(c.Evidence, "used")...)
		}
	}
	return n
}

// Largest limits of open files that can be asked for on Fargate: nofile to 1048576 in a task definition, and fixed in a pod.
const (
	maxOpenFilesECS = 1048576
	maxOpenFilesEKS = 65535
)

func ulimits() Rule {
	return Rule{
		ID:       "fargate.ulimits",
		Title:    "No limit but that of open files differs from the default",
		Remedy:   "Give nofile in the task definition (up to 1048576). Locked memory, huge pages and real-time scheduling need EC2, or a setting that does without (bootstrap.memory_lock: false, no -XX:+UseLargePages).",
		Note:     `The default of nofile is 65535 in the API reference and 1024 (soft), 4096 (hard) in an older guide: the API reference is followed. That other limits are ignored is concluded from "use the default resource limit values set by the operating system".`,
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Task:     inContainers(containerUlimits),
		Run: func(s *Subject, r Reporter) {
			k := s.App.AnalysisInfo.Kernel
			limits := where(k.Limits, ofKind(model.LimitMemLock, model.LimitHugePages, model.LimitRealtime))
			failEach(r, limits, "it runs with %s, which Fargate does not give")
			largest := int64(maxOpenFilesECS)
			if s.Target == EKSFargate {
				largest = maxOpenFilesEKS
			}
			files := where(k.Limits, func(u model.KernelUse) bool { return u.Kind == model.LimitNoFile && u.Bytes > largest })
			for _, u := range files {
				r.FailAs(openFilesSeverity(s, largest), fmt.Sprintf("it may open %d files, more than the %d that Fargate allows; %d are open now",
					u.Bytes, largest, s.App.AnalysisInfo.Usage.OpenFiles), at(u.Evidence)...)
			}
			if len(limits)+len(files) == 0 {
				unseen(s, r, "limits")
			}
		},
	}
}

// openFilesSeverity: a generous limit that is not needed deserves no more than a look.
func openFilesSeverity(s *Subject, largest int64) model.Severity {
	if int64(s.App.AnalysisInfo.Usage.OpenFiles) > largest/2 {
		return model.Breaks
	}
	return model.Warning
}

// devShmDefault is the size of /dev/shm that container engines give when nothing is asked for.
const devShmDefault = 64 << 20

func sharedMemorySize() Rule {
	return Rule{
		ID:       "fargate.shared-memory-size-unsupported",
		Title:    "sharedMemorySize is not set: /dev/shm keeps its default size",
		Remedy:   "Tell the application to keep its segments elsewhere (Chrome: --disable-dev-shm-usage), on a tmpfs mount of the size needed; else run it on EC2.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html",
		Targets:  []string{ECSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerShm),
		Run: func(s *Subject, r Reporter) {
			segments := where(s.App.AnalysisInfo.Kernel.SharedMemory, ofKind(model.MemoryPOSIX))
			var total int64
			var evidence []model.Source
			for _, u := range segments {
				total += u.Bytes
				evidence = append(evidence, at(u.Evidence)...)
			}
			if total > devShmDefault {
				r.Fail(fmt.Sprintf("it keeps %s in /dev/shm, more than the default of %s", size(total), size(devShmDefault)), evidence...)
				return
			}
			unseen(s, r, "sharedMemory")
		},
	}
}

func swapUnsupported() Rule {
	return Rule{
		ID:       "fargate.swap-unsupported",
		Title:    "maxSwap and swappiness are not set: there is no swap",
		Remedy:   "Size the task's memory to what is resident and what is swapped out together; a2c's proposal counts both.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Blocker,
		Task:     inContainers(containerSwap),
		// A document that sets maxSwap is refused; a process that happens to be swapped out only needs more memory there.
		Run: func(s *Subject, r Reporter) {
			if u := s.App.AnalysisInfo.Usage; u.SwapBytes > 0 {
				r.FailAs(model.Warning, fmt.Sprintf("%s of it are swapped out", size(u.SwapBytes)), at(u.Evidence, "swapBytes")...)
			}
		},
	}
}
