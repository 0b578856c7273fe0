package parse_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/parse"
)

func TestUnit(t *testing.T) {
	got, err := parse.Unit([]byte("# shop\n[Unit]\nDescription=Shop\n\n[Service]\nExecStartPre=/sbin/sysctl \\\n  -w \\\n# why\n  vm.max_map_count=262144\r\nLimitNOFILE = 65536\nAmbientCapabilities=\nno assignment\n;x=y\n"))
	want := []parse.Setting{
		{Key: "Unit.Description", Value: "Shop", Line: 3},
		{Key: "Service.ExecStartPre", Value: "/sbin/sysctl -w vm.max_map_count=262144", Line: 6},
		{Key: "Service.LimitNOFILE", Value: "65536", Line: 10},
		{Key: "Service.AmbientCapabilities", Line: 11},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestFileCapabilities(t *testing.T) {
	// setcap cap_net_bind_service,cap_bpf=ep, as the kernel stores it (revision 2)
	got, err := parse.FileCapabilities([]byte{1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0})
	if want := uint64(1<<10 | 1<<39); got != want || err != nil {
		t.Errorf("FileCapabilities = %#x, %v, want %#x", got, err, want)
	}
	for _, bad := range [][]byte{nil, make([]byte, 12), {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0}, make([]byte, 24)} {
		if _, err := parse.FileCapabilities(bad); !errors.Is(err, parse.ErrFileCapability) {
			t.Errorf("FileCapabilities(%x): %v, want ErrFileCapability", bad, err)
		}
	}
	for n, want := range map[int]string{0: "CAP_CHOWN", 10: "CAP_NET_BIND_SERVICE", 21: "CAP_SYS_ADMIN", 40: "CAP_CHECKPOINT_RESTORE", 41: "CAP_41", -1: "CAP_-1"} {
		if got := parse.CapabilityName(n); got != want {
			t.Errorf("CapabilityName(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestSysVSegments(t *testing.T) {
	const table = "       key      shmid perms                  size  cpid  lpid nattch   uid\n  0  32768  1600  524288  412  812  2  995\nnonsense\n"
	want := []parse.SysVSegment{{ID: 32768, Bytes: 524288, Creator: 412, Last: 812, Attach: 2, Line: 2}}
	if diff := cmp.Diff(want, parse.SysVSegments([]byte(table))); diff != "" {
		t.Error(diff)
	}
}

func FuzzUnit(f *testing.F) {
	f.Add([]byte("[Service]\nExecStart=a \\\n b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := parse.Unit(data)
		for _, s := range got {
			if s.Line < 1 {
				t.Errorf("%q has no line", s.Key)
			}
		}
		parse.SysVSegments(data)
		_, _ = parse.FileCapabilities(data)
	})
}
