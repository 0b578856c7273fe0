package host

import (
	"strings"

	"a2c/parse"
)

// EnvVar is one string of the environment.
type EnvVar struct {
	Name, Value string
	Bare        bool // a string without '=', which getenv(3) does not find
}

// Environ is a process's environment at its start, in order, repeated names included. It is raw: values may be secrets.
type Environ []EnvVar

// Get returns the first value of a name, as getenv(3) does.
func (e Environ) Get(name string) (string, bool) {
	for _, v := range e {
		if v.Name == name && !v.Bare {
			return v.Value, true
		}
	}
	return "", false
}

// Environ reads /proc/PID/environ (proc_pid_environ(5)); what the process set later is not in it. A string without '=' has no value.
//
//	JAVA_HOME=/usr/lib/jvm/java-17␀DB_PASSWORD=s3cret␀
func (p *Process) Environ() (Environ, error) {
	data, err := p.read("environ", argumentsLimit)
	if err != nil {
		return nil, err
	}
	var env Environ
	for _, s := range parse.NulTerminated(data) {
		if s == "" { // a process that wrote over its environment to change its title
			continue
		}
		name, value, ok := strings.Cut(s, "=")
		env = append(env, EnvVar{name, value, !ok})
	}
	return env, nil
}
