package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// built is the program as images get it.
func built(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "init")
	c := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", program, ".")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// outcome is what a run printed and its exit code; killed by a signal, -1.
type outcome struct {
	Out, Err string
	Code     int
}

func run(t *testing.T, program string, env []string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	var out, said bytes.Buffer
	c.Env, c.Stdout, c.Stderr = env, &out, &said
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{out.String(), said.String(), c.ProcessState.ExitCode()}
}

func TestInit(t *testing.T) {
	program := built(t)
	if info, err := os.Stat(program); err != nil || info.Size() > 1_600_000 {
		t.Errorf("each image carries the program: %d bytes (%v), more than 1.6 MB", info.Size(), err)
	}
	const sh, missing = "/bin/sh", "a2c-init: the container needs the secret variable "
	folder := t.TempDir()
	long := strings.Repeat("x", 200_000)
	cases := []struct {
		name string
		env  []string
		args []string
		want outcome
	}{
		{name: "umask", args: []string{"-umask", "027", "--", sh, "-c", "umask"}, want: outcome{Out: "0027\n"}},
		{name: "nothing", args: []string{"--", sh, "-c", "exit 7"}, want: outcome{Code: 7}},
		{name: "reap", args: []string{"-reap", "--", sh, "-c", "exit 7"}, want: outcome{Code: 7}},
		{name: "reap, killed", args: []string{"-reap", "--", sh, "-c", "kill -9 $$"}, want: outcome{Code: 137}},
		{name: "secret", env: []string{"A=one", "B=t w${A}o"}, args: []string{"-secret", "A", "-secret", "B", "--", sh, "-c", `echo "$1|$2|$3|$A$B"`, "x", "-p=${A}", "${A}${B}", "${C}${"}, want: outcome{Out: "-p=one|onet w${A}o|${C}${|\n"}},
		{name: "file of arguments", env: []string{"A=q\"b\\s 't\n#"}, args: []string{"-option", "A", "--", sh, "-c", `cat "${1#@}"; echo "$A"`, "x", "-Dp=${A}"}, want: outcome{Out: `"-Dp=q\"b\\s 't\n#"` + "\n\n"}},
		{name: "file of arguments of a child", env: []string{"A=v"}, args: []string{"-reap", "-option", "A", "--", sh, "-c", `cat "${1#@}" "${1#@}"`, "x", "-Dp=${A}"}, want: outcome{Out: "\"-Dp=v\"\n\"-Dp=v\"\n"}},
		{name: "not UTF-8", env: []string{"A=\xff\xfe"}, args: []string{"-secret", "A", "--", sh, "-c", `printf %s "$1" "$2"`, "x", "${A}", "\xc3"}, want: outcome{Out: "\xff\xfe\xc3"}},
		{name: "missing", env: []string{"B=hidden"}, args: []string{"-secret", "A", "-secret", "B", "--", sh}, want: outcome{Err: missing + "A, which is not set or empty: docker run -e NAME, or a secret of the task or pod\n", Code: 78}},
		{name: "odd name", args: []string{"-secret", "A\x1b[2J", "--", sh}, want: outcome{Err: missing + `A\x1b[2J, which is not set or empty: docker run -e NAME, or a secret of the task or pod` + "\n", Code: 78}},
		{name: "secret file", env: []string{"F=aAr/\n", "A=v"}, args: []string{"-file", "F=" + folder + "/k", "-secret", "A", "--", sh, "-c", `od -An -tx1 "$1"; stat -c %a "$1"; echo "$2$F"`, "x", folder + "/k", "${A}${F}"}, want: outcome{Out: " 68 0a ff\n400\nv${F}\n"}},
		{name: "secret file again", env: []string{"F=YQ=="}, args: []string{"-file", "F=" + folder + "/k", "--", sh, "-c", `cat "$1"`, "x", folder + "/k"}, want: outcome{Out: "a"}},
		{name: "secret file that is mounted", args: []string{"-file", "F=" + folder + "/k", "--", sh, "-c", `cat "$1"`, "x", folder + "/k"}, want: outcome{Out: "a"}},
		{name: "secret file that nobody gives", args: []string{"-file", "F=" + folder + "/none", "--", sh}, want: outcome{Err: missing + "F, which is not set or empty: docker run -e NAME, or a secret of the task or pod\n", Code: 78}},
		{name: "secret file not in base64", env: []string{"F=hidden!"}, args: []string{"-file", "F=" + folder + "/k", "--", sh}, want: outcome{Err: "a2c-init: the secret variable F has to hold a file in base64, and does not: base64 -w0 FILE prints it so\n", Code: 78}},
		{name: "secret file nowhere", env: []string{"F=YQ=="}, args: []string{"-file", "F=/nowhere/k", "--", sh}, want: outcome{Err: "a2c-init: write the secret file of F to /nowhere/k: no such file or directory; the container needs a folder there that it can write to, in memory: docker run --tmpfs, or mount the file itself\n", Code: 78}},
		{name: "no secret file", args: []string{"-file", "F=k", "--", sh}, want: outcome{Err: "a2c-init: -file F=k is no NAME=/PATH\n", Code: 64}},
		{name: "no program", args: []string{"--", "/nowhere"}, want: outcome{Err: "a2c-init: start /nowhere: no such file or directory\n", Code: 127}},
		{name: "no program to reap", args: []string{"-reap", "--", "/nowhere"}, want: outcome{Err: "a2c-init: start /nowhere: no such file or directory\n", Code: 127}},
		{name: "a folder", args: []string{"--", "/"}, want: outcome{Err: "a2c-init: start /: permission denied\n", Code: 126}},
		{name: "an argument too long", env: []string{"A=" + long[:130_000]}, args: []string{"-secret", "A", "--", sh, "${A}${A}"}, want: outcome{Err: "a2c-init: start /bin/sh: argument list too long\n", Code: 126}},
		{name: "nothing behind", args: []string{"-reap", "--"}, want: outcome{Err: "a2c-init: there is no program behind --\n", Code: 64}},
		{name: "no umask", args: []string{"-umask", "0o27", "--", sh}, want: outcome{Err: "a2c-init: -umask 0o27 is no umask such as 027\n", Code: 64}},
		{name: "no option", args: []string{"-x", "y", "--", sh}, want: outcome{Err: "a2c-init: -x is no option\n", Code: 64}},
		{name: "no --", args: []string{"-reap", sh}, want: outcome{Err: "a2c-init: /bin/sh is no option, or has no value, or there is no --\n", Code: 64}},
		{name: "health of nobody", args: []string{"-health", "tcp://127.0.0.1:1"}, want: outcome{Err: "a2c-init: connect to 127.0.0.1:1: connection refused\n", Code: 1}},
		{name: "health by name", args: []string{"-health", "http://localhost:1/"}, want: outcome{Err: "a2c-init: localhost:1 is no ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080\n", Code: 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, run(t, program, c.env, c.args...)); d != "" {
				t.Error(d)
			}
		})
	}
	t.Run("many arguments", func(t *testing.T) {
		args := []string{"-secret", "A", "--", sh, "-c", `echo "$# ${5000}"`, "x"}
		for range 5000 {
			args = append(args, "${A}")
		}
		if d := cmp.Diff(outcome{Out: "5000 v\n"}, run(t, program, []string{"A=v"}, args...)); d != "" {
			t.Error(d)
		}
	})
	t.Run("no descriptors", func(t *testing.T) {
		script := `"$0" -reap -option A -- /bin/sh -c 'read x < "${1#@}"; test "$x" = "\"v\"" && exit 9' x '${A}' <&- >&- 2>&-`
		if d := cmp.Diff(outcome{Code: 9}, run(t, sh, []string{"A=v"}, "-c", script, program)); d != "" {
			t.Error(d)
		}
	})
}

