package parse

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// jobsClass is what javac made of a class with Spring's annotations, those of its tests.
const jobsClass = "../analyze/replica/testdata/Jobs.class"

func TestAnnotatedMethods(t *testing.T) {
	data, err := os.ReadFile(jobsClass)
	if err != nil {
		t.Fatal(err)
	}
	const scheduled, schedules, lock = "Lorg/springframework/scheduling/annotation/Scheduled;", "Lorg/springframework/scheduling/annotation/Schedules;", "Lnet/javacrumbs/shedlock/spring/annotation/SchedulerLock;"
	want := []ClassMethod{
		{"com/example/Jobs", "nightly", map[string]string{scheduled: "cron=0 0 3 * * *"}},
		{"com/example/Jobs", "twice", map[string]string{scheduled: "fixedRate=5000; fixedDelayString=PT1M, timeUnit=SECONDS", schedules: ""}},
		{"com/example/Jobs", "locked", map[string]string{scheduled: "fixedRate=1", lock: "name=one"}},
	}
	got, err := AnnotatedMethods(data)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
	for n := range len(data) {
		if _, err := AnnotatedMethods(data[:n]); !errors.Is(err, ErrNoClass) {
			t.Fatalf("%d bytes of %d: %v", n, len(data), err)
		}
	}
}

func FuzzAnnotatedMethods(f *testing.F) {
	data, err := os.ReadFile(jobsClass)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = AnnotatedMethods(data) })
}
