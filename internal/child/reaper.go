package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Reap removes what a parent that is dead has left at others. request decodes what the parent said when it started the reaper, last is the last
// word that it said since ("": none).
type Reap func(ctx context.Context, request func(any) error, last string) error

// Reapers names the reapers of a program. It is a literal.
type Reapers map[string]Reap

const (
	reaperPrefix = "a2c-reaper:" // of argv[0]
	doneWord     = "done"
	reapLimit    = time.Minute // and then the next run has to remove it
)

// Reaper is the parent's end of a process that waits for the parent's death, even by SIGKILL, to clean up after it. It holds nothing of the
// parent's but the end of a pipe, and has a session of its own: what is sent to the parent's process group or terminal does not reach it.
type Reaper struct {
	write *os.File
	ended <-chan error
}

// StartReaper starts this program as the named reaper. env names the variables that it needs.
func StartReaper(name string, request any, env ...string) (*Reaper, error) {
	text, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	read, write, err := os.Pipe() // close-on-exec: no other child keeps the write end open
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	defer read.Close()
	cmd := exec.Command("/proc/self/exe") //nolint:noctx // it outlives every context of the parent
	cmd.Args, cmd.Dir = []string{reaperPrefix + name}, "/"
	cmd.Env = []string{"GOMAXPROCS=1"}
	for _, variable := range env {
		if value, ok := os.LookupEnv(variable); ok {
			cmd.Env = append(cmd.Env, variable+"="+value)
		}
	}
	cmd.Stdin = read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	ended, err := spawn(cmd, reaperPlan(os.Geteuid(), effective()).onThread)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start reaper %s: %w", name, err), write.Close())
	}
	if _, err := write.Write(append(text, '\n')); err != nil {
		return nil, errors.Join(fmt.Errorf("tell reaper %s: %w", name, err), write.Close())
	}
	return &Reaper{write, ended}, nil
}

// reaperPlan leaves root the right to remove files of others and to end their processes, and nothing else.
func reaperPlan(euid int, caps uint64) plan {
	return plan{drop: euid == 0 && caps&(1<<unix.CAP_SETPCAP) != 0, keep: []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_KILL}}
}

// Say tells the reaper a word about what the parent is doing; "done" is not for others. That the reaper was killed is no error: the parent goes on.
func (r *Reaper) Say(word string) { _, _ = r.write.WriteString(word + "\n") }

// Done ends a reaper for which nothing is left to do, and waits for that.
func (r *Reaper) Done() {
	r.Say(doneWord)
	r.write.Close()
	<-r.ended //nolint:errcheck // however it ended, it is gone
}

// Leave lets the reaper do its work now: the parent could not.
func (r *Reaper) Leave() { r.write.Close() }

// reaper waits for the end of standard input, which comes with the parent's.
func reaper(reap Reap) error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("setrlimit core: %w", err)
	}
	in := bufio.NewReader(io.LimitReader(os.Stdin, maxRequest))
	request, err := in.ReadBytes('\n')
	if err != nil {
		return nil //nolint:nilerr // the parent died before it had told what it would make
	}
	said, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("wait for the parent: %w", err)
	}
	words := strings.Split(strings.TrimSuffix(string(said), "\n"), "\n")
	last := words[len(words)-1]
	if last == doneWord {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), reapLimit) //nolint:forbidigo // its life begins where the parent's ended
	defer cancel()
	return reap(ctx, func(v any) error {
		if err := json.Unmarshal(request, v); err != nil {
			return fmt.Errorf("decode request: %w", err)
		}
		return nil
	}, last)
}
