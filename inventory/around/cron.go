package around

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// timed is a job of cron(8) or at(1): cron starts a shell with the line's command, which is then looked for in the crontabs.
func (e *each) timed(s *model.Start, _ []parse.Cgroup, line []*host.Process, top *host.Process) bool {
	if top == nil || starter(top) != "cron" {
		return false
	}
	started(s, "cron", base(top.Exe), model.FromProc(top.PID, "exe"))
	if at, ok := e.crontab(append([]*host.Process{e.p}, line...)); ok {
		s.File = model.Path(at.file)
		s.Evidence.Add("file", model.FromFile(s.File, at.line))
	}
	return true
}

// job is a line of a crontab.
type job struct {
	file  string
	line  int
	text  string
	words []string
}

// user is whom the job runs as: in a user's own table whose name the file has, in those of the machine the word behind the time (crontab(5)).
func (j job) user() string {
	if strings.HasPrefix(j.file, "/var/spool/cron/") || strings.HasPrefix(j.file, "/etc/crontabs/") {
		return base(j.file)
	}
	at := 5
	if strings.HasPrefix(j.text, "@") {
		at = 1
	}
	if at >= len(j.words) {
		return ""
	}
	return j.words[at]
}

// runs reports whether the job's command is what a process was started with: it stands behind sh -c, or, since a shell may replace itself by the last
// command, it is the process's arguments up to the end of the command or what is none of it (a redirection, "&&").
func (j job) runs(args []string) bool {
	if len(args) == 3 && args[1] == "-c" { // sh -c COMMAND
		command := strings.TrimSpace(args[2])
		return command != "" && strings.HasSuffix(j.text, command) && len(j.text) > len(command)
	}
	if len(args) < 2 {
		return false // one word stands in too many lines
	}
	for i := range j.words {
		end := i + len(args)
		if end > len(j.words) {
			return false
		}
		if slices.Equal(j.words[i:end], args) && (end == len(j.words) || strings.IndexAny(strings.TrimLeft(j.words[end], "012"), "<>&|;)") == 0) {
			return true
		}
	}
	return false
}

// crontab finds the line that started a process or one of its parents. Of several that could have, the one of the application's user did; where that
// does not tell, none is named.
func (e *each) crontab(line []*host.Process) (job, bool) {
	jobs := e.crontabs()
	for _, p := range line {
		var found []job
		for _, j := range jobs {
			if j.runs(p.Args()) {
				found = append(found, j)
			}
		}
		if own := slices.IndexFunc(found, func(j job) bool { return j.user() == e.app.User.Name }); own >= 0 {
			return found[own], true
		}
		if len(found) == 1 {
			return found[0], true
		}
	}
	return job{}, false
}

// Bounds of what is kept of tables: users write their own.
const (
	maxTableWords = 20_000
	maxCronWords  = 100_000
)

var errCron = fmt.Errorf("more than %d words in one crontab or %d in all: the rest is not read", maxTableWords, maxCronWords)

// crontabs are the lines of all tables that cron reads.
func (e *each) crontabs() []job {
	if e.jobs != nil {
		return e.jobs
	}
	files := []string{"/etc/crontab", "/etc/anacrontab"}
	for _, dir := range []string{"/etc/cron.d", "/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs"} {
		entries, err := e.h.Tree.ReadDir(dir)
		e.unread("crontabs", dir, err)
		for _, f := range entries {
			if f.Type != host.Dir {
				files = append(files, path.Join(dir, f.Name))
			}
		}
	}
	jobs, words := []job{}, 0
	for _, file := range files {
		if words > maxCronWords {
			e.unread("crontabs", path.Dir(file), errCron)
			continue
		}
		more, n := e.table(file)
		jobs, words = append(jobs, more...), words+min(n, maxTableWords) // the rest of one hides no other
	}
	e.jobs = jobs
	return jobs
}

// table reads one table and counts the words that it has.
func (e *each) table(file string) (jobs []job, words int) {
	data, err := host.ReadFile(e.h.Tree, file, fileLimit)
	e.unread("crontab", file, err)
	n := 0
	for text := range strings.Lines(string(data)) {
		n++
		if text = strings.TrimSpace(text); text == "" || text[0] == '#' {
			continue
		}
		j := job{file, n, text, parse.UnitWords(text)}
		if words += 1 + len(j.words); words > maxTableWords {
			e.unread("crontab", file, errCron)
			break
		}
		jobs = append(jobs, j)
	}
	return jobs, words
}
