package generate

import (
	"cmp"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
)

// host lists what the application was seen to use of the machine that a container does not have by itself, each time the least that does, and says
// whether it is an agent of the machine.
func (p *proposer) host() {
	k := p.analysis.AnalysisInfo.Kernel
	p.capabilities(k)
	p.devices(k)
	p.kernelValues(k)
	p.limits(k)
	p.sharedMemory(k)
	p.hostFolders(k)
	p.agent(k)
}

// asks adds one, once. A second piece of evidence for the same adds nothing that a reader wants.
func (p *proposer) asks(kind, name, value, why string, e model.Evidence) {
	volume := kind == model.NeedHostPath && slices.ContainsFunc(p.d.Volumes, func(m model.Mount) bool { return string(m.Path) == name })
	if volume || slices.ContainsFunc(p.d.HostNeeds, func(n model.HostNeed) bool { return n.Kind == kind && n.Name == name }) {
		return
	}
	var from []string
	for _, s := range e["name"] {
		from = append(from, string(s))
	}
	if len(from) > 0 {
		why += " (" + strings.Join(from, "; ") + ")"
	}
	p.d.HostNeeds = append(p.d.HostNeeds, model.HostNeed{Kind: kind, Name: name, Value: value, Reason: why})
}

// capabilities beyond those that every container has. A process of root that simply has all of them shows nothing.
func (p *proposer) capabilities(k model.Kernel) {
	for _, c := range k.Capabilities {
		name := strings.TrimPrefix(c.Name, "CAP_")
		why := c.Used
		if why == "" && p.analysis.AnalysisInfo.App.User.UID != 0 {
			why = "effective without being root"
		}
		if why != "" && !slices.Contains(model.UsualCapabilities(), name) {
			p.asks(model.NeedCapability, name, "", why, model.Evidence{"name": c.Evidence["used"]})
		}
	}
	for _, m := range k.Mounts {
		if m.Kind == model.MountMade || m.Kind == model.MountLoop {
			p.asks(model.NeedCapability, "SYS_ADMIN", "", "it mounts "+m.Name+" itself; a volume in its place would do without", m.Evidence)
		}
	}
	for _, r := range k.HostReads {
		if r.Kind == model.ReadSys && strings.Contains(r.Detail, "writing") {
			p.asks(model.NeedPrivileged, "", "", "it writes to "+r.Name+", which is read-only in every other container", r.Evidence)
		}
	}
}

func (p *proposer) devices(k model.Kernel) {
	for _, u := range k.Devices {
		switch {
		case strings.HasPrefix(u.Name, "/dev/nvidia"):
			p.asks(model.NeedGPU, "", "1", "it has "+u.Name+" open", u.Evidence)
		case !strings.ContainsAny(u.Name, "*?["):
			p.asks(model.NeedDevice, u.Name, "", cmp.Or(u.Detail, "it has the device open"), u.Evidence)
		}
	}
}

// kernelValues: what is open for writing has no value that would be known here.
func (p *proposer) kernelValues(k model.Kernel) {
	for _, u := range k.Sysctls {
		name, value, why := u.Name, u.Detail, "set for it on the machine"
		if rest, ok := strings.CutPrefix(name, "/proc/sys/"); ok {
			name = strings.ReplaceAll(rest, "/", ".")
		}
		if !sysctlValue.MatchString(value) || strings.Contains(value, "open for writing") {
			value, why = "", "it sets it itself, to a value that was not seen"
		}
		if sysctlName.MatchString(name) {
			p.asks(model.NeedSysctl, name, value, why, u.Evidence)
		}
	}
}

