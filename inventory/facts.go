package inventory

import (
	"fmt"
	"runtime"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// facts fills host.json with what is true for the whole machine. What cannot be read is a skip: the applications can be found without.
type facts struct {
	h   *host.Host
	doc *model.Host
}

// sizes of the files below: all are a few lines, but cpuinfo has 1 KB and more per processor.
const factLimit = 8 << 20

func (f facts) read(name string) ([]byte, bool) {
	data, err := host.ReadFile(f.h.Tree, name, factLimit)
	if err != nil {
		f.skip(name, host.Reason(err))
		return nil, false
	}
	return data, true
}

func (f facts) skip(name, reason string) {
	f.h.Skip(model.Skip{What: "facts of the host", Path: model.Path(name), Reason: reason})
}

func (f facts) osRelease() {
	values, from, err := host.OSRelease(f.h.Tree)
	if err != nil {
		f.skip("/etc/os-release", host.Reason(err))
		return
	}
	f.doc.OSData = values
	f.doc.OSName = values["PRETTY_NAME"]
	if f.doc.OSName == "" {
		f.doc.OSName = values["NAME"]
	}
	f.doc.Evidence.Add("osData", model.FromFile(model.Path(from), 0))
	f.doc.Evidence.Add("osName", model.FromFile(model.Path(from), 0))
}

// kernel reads the release and the machine's architecture; the kernel states the latter since 6.1 (proc_sys_kernel(5)), before
// that it is a2c's own, which runs here.
func (f facts) kernel() {
	const release, arch = "/proc/sys/kernel/osrelease", "/proc/sys/kernel/arch"
	if data, ok := f.read(release); ok {
		f.doc.Kernel = strings.TrimSpace(string(data))
		f.doc.Evidence.Add("kernel", model.FromFile(release, 0))
	}
	if data, err := host.ReadFile(f.h.Tree, arch, factLimit); err == nil {
		f.doc.Arch = goArch(strings.TrimSpace(string(data)))
		f.doc.Evidence.Add("arch", model.FromFile(arch, 0))
		return
	}
	f.doc.Arch = runtime.GOARCH
	f.doc.Evidence.Add("arch", model.Derived("a2c is built for it"))
}

// goArch translates what uname -m says.
func goArch(machine string) string {
	switch machine {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "i386", "i486", "i586", "i686":
		return "386"
	case "armv6l", "armv7l", "armv8l":
		return "arm"
	}
	return machine
}

func (f facts) processors() {
	const online = "/sys/devices/system/cpu/online"
	data, ok := f.read(online)
	if !ok {
		return
	}
	n, err := parse.CPUList(strings.TrimSpace(string(data)))
	if err != nil {
		f.skip(online, err.Error())
		return
	}
	f.doc.CPUs = n
	f.doc.Evidence.Add("cpus", model.FromFile(online, 1))
}

func (f facts) memory() {
	const meminfo = "/proc/meminfo"
	data, ok := f.read(meminfo)
	if !ok {
		return
	}
	total, line := parse.MemTotal(data)
	if line == 0 {
		f.skip(meminfo, fmt.Sprintf("has no line MemTotal in %d bytes", len(data)))
		return
	}
	f.doc.MemBytes = total
	f.doc.Evidence.Add("memoryBytes", model.FromFile(meminfo, line))
}
