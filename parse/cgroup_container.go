package parse

import (
	"regexp"
	"slices"
	"strings"
)

// containerID is how engines call a container where they choose the name: 64 hex digits, of which some paths hold the first twelve.
var containerID = regexp.MustCompile(`^(?:[a-z][a-z-]*-)?([0-9a-f]{64}|[0-9a-f]{12})(?:\.scope)?$`)

// CgroupContainer tells which container a control group's path belongs to, by the names that engines give them:
//
//	/docker/ID  /system.slice/docker-ID.scope                          docker
//	/kubepods/burstable/podUID/ID  /kubepods.slice/…/cri-containerd-ID.scope  containerd   (without a prefix: kubernetes)
//	/default/NAME  below /containerd or beside a shim: not told here
//	/…/crio-ID.scope                                                   cri-o
//	/machine.slice/libpod-ID.scope  /libpod_parent/libpod-ID           podman
//	/lxc/NAME  /lxc.payload.NAME                                       lxc
//	/machine.slice/systemd-nspawn@NAME.service  /machine.slice/machine-NAME.scope  systemd-nspawn
//
// engine is "" when no part of the path is such a name, or "unknown" with an ID of 64 digits whose engine the path does not tell. The innermost
// container counts: one may run in another.
func CgroupContainer(path string) (engine, id string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, part := range slices.Backward(parts) {
		before := ""
		if i > 0 {
			before = parts[i-1]
		}
		if engine, id := containerPart(before, part); engine != "" {
			if engine == "unknown" && strings.Contains(path, "kubepods") {
				engine = "kubernetes"
			}
			return engine, id
		}
	}
	return "", ""
}

// containerPart looks at one part of the path and the one before it.
func containerPart(before, part string) (engine, id string) {
	if m := containerID.FindStringSubmatch(part); m != nil {
		prefix, _, _ := strings.Cut(part, m[1])
		engine := map[string]string{"docker-": "docker", "cri-containerd-": "containerd", "crio-": "cri-o", "libpod-": "podman"}[prefix]
		switch {
		case engine != "":
			return engine, m[1]
		case before == "docker":
			return "docker", m[1]
		case len(m[1]) == 64:
			return "unknown", m[1]
		}
	}
	if name, ok := strings.CutPrefix(part, "lxc.payload."); ok && name != "" {
		return "lxc", name
	}
	if before == "lxc" && part != "" {
		return "lxc", part
	}
	if name, ok := between(part, "systemd-nspawn@", ".service"); ok {
		return "systemd-nspawn", unescapeMachine(name)
	}
	if name, ok := between(part, "machine-", ".scope"); ok && !strings.HasPrefix(name, `qemu\x2d`) {
		return "systemd-nspawn", unescapeMachine(name)
	}
	return "", ""
}

func between(s, before, after string) (string, bool) {
	s, ok1 := strings.CutPrefix(s, before)
	s, ok2 := strings.CutSuffix(s, after)
	return s, ok1 && ok2 && s != ""
}

// unescapeMachine undoes the one escape that names of machines need in units: "-" is \x2d.
func unescapeMachine(name string) string { return strings.ReplaceAll(name, `\x2d`, "-") }