// limits of the process that differ from the machine's own. It can lock no more memory than it has.
func (p *proposer) limits(k model.Kernel) {
	for _, u := range k.Limits {
		switch u.Kind {
		case model.LimitMemLock:
			p.asks(model.NeedLimit, "memlock", strconv.Itoa(p.d.ECSParameters.EC2.Memory*mebi), fmt.Sprintf("%s; the limit is all the memory that it may have", u.Detail), u.Evidence)
		case model.LimitNoFile:
			if u.Bytes > maxOpenFiles { // up to that ecsParameters.nofile says it
				p.asks(model.NeedLimit, "nofile", strconv.FormatInt(min(u.Bytes, math.MaxInt32), 10), "its limit on the machine: "+u.Detail, u.Evidence)
			}
		case model.LimitHugePages:
			const page = 2 * mebi
			p.asks(model.NeedSysctl, "vm.nr_hugepages", strconv.FormatInt((u.Bytes+page-1)/page, 10), u.Detail+", in pages of 2 MiB", u.Evidence)
		case model.LimitRealtime, model.LimitOther:
			name := map[string]string{"Max realtime priority": "rtprio", "Max nice priority": "nice", "Max realtime timeout": "rttime", "Max stack size": "stack"}[u.Name]
			if value, ok := hardLimit(u.Detail); ok && name != "" {
				p.asks(model.NeedLimit, name, value, "its limit on the machine: "+u.Detail, u.Evidence)
			}
		}
	}
}

// hardLimit reads "soft/hard, default hard" of a limit.
func hardLimit(detail string) (string, bool) {
	both, _, _ := strings.Cut(detail, ",")
	_, hard, ok := strings.Cut(both, "/")
	if hard == "unlimited" {
		return "-1", ok
	}
	_, err := strconv.ParseInt(hard, 10, 64)
	return hard, ok && err == nil
}

// sharedMemory beyond the 64 MiB that /dev/shm has in every container.
func (p *proposer) sharedMemory(k model.Kernel) {
	var total int64
	var seen []model.Source
	for _, u := range k.SharedMemory {
		if u.Kind == model.MemoryPOSIX {
			total += u.Bytes
			seen = append(seen, u.Evidence["name"]...)
		}
	}
	if total > 64*mebi {
		p.asks(model.NeedSharedMemory, "", strconv.FormatInt((total+mebi-1)/mebi, 10), fmt.Sprintf("it keeps %d bytes in /dev/shm", total), model.Evidence{"name": seen})
	}
}

// hostFolders are those that its unit binds for it, network file systems, which the instance mounts, logs of others and the socket of a container engine.
func (p *proposer) hostFolders(k model.Kernel) {
	for _, u := range k.Mounts {
		switch u.Kind {
		case model.MountBind:
			p.asks(model.NeedHostPath, u.Name, beside(strings.HasPrefix(u.Detail, "BindReadOnly"), readOnlyPath), u.Detail, u.Evidence)
		case model.MountNFS, model.MountCIFS, model.MountFUSE:
			p.asks(model.NeedHostPath, u.Name, "", u.Detail+": the instance has to mount it first", u.Evidence)
		}
	}
	for _, u := range k.HostReads {
		if u.Kind == model.ReadLog {
			p.asks(model.NeedHostPath, path.Dir(u.Name), readOnlyPath, "it reads "+u.Name, u.Evidence)
		}
	}
	for _, u := range k.Sockets {
		if u.Kind == model.SocketUnix && slices.Contains([]string{"docker.sock", "containerd.sock", "podman.sock"}, path.Base(u.Name)) {
			p.asks(model.NeedHostPath, u.Name, "", "it is connected to the container engine", u.Evidence)
		}
	}
}

// agent: what reads other processes or the logs of others watches the machine, and runs once on each.
func (p *proposer) agent(k model.Kernel) {
	var seen []string
	for _, u := range slices.Concat(k.HostReads, k.Namespaces) {
		switch u.Kind {
		case model.ReadProc, model.ViewPID:
			p.asks(model.NeedHostPID, "", "", cmp.Or(u.Detail, "it reads "+u.Name), u.Evidence)
		case model.ReadLog, model.ViewNet:
		default:
			continue
		}
		seen = append(seen, u.Name)
	}
	if len(seen) > 0 {
		p.d.Daemon = true
		p.because("daemon", "it watches the whole machine: %s", strings.Join(seen, ", "))
	}
}
