package proof

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Untouched traces every system call of verify and of its twin in the sandbox: nothing of it opens a path of the host for writing, or changes one, outside of the
// workspace. And the live application's own log of requests holds nothing but safe ones, as many as a2c says that it sent.
func Untouched() Proof {
	return Proof{
		Name: "untouched", Needs: []Need{Root, AMD64, Packages}, Budget: 10 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Shop())(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Strace()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			a := apps.Shop()
			site, c, j := b.imageOf(t, "untouched", a)
			before := len(requestLines(t, site, a))
			c.Trace = filepath.Join(b.Scratch(t, "untouched-trace"), "call")
			v := j.verified(t, c, "verify", "--application-id", j.ID, "--ask-live", "--timeout", "3m")
			if len(v.Comparisons) < 4 || v.Live == nil {
				t.Fatalf("%d comparisons: %s\n%s", len(v.Comparisons), v.Why, strings.Join(v.Log, "\n"))
			}
			problems, calls := judge(t, c.Trace, func(path string) bool { return harmless(path, c.Workspace) || ofSandbox(path) })
			// The places that control groups are mounted on lie in a file system in memory, which is the twin's own.
			places := regexp.MustCompile(`^writes to the kernel from the private root: mkdirat\(AT_FDCWD</>, "/sys/fs/cgroup/[a-z_,]+", 0755\) = 0$`)
			for _, p := range problems {
				if !places.MatchString(p) {
					t.Error(p)
				}
			}
			if calls < 10000 {
				t.Errorf("the trace holds %d calls: it did not see the twin", calls)
			}
			safeOnly(t, requestLines(t, site, a)[before:], v)
			t.Logf("%d calls in the trace, %d requests to the live application, %s", calls, v.Live.Requests, v.Verdict)
		},
	}
}

// verified runs a2c verify, whatever it says, and returns what it wrote.
func (j *Job) verified(t *testing.T, c Command, args ...string) model.Verification {
	t.Helper()
	j.Runs = append(j.Runs, c.Run(t, []int{exitDone, exitAnswerNo, exitNotAllSeen}, args...))
	readJSON(t, filepath.Join(c.Workspace, j.ID, "verify.json"), &j.Verification)
	return j.Verification
}

// ofSandbox are the control groups of twins, which a2c makes.
func ofSandbox(path string) bool {
	return strings.HasPrefix(path, "/sys/fs/cgroup/") && strings.Contains(path, "/a2c-verify-")
}

// requestLines are those of Tomcat's log of requests.
func requestLines(t *testing.T, site *apps.Site, a apps.App) (list []string) {
	t.Helper()
	time.Sleep(2 * time.Second) // Tomcat writes its log once a second
	files, err := filepath.Glob(filepath.Join(site.Dir, "var/log", a.Name, "localhost_access_log.*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no log of requests: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

// safeOnly demands safe methods from loopback, and no request beyond those that a2c counts. Greetings of other protocols are no requests, or broken ones.
func safeOnly(t *testing.T, lines []string, v model.Verification) {
	t.Helper()
	safe := regexp.MustCompile(`^(127\.0\.0\.1|0:0:0:0:0:0:0:1) .*"(GET|HEAD|OPTIONS) [^"]* HTTP/1\.[01]" [1-4]`)
	for _, line := range lines {
		if !safe.MatchString(line) {
			t.Errorf("not a safe request: %s", line)
		}
	}
	if len(lines) < v.Live.Requests {
		t.Errorf("a2c counts %d requests, and the log has %d", v.Live.Requests, len(lines))
	}
}
