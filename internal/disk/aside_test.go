package disk

import (
	"os"
	"testing"
)

func TestFullDevice(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no /dev/full: %v", err)
	}
	defer f.Close()
	_, err = (&Aside{f, "/w/x.json"}).Write([]byte("x"))
	if !Full(err) || err.Error() != "write /w/x.json: no space left on device" {
		t.Errorf("got %v", err)
	}
}
