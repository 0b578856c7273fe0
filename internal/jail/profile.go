package jail

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/docker/docker/profiles/seccomp"
	syscalls "github.com/elastic/go-seccomp-bpf/arch"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"a2c/internal/child"
	"a2c/parse"
)

// dockerFilter puts Docker's default profile on all threads, as it is for the default capabilities on this kernel.
func dockerFilter() error {
	profile, err := seccomp.GetDefaultProfile(&specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: dockerCapabilityNames()}}})
	if err != nil {
		return err
	}
	program, err := compile(profile, native())
	if err != nil {
		return err
	}
	return child.InstallFilter(program)
}

// dockerCapabilityNames are BoxCapabilities as the profile asks for them.
func dockerCapabilityNames() (list []string) {
	for _, c := range BoxCapabilities() {
		list = append(list, parse.CapabilityName(int(c)))
	}
	return list
}

// CapabilityNumbers are those of names without "CAP_", as far as BoxCapabilities has them.
func CapabilityNumbers(names []string) []uint {
	list := []uint{}
	for i, name := range dockerCapabilityNames() {
		if slices.Contains(names, strings.TrimPrefix(name, "CAP_")) {
			list = append(list, BoxCapabilities()[i])
		}
	}
	return list
}

// rule is what a profile says of one system call: an action where all conditions hold.
type rule struct {
	action     uint32
	conditions []specs.LinuxSeccompArg
}

// compile makes one program of a profile for several tables of system calls. Calls of other tables end the process, as libseccomp has it for architectures that a
// filter does not know; x32 ones, whose numbers are beyond all others, do not exist.
func compile(p *specs.LinuxSeccomp, tables []*syscalls.Info) ([]bpf.Instruction, error) {
	otherwise, err := action(p.DefaultAction, p.DefaultErrnoRet)
	if err != nil {
		return nil, err
	}
	program := []bpf.Instruction{bpf.LoadAbsolute{Off: offArch, Size: 4}}
	for _, t := range tables {
		body, err := forTable(p, t, otherwise)
		if err != nil {
			return nil, err
		}
		program = append(program, bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(t.ID), SkipTrue: 1}, bpf.Jump{Skip: uint32(len(body))})
		program = append(program, body...)
	}
	program = append(program, bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS})
	if len(program) > unix.BPF_MAXINSNS {
		return nil, fmt.Errorf("the filter has %d instructions", len(program))
	}
	return program, nil
}

func forTable(p *specs.LinuxSeccomp, t *syscalls.Info, otherwise uint32) ([]bpf.Instruction, error) {
	rules := map[int][]rule{}
	for _, s := range p.Syscalls {
		act, err := action(s.Action, s.ErrnoRet)
		if err != nil {
			return nil, err
		}
		for _, name := range s.Names {
			if nr, ok := t.SyscallNames[name]; ok { // the profile names the calls of all architectures and kernels
				rules[nr] = append(rules[nr], rule{act, s.Args})
			}
		}
	}
	last := slices.Max(slices.Collect(maps.Keys(t.SyscallNumbers)))
	program := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offNr, Size: 4},
		// What is newer than the table does not exist, so that libraries use an older call, as runc has it.
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: uint32(last), SkipFalse: 1},
		bpf.RetConstant{Val: retNoSys},
	}
	var free []uint32 // allowed whatever the arguments are
	for _, nr := range slices.Sorted(maps.Keys(rules)) {
		if slices.ContainsFunc(rules[nr], func(r rule) bool { return r.action == retAllow && len(r.conditions) == 0 }) {
			free = append(free, uint32(nr))
			continue
		}
		body, err := judge(rules[nr], otherwise)
		if err != nil {
			return nil, err
		}
		program = append(program, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(nr), SkipTrue: uint8(len(body))})
		program = append(program, body...)
	}
	for len(free) > 0 {
		n := 1
		for n < len(free) && free[n] == free[0]+uint32(n) {
			n++
		}
		program = append(program, bpf.JumpIf{Cond: bpf.JumpLessThan, Val: free[0], SkipTrue: 2},
			bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: free[n-1], SkipTrue: 1}, bpf.RetConstant{Val: retAllow})
		free = free[n:]
	}
	return append(program, bpf.RetConstant{Val: otherwise}), nil
}

// judge takes the first rule whose conditions hold. Only the lower half of an argument is looked at: all that the profile asks about are ints in the kernel.
func judge(rules []rule, otherwise uint32) ([]bpf.Instruction, error) {
	var program []bpf.Instruction
	for _, r := range rules {
		var body []bpf.Instruction
		left := 0 // instructions behind the condition, up to the next rule
		for _, c := range slices.Backward(r.conditions) {
			test := []bpf.Instruction{bpf.LoadAbsolute{Off: arg(uint32(c.Index)), Size: 4}}
			skip := uint8(left + 1) // over the rest and the verdict
			switch c.Op {
			case specs.OpEqualTo:
				test = append(test, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(c.Value), SkipTrue: skip})
			case specs.OpNotEqual:
				test = append(test, bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(c.Value), SkipTrue: skip})
			case specs.OpMaskedEqual:
				test = append(test, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: uint32(c.Value)}, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(c.ValueTwo), SkipTrue: skip})
			default:
				return nil, fmt.Errorf("condition %q", c.Op)
			}
			body = append(test, body...)
			left = len(body)
		}
		program = append(append(program, body...), bpf.RetConstant{Val: r.action})
	}
	program = append(program, bpf.RetConstant{Val: otherwise})
	if len(program) > 250 {
		return nil, errors.New("too many conditions on one system call")
	}
	return program, nil
}

func action(a specs.LinuxSeccompAction, errno *uint) (uint32, error) {
	switch a {
	case specs.ActAllow:
		return retAllow, nil
	case specs.ActErrno:
		if errno != nil {
			return unix.SECCOMP_RET_ERRNO | uint32(*errno), nil
		}
		return retPerm, nil
	}
	return 0, fmt.Errorf("action %q", a)
}