// TestParent forwards a signal and waits for grandchildren that lose their parent.
func TestParent(t *testing.T) {
	program := built(t)
	c := exec.CommandContext(t.Context(), program, "-reap", "--", "/bin/sh", "-c", `trap 'echo got; exit 5' TERM; (sh -c 'exit 0' & echo $!); echo up; while :; do sleep 0.1; done`)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 64)
	n := 0
	for !strings.Contains(string(said[:n]), "up\n") {
		k, err := out.Read(said[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += k
	}
	orphan, _, _ := strings.Cut(string(said[:n]), "\n")
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat("/proc/" + orphan); errors.Is(err, os.ErrNotExist) {
			break
		}
		if time.Since(begin) > 20*time.Second {
			t.Fatalf("process %s stays a zombie", orphan)
		}
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	n, _ = out.Read(said)
	err = c.Wait()
	if string(said[:n]) != "got\n" || c.ProcessState.ExitCode() != 5 {
		t.Errorf("said %q, ended with %v, want code 5", said[:n], err)
	}
}

func TestHealth(t *testing.T) {
	program := built(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" && r.URL.RawQuery == "a=b" {
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	address := server.Listener.Addr().String()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cases := map[string]outcome{
		"tcp://" + address:                           {},
		"http://" + address + "/health?a=b":          {},
		"http://" + address + "/":                    {Err: "a2c-init: / answers 503\n", Code: 1},
		"http://" + silent.Addr().String() + "/slow": {Err: "a2c-init: answer of /slow: resource temporarily unavailable\n", Code: 1},
	}
	for url, want := range cases {
		t.Run(url, func(t *testing.T) {
			if d := cmp.Diff(want, run(t, program, nil, "-health", url)); d != "" {
				t.Error(d)
			}
		})
	}
}
