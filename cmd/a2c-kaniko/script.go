package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/GoogleContainerTools/kaniko/pkg/config"
	"github.com/GoogleContainerTools/kaniko/pkg/dockerfile"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/sirupsen/logrus"

	"a2c/containerize/build"
	"a2c/internal/jail"
)

// script is the parsed Dockerfile.
type script struct {
	stages []config.KanikoStage
	steps  []step
}

// step is one instruction with its line.
type step struct {
	text string
	line int
}

// stepError is an error at a place in the Dockerfile.
type stepError struct{ build.FailedStep }

func (e *stepError) Error() string { return e.Message }

func readScript(name string) (*script, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if _, _, err := dockerfile.Parse(text); err != nil {
		return nil, located(err)
	}
	opts := &config.KanikoOptions{DockerfilePath: name}
	stages, args, err := dockerfile.ParseStages(opts)
	if err != nil {
		return nil, located(err)
	}
	ks, err := dockerfile.MakeKanikoStages(opts, stages, args)
	if err != nil {
		return nil, located(err)
	}
	s := &script{stages: ks}
	for _, stage := range ks {
		for _, c := range stage.Commands {
			st := step{text: fmt.Sprint(c)}
			if at := c.Location(); len(at) > 0 {
				st.line = at[0].Start.Line
			}
			s.steps = append(s.steps, st)
		}
	}
	return s, nil
}

// parseLine finds what the parser says in its text: "dockerfile parse error on line 3: unknown instruction: FOO".
var parseLine = regexp.MustCompile(`parse error on line (\d+): (.*)`)

func located(err error) error {
	e := &stepError{build.FailedStep{Message: err.Error()}}
	if m := parseLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Message = m[2]
	}
	return e
}

// images are the names in FROM lines that are neither scratch nor a stage.
func (s *script) images() ([]string, error) {
	var out, stages []string
	for _, st := range s.stages {
		name := st.BaseName
		if !st.BaseImageStoredLocally && name != "scratch" && !slices.Contains(out, name) {
			out = append(out, name)
		}
		stages = append(stages, st.Name)
		for _, c := range st.Commands {
			from, ok := c.(*instructions.CopyCommand)
			if !ok || from.From == "" {
				continue
			}
			if _, err := strconv.Atoi(from.From); err == nil || slices.Contains(stages, strings.ToLower(from.From)) {
				continue
			}
			e := &stepError{build.FailedStep{Message: fmt.Sprintf("COPY --from=%s names an image; write `FROM %s AS x` above and --from=x, so that a2c can fetch it", from.From, from.From), Instruction: fmt.Sprint(c)}}
			if at := c.Location(); len(at) > 0 {
				e.Line = at[0].Start.Line
			}
			return nil, e
		}
	}
	return out, nil
}

// lastBase is the image below the last stage, through stages built on stages; "scratch" if none.
func (s *script) lastBase() (string, error) {
	for i := len(s.stages) - 1; i >= 0 && i < len(s.stages); i = s.stages[i].BaseImageIndex {
		if !s.stages[i].BaseImageStoredLocally {
			return s.stages[i].BaseName, nil
		}
	}
	return "", fmt.Errorf("the Dockerfile has no base")
}

// follower turns Kaniko's log into messages: Kaniko logs each instruction before it executes it, and that is all it says about where it is.
type follower struct {
	child *jail.Child
	steps []step
	next  int
	// begins is called before each instruction.
	begins func(now string) error
}

func follow(child *jail.Child, s *script) *follower {
	f := &follower{child: child, steps: s.steps}
	logrus.SetOutput(discard{})
	logrus.SetLevel(logrus.InfoLevel)
	logrus.AddHook(f)
	return f
}

// Levels of the hook: every one.
func (f *follower) Levels() []logrus.Level { return logrus.AllLevels }

// Fire is called for each line of the log.
func (f *follower) Fire(e *logrus.Entry) error {
	if e.Level <= logrus.FatalLevel { // logrus ends the process after this
		return f.child.Send(build.Message{Error: &f.at(e.Message).FailedStep})
	}
	for i := f.next; i < len(f.steps); i++ {
		if f.steps[i].text == e.Message {
			if f.begins != nil {
				if err := f.begins(e.Message); err != nil {
					return err
				}
			}
			f.next = i + 1
			return f.child.Send(build.Message{Step: e.Message})
		}
	}
	return f.child.Send(build.Message{Log: e.Message})
}

// early is said of an instruction that Kaniko has not logged yet: it looks for the sources first.
const early = "failed to get files used from context: "

// at adds the place to what Kaniko says, and takes out the names of Kaniko's own folder, which mean nothing to a person.
func (f *follower) at(message string) *stepError {
	now := f.next - 1
	if strings.Contains(message, early) {
		now = f.next
	}
	dir := f.child.Plan.Inside()
	message = strings.NewReplacer("error building stage: ", "", early, "", dir+"/"+build.ContextName+"/", "", dir+"/", "").Replace(message)
	e := &stepError{build.FailedStep{Message: message}}
	if now >= 0 && now < len(f.steps) {
		e.Line, e.Instruction = f.steps[now].line, f.steps[now].text
	}
	return e
}

func (f *follower) wrap(err error) error { return f.at(err.Error()) }

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
