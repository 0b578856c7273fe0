// Package reveal reads the value of a secret from its place on the host at the moment of use. Values are returned to the caller, who hands
// them on and forgets them: they are never logged, kept, or part of an error.
package reveal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Limits of what is read.
const (
	procLimit = 4 << 20  // environment and arguments: the kernel allows 6 MiB in all
	fileLimit = 4 << 20  // a configuration file
	setLimit  = 64 << 10 // a value given by the user; one environment string is at most 128 KiB (execve(2))
)

// ErrMoved is returned when the place no longer holds the secret: the host changed since it was analyzed.
var ErrMoved = errors.New("is no longer there: analyze the application again")

// Reader reads the secrets of one process.
type Reader struct {
	tree host.Tree
	pid  int
}

// New reads from t; pid is the application's main process.
func New(t host.Tree, pid int) *Reader { return &Reader{tree: t, pid: pid} }

// ErrRestarted is returned when the process is no longer the one that was analyzed: its number may be another's.
var ErrRestarted = errors.New("was started after it was analyzed, or has ended: analyze it again")

// Open reads from t the secrets of an application that runs as it was analyzed.
func Open(t host.Tree, app model.App) (*Reader, error) {
	r := New(t, app.ProcessID)
	gone := fmt.Errorf("process %d %w", app.ProcessID, ErrRestarted)
	ticks, err := host.StartTicks(t, app.ProcessID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, gone
	}
	if err != nil {
		return nil, err
	}
	_, same, err := host.SameStart(t, ticks, app.StartedAt, app.StartMark)
	if err != nil {
		return nil, err
	}
	if !same {
		return nil, gone
	}
	return r, nil
}

// Value returns the value at a place.
func (r *Reader) Value(p model.Place) (string, error) {
	switch p.Kind {
	case "env":
		return r.env(p.Key)
	case "argv":
		return r.arg(p)
	case "file":
		return r.file(p)
	}
	return "", fmt.Errorf("a secret's place is an environment variable, an argument or a file, not %q", p.Kind)
}

func (r *Reader) proc(name string) string { return "/proc/" + strconv.Itoa(r.pid) + "/" + name }

