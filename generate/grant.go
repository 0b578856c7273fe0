package generate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// Words of deployment.json.
const (
	bridgeMode   = "bridge"
	awsvpcMode   = "awsvpc"
	readOnlyPath = "ro"
)

// What a shell, sysctl.d(5) and the API take without quotes.
var (
	sysctlName  = regexp.MustCompile(`^[a-z][A-Za-z0-9_.-]{0,127}$`)
	sysctlValue = regexp.MustCompile(`^[A-Za-z0-9_.,: /-]{1,255}$`)
	limitName   = regexp.MustCompile(`^(core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$`)
)

// granted is what a container gets of the machine beyond the usual.
type granted struct {
	add        []string // capabilities
	devices    []string
	gpus       int
	controls   []model.NameValue // kernel values of the container's own namespaces
	onMachine  []model.NameValue // kernel values that the whole machine has
	limits     []limit
	sharedMiB  int
	privileged bool
	hostPID    bool
	paths      []hostPath
	refused    []model.HostNeed // needs that are not granted here
}

type limit struct {
	name  string
	value int
}

type hostPath struct {
	name     string // of the volume
	path     string
	readOnly bool
}

// grant gives each need. On Fargate that is a process to be traced, kernel values of its own namespaces, and open files, which have a key of their own
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html).
func grant(needs []model.HostNeed, onFargate bool) granted {
	var g granted
	for _, n := range needs {
		if onFargate && !fargateGrants(n) || !g.take(n) {
			g.refused = append(g.refused, n)
		}
	}
	return g
}

func fargateGrants(n model.HostNeed) bool {
	return n.Kind == model.NeedCapability && n.Name == "SYS_PTRACE" || n.Kind == model.NeedSysctl && namespaced(n.Name)
}

// take reports whether the need says enough to be granted.
func (g *granted) take(n model.HostNeed) bool {
	number, err := strconv.Atoi(n.Value)
	switch n.Kind {
	case model.NeedCapability:
		g.add = append(g.add, n.Name)
	case model.NeedDevice:
		g.devices = append(g.devices, n.Name)
	case model.NeedPrivileged:
		g.privileged = true
	case model.NeedHostPID:
		g.hostPID = true
	case model.NeedHostPath:
		g.paths = append(g.paths, hostPath{"host-" + strconv.Itoa(len(g.paths)+1), n.Name, n.Value == readOnlyPath})
	case model.NeedSysctl:
		return g.control(model.NameValue{Name: n.Name, Value: n.Value})
	case model.NeedGPU:
		g.gpus = number
		return err == nil
	case model.NeedLimit:
		g.limits = append(g.limits, limit{n.Name, number})
		return err == nil
	case model.NeedSharedMemory:
		g.sharedMiB = number
		return err == nil
	}
	return true
}

func (g *granted) control(v model.NameValue) bool {
	if v.Value == "" {
		return false
	}
	if namespaced(v.Name) {
		g.controls = append(g.controls, v)
	} else {
		g.onMachine = append(g.onMachine, v)
	}
	return true
}

// namespaced are the kernel values that a container has for itself (API_SystemControl).
func namespaced(name string) bool {
	return strings.HasPrefix(name, "net.") || strings.HasPrefix(name, "fs.mqueue.") || slices.Contains([]string{
		"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
	}, name)
}

// needText is a need for people: "limit memlock 1073741824: …".
func needText(n model.HostNeed) string {
	words := slices.DeleteFunc([]string{n.Kind, n.Name, n.Value}, func(w string) bool { return w == "" })
	return term.Safe(strings.Join(words, " ") + ": " + n.Reason)
}

func (p *problems) hostNeeds(needs []model.HostNeed) {
	for i, n := range needs {
		key := fmt.Sprintf("hostNeeds[%d]", i)
		number, err := strconv.Atoi(n.Value)
		switch n.Kind {
		case model.NeedCapability:
			p.check(capabilityForm.MatchString(n.Name), key+".name", "%q is no name of a capability such as NET_ADMIN, without CAP_", n.Name)
		case model.NeedDevice, model.NeedHostPath:
			p.text(key+".name", n.Name)
			p.check(strings.HasPrefix(n.Name, "/") && !strings.Contains(n.Name, ":"), key+".name", "%q is no absolute path without colons", n.Name)
			p.check(n.Value == "" || n.Value == readOnlyPath, key+".value", "%q is not ro or empty", n.Value)
		case model.NeedSysctl:
			p.check(sysctlName.MatchString(n.Name), key+".name", "%q is no name of a kernel value such as vm.max_map_count", n.Name)
			p.check(n.Value == "" || sysctlValue.MatchString(n.Value), key+".value", "%q is no kernel value", n.Value)
		case model.NeedLimit:
			p.check(limitName.MatchString(n.Name), key+".name", "%q is no limit such as memlock", n.Name)
			p.check(err == nil && number >= -1, key+".value", "%q is no number, -1 for no limit", n.Value)
		case model.NeedSharedMemory, model.NeedGPU:
			p.check(err == nil && number > 0, key+".value", "%q is no number", n.Value)
		case model.NeedPrivileged, model.NeedHostPID:
		default:
			p.check(false, key+".kind", "%q is none of the kinds that a2c knows", n.Kind)
		}
	}
}
