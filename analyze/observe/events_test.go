package observe

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestEvents(t *testing.T) {
	one := func(mask uint64, fd, pid int32) []byte {
		b := binary.LittleEndian.AppendUint32(nil, eventSize)
		b = append(b, unix.FANOTIFY_METADATA_VERSION, 0)
		b = binary.LittleEndian.AppendUint16(b, eventSize)
		b = binary.LittleEndian.AppendUint64(b, mask)
		b = binary.LittleEndian.AppendUint32(b, uint32(fd))
		return binary.LittleEndian.AppendUint32(b, uint32(pid))
	}
	two := append(one(unix.FAN_OPEN, 7, 412), one(unix.FAN_Q_OVERFLOW, -1, 0)...)
	want := []event{{unix.FAN_OPEN, 7, 412}, {unix.FAN_Q_OVERFLOW, -1, 0}}
	for name, c := range map[string]struct {
		buf  []byte
		want []event
	}{
		"none": {nil, nil}, "two": {two, want}, "cut off": {two[:eventSize+10], want[:1]}, "another version": {append([]byte{eventSize, 0, 0, 0, 9}, make([]byte, 40)...), nil},
		"no length": {make([]byte, 48), nil}, "longer than the buffer": {append([]byte{255, 0, 0, 0, 3}, make([]byte, 40)...), nil},
	} {
		if d := cmp.Diff(c.want, events(c.buf), cmp.AllowUnexported(event{})); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

func TestParseFork(t *testing.T) {
	message := func(what, childPID, childTGID uint32) []byte {
		b := make([]byte, headers+16)
		binary.LittleEndian.PutUint32(b[headers:], what)
		for _, v := range []uint32{411, 410, childPID, childTGID} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		return b
	}
	if f, ok := parseFork(message(eventFork, 500, 500)); !ok || f != (fork{410, 500}) {
		t.Errorf("%v %v", f, ok)
	}
	for name, m := range map[string][]byte{"a thread": message(eventFork, 501, 500), "exec": message(2, 500, 500), "short": message(eventFork, 500, 500)[:headers+20]} {
		if f, ok := parseFork(m); ok {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// A number that is used anew belongs to whoever has it now.
func TestForked(t *testing.T) {
	f := &family{known: map[int]member{10: {kin: ours, told: true}}}
	f.forked(fork{10, 11})
	if f.has(11) != ours {
		t.Error("a child of ours is not ours")
	}
	f.forked(fork{99, 11})
	if _, known := f.known[11]; known {
		t.Error("the number is still ours after a stranger's fork")
	}
}