func (r *Reader) env(key string) (string, error) {
	data, err := host.ReadFile(r.tree, r.proc("environ"), procLimit)
	if err != nil {
		return "", err
	}
	for _, v := range parse.NulTerminated(data) {
		if value, ok := strings.CutPrefix(v, key+"="); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("variable %s of process %d %w", model.Path(key), r.pid, ErrMoved)
}

// arg reads "--key=value", "-Dkey=value", "/key:value", the argument after "--key", or a whole argument when there is no key.
func (r *Reader) arg(p model.Place) (string, error) {
	data, err := host.ReadFile(r.tree, r.proc("cmdline"), procLimit)
	if err != nil {
		return "", err
	}
	args := parse.NulTerminated(data)
	moved := fmt.Errorf("argument %d of process %d %w", p.Arg, r.pid, ErrMoved)
	if p.Arg < 0 || p.Arg >= len(args) {
		return "", moved
	}
	arg := args[p.Arg]
	if p.Key == "" {
		return arg, nil
	}
	for _, s := range parse.ArgSecrets(args) {
		if s.Arg == p.Arg && s.Option == p.Key {
			return arg[s.Start:s.End], nil
		}
	}
	at := strings.Index(arg, p.Key)
	rest := arg[max(at, 0):]
	switch {
	case at < 0 && p.Arg > 0 && strings.TrimLeft(args[p.Arg-1], "-/") == strings.TrimLeft(p.Key, "-/"):
		return arg, nil // the argument after its option
	case at < 0:
		return "", moved
	case len(rest) > len(p.Key) && strings.ContainsRune("=:", rune(rest[len(p.Key)])):
		return rest[len(p.Key)+1:], nil
	case rest == p.Key && p.Arg+1 < len(args):
		return args[p.Arg+1], nil
	}
	return "", moved
}

// file reads a key of a configuration file, as the process sees it; without a key what begins at the line, without a line the whole file.
func (r *Reader) file(p model.Place) (string, error) {
	root, err := r.tree.Sub(r.proc("root"))
	if err != nil {
		return "", err
	}
	data, err := content(root, string(p.Path))
	if err != nil {
		return "", err
	}
	switch {
	case p.Encoding == model.Base64:
		return base64.StdEncoding.EncodeToString(data), nil
	case p.Key == "" && p.Line == 0:
		return string(data), nil
	}
	value, ok := begins(p, string(data))
	if p.Key != "" {
		value, ok = setting(p, data)
	}
	if ok {
		return value, nil
	}
	if value, ok := onLine(p, data); ok {
		if path.Ext(string(p.Path)) == ".xml" {
			value = html.UnescapeString(value) // attribute values hold entities
		}
		return value, nil
	}
	return "", fmt.Errorf("%s: key %s %w", p.Path, model.Path(p.Key), ErrMoved)
}

// content reads a file, or an entry of an archive: "/opt/a.jar!/application.yml".
func content(root host.Tree, name string) ([]byte, error) {
	jar, entry, inside := strings.Cut(name, "!/")
	if !inside {
		return host.ReadFile(root, name, fileLimit)
	}
	f, err := root.Open(jar)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	j, err := parse.OpenJar(f, f.Info().Size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", model.Path(jar), err)
	}
	return j.Read(entry, fileLimit)
}

// begins is the first secret that begins on the line, as the search for secrets found it.
func begins(p model.Place, text string) (string, bool) {
	if p.Key != "" {
		return "", false
	}
	line, at := 1, 0
	for _, s := range parse.TextSecrets(path.Base(string(p.Path)), text) {
		line += strings.Count(text[at:s.Start], "\n")
		if at = s.Start; line == p.Line {
			return text[s.Start:s.End], true
		}
	}
	return "", false
}

// setting looks the key up in a format known by its name. A word of an argument file of the JVM has no line.
func setting(p model.Place, data []byte) (string, bool) {
	list, err := parse.ReadSettings(string(p.Path), data)
	if err != nil {
		return "", false
	}
	for _, s := range list {
		if s.Key == p.Key && (p.Line == 0 || p.Line == s.Line) {
			return s.Value, true
		}
	}
	if p.Line > 0 {
		return "", false
	}
	for _, word := range parse.JavaWords(data) {
		if value, ok := strings.CutPrefix(word, "-D"+p.Key+"="); ok {
			return value, true
		}
	}
	return "", false
}

// onLine finds «key = value», «key: "value"» or «key="value"» on the line, where key is the last part of the place's key.
func onLine(p model.Place, data []byte) (string, bool) {
	lines := strings.Split(string(data), "\n")
	if p.Line < 1 || p.Line > len(lines) {
		return "", false
	}
	line := strings.TrimSuffix(lines[p.Line-1], "\r")
	key := p.Key[strings.LastIndexAny(p.Key, ".:/@[] ")+1:]
	if key == "" {
		return "", false
	}
	for from := 0; ; {
		at := strings.Index(line[from:], key)
		if at < 0 {
			return "", false
		}
		before, after := line[:from+at], line[from+at+len(key):]
		if !strings.HasSuffix(strings.TrimRight(before, `"'`), "\\") && wordEnds(before) {
			if value, ok := assigned(after); ok {
				return value, true
			}
		}
		from += at + len(key)
	}
}

// wordEnds reports whether a key may begin after s.
func wordEnds(s string) bool {
	return s == "" || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", rune(s[len(s)-1]))
}

// assigned reads the value after a key: what a quote begins ends with it, an element's text with its tag, all else with the line.
func assigned(s string) (string, bool) {
	if text, ok := strings.CutPrefix(s, ">"); ok {
		value, _, closed := strings.Cut(text, "</")
		return value, closed && value != ""
	}
	s = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(s, `"`), `'`), " \t")
	if s == "" || s[0] != '=' && s[0] != ':' {
		return "", false
	}
	s = strings.TrimSpace(s[1:])
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return s, s != ""
	}
	end := strings.IndexByte(s[1:], s[0])
	if end < 0 {
		return "", false
	}
	return s[1 : 1+end], true
}

// FromFile reads a value that the user gives by the name of a file (--secret NAME=@FILE), without a line end after it.
func FromFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, setLimit+1))
	if err != nil {
		return "", err
	}
	if len(data) > setLimit {
		return "", fmt.Errorf("%s: more than %d bytes", name, setLimit)
	}
	value := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if strings.ContainsRune(value, 0) {
		return "", fmt.Errorf("%s: holds a NUL byte, which no environment variable can: a file that is the secret as a whole is given in base64", name)
	}
	return value, nil
}
