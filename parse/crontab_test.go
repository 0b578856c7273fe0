package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCrontab(t *testing.T) {
	const own = "# m h\nSHELL=/bin/sh\nMAILTO = me\n*/5  *\t* * * /opt/shop/bin/clean.sh --keep=3 >/dev/null\n@daily /opt/shop/report\nbroken\n"
	list, err := Crontab([]byte(own), false)
	want := []CronLine{{"*/5 * * * *", "", "/opt/shop/bin/clean.sh --keep=3 >/dev/null", 4}, {"@daily", "", "/opt/shop/report", 5}}
	if d := cmp.Diff(want, list); d != "" || err == nil {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
	list, err = Crontab([]byte("17 * * * * root cd / && run-parts\n@reboot shop /opt/shop/start\n"), true)
	want = []CronLine{{"17 * * * *", "root", "cd / && run-parts", 1}, {"@reboot", "shop", "/opt/shop/start", 2}}
	if d := cmp.Diff(want, list); d != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
}

func FuzzCrontab(f *testing.F) {
	f.Add([]byte("* * * * * x y\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, machine bool) {
		if list, _ := Crontab(data, machine); len(list) > maxCronLines {
			t.Error("unbounded")
		}
	})
}
