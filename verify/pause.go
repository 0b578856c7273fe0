package verify

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/internal/loadable"
)

// pauseImage is an image that does nothing. A container of it holds the network namespace that the twin joins, as the pause container of a
// Kubernetes pod does: the world outside stands there before the twin's first instruction, so that no attempt is missed.
func pauseImage(arch string) (v1.Image, error) {
	program, err := pauseProgram(arch)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "pause", Typeflag: tar.TypeReg, Mode: 0o555, Size: int64(len(program))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		return nil, err
	}
	return loadable.Single(layer, arch, v1.Config{Entrypoint: []string{"/pause"}, User: "65534:65534"})
}

// pauseProgram is an ELF executable (elf(5)) of one segment that waits for ever.
func pauseProgram(arch string) ([]byte, error) {
	var machine elf.Machine
	var code []byte
	switch arch {
	case "amd64":
		machine = elf.EM_X86_64
		code = []byte{
			0xb8, 34, 0, 0, 0, // mov eax, 34 (pause)
			0x0f, 0x05, // syscall
			0xeb, 0xf7, // jmp to the first instruction
		}
	case "arm64":
		machine = elf.EM_AARCH64
		for _, instruction := range []uint32{
			0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, // mov x0..x3, 0
			0xd2800928, // mov x8, 73 (ppoll)
			0xd4000001, // svc 0
			0x17fffffa, // b to the first instruction
		} {
			code = binary.LittleEndian.AppendUint32(code, instruction)
		}
	default:
		return nil, fmt.Errorf("no way to hold a network namespace on architecture %q: amd64 and arm64 are known", arch)
	}
	const base, headers = 0x400000, 64 + 56
	header := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT),
		Entry: base + headers, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1,
	}
	segment := elf.Prog64{
		Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: base, Paddr: base,
		Filesz: headers + uint64(len(code)), Memsz: headers + uint64(len(code)), Align: 0x10000,
	}
	var b bytes.Buffer
	for _, part := range []any{header, segment, code} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
