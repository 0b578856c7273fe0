// Command a2c-init stands before an application in an image, where that needs what no image configuration can say:
//
//	init [-umask 027] [-secret NAME]… [-option NAME]… [-file NAME=PATH]… [-reap] -- PROGRAM ARGUMENT…
//	init -health tcp://127.0.0.1:8080 | http://127.0.0.1:8080/health
//
// It sets the umask and puts values of secret variables in the place of ${NAME} in arguments: -secret by plain text, -option by a file of
// arguments in memory, which the launcher of Java 9 and later reads, so that /proc/PID/cmdline does not show them. -file writes a variable that
// holds a file in base64 to PATH. The variables leave the environment. Then the application takes its place; with -reap it stays as its parent. It imports little: each image carries it.
package main

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// Exit codes: those of shells for what cannot be started, and EX_CONFIG of sysexits.h for what a deployment left out.
const (
	exitUsage, exitConfig              = 64, 78
	exitNotExecutable, exitNotFound    = 126, 127
	exitUnhealthy, exitSignal          = 1, 128
	longestName, noUmask, umaskNumbers = 256, -1, 0o777
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "-health" {
		if err := probe(os.Args[2]); err != "" {
			fail(exitUnhealthy, err)
		}
		return
	}
	o := options(os.Args[1:])
	argv, env := o.fill(syscall.Environ())
	if o.umask != noUmask {
		syscall.Umask(o.umask)
	}
	if o.reap {
		os.Exit(parent(argv, env, o.memory))
	}
	err := syscall.Exec(argv[0], argv, env)
	fail(unstarted(err), "start "+quoted(argv[0])+": "+err.Error())
}

func unstarted(err error) int {
	if errors.Is(err, syscall.ENOENT) {
		return exitNotFound
	}
	return exitNotExecutable
}

// fail ends with one line.
func fail(code int, why string) {
	_, _ = os.Stderr.WriteString("a2c-init: " + why + "\n") // there is no other place to say it
	os.Exit(code)
}

// quoted keeps control characters and what is not ASCII off a terminal, and is short.
func quoted(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case i == longestName:
			return b.String() + "…"
		case c < ' ' || c > '~':
			b.WriteString(`\x` + string(digits[c>>4]) + string(digits[c&15]))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// start is what the command line asks for.
type start struct {
	umask   int
	reap    bool
	secrets []secret
	files   []file
	argv    []string
	memory  []int // descriptors of files of arguments
}

type secret struct {
	name, value string
	isOption    bool // goes into a file of arguments
}

func options(args []string) start {
	o := start{umask: noUmask}
	for len(args) > 0 {
		flag, value := args[0], ""
		args = args[1:]
		if flag == "--" {
			o.argv = args
			break
		}
		if flag != "-reap" {
			if len(args) == 0 {
				fail(exitUsage, quoted(flag)+" is no option, or has no value, or there is no --")
			}
			value, args = args[0], args[1:]
		}
		o.set(flag, value)
	}
	if len(o.argv) == 0 || o.argv[0] == "" {
		fail(exitUsage, "there is no program behind --")
	}
	return o
}

func (o *start) set(flag, value string) {
	switch flag {
	case "-reap":
		o.reap = true
	case "-umask":
		o.umask = octal(value)
		if o.umask < 0 || o.umask > umaskNumbers {
			fail(exitUsage, "-umask "+quoted(value)+" is no umask such as 027")
		}
	case "-file":
		o.addFile(value)
	case "-secret", "-option":
		if value == "" || strings.ContainsAny(value, "=${}") {
			fail(exitUsage, flag+" "+quoted(value)+" is no name of a variable")
		}
		o.secrets = append(o.secrets, secret{name: value, isOption: flag == "-option"})
	default:
		fail(exitUsage, quoted(flag)+" is no option")
	}
}

// octal is -1 for what is no number of one to four octal digits.
func octal(s string) int {
	if s == "" || len(s) > 4 {
		return -1
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '7' {
			return -1
		}
		n = n<<3 | int(s[i]-'0')
	}
	return n
}
