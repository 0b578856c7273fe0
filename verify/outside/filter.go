package outside

import (
	"fmt"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// refusals is a packet filter that passes what refused looks at: TCP segments with RST, and ICMP. All else on the loopback interface, be
// it gigabytes, stays in the kernel.
func refusals() []bpf.Instruction {
	const pass, drop = 1 << 16, 0
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x60, SkipTrue: 6},
		// IPv4: the protocol, then the flags behind a header of variable length
		bpf.LoadAbsolute{Off: 9, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: protoICMP, SkipTrue: 8},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: protoTCP, SkipFalse: 8},
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: 13, Size: 1},
		bpf.Jump{Skip: 3},
		// IPv6: the next header, then the flags
		bpf.LoadAbsolute{Off: 6, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: protoICMPv6, SkipTrue: 2},
		bpf.LoadAbsolute{Off: 40 + 13, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: flagRST, SkipFalse: 1},
		bpf.RetConstant{Val: pass},
		bpf.RetConstant{Val: drop},
	}
}

func attachFilter(fd int) error {
	raw, err := bpf.Assemble(refusals())
	if err != nil {
		return fmt.Errorf("packet filter: %w", err)
	}
	program := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		program[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	err = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})
	if err != nil {
		return fmt.Errorf("packet filter: %w", err)
	}
	return nil
}
