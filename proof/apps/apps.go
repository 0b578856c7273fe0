// Package apps holds the sample applications of the demo and of the proofs, as values: real, unmodified servers and small applications of
// our own on real runtimes, laid out as on a virtual machine (program, configuration, data and logs apart, a user each) below one folder.
// They listen on 127.0.0.1 only.
package apps

import "context"

// App is one application that a Site can install, start and stop.
type App struct {
	Name    string // "shop": names its folders and its user
	Title   string // for people
	Kind    string // the detector that must find it: "java-tomcat"
	Listens []Listen
	Asks    []Ask // the first one decides when it is ready
	Tools   []Tool
	// Program installs what does not depend on the seed: programs, libraries, runtimes. Its work is kept and not repeated.
	Program func(ctx context.Context, s *Site) error
	// Configure writes configuration, empty data and log folders; it runs before each start from a clean state.
	Configure func(s *Site) error
	Command   func(s *Site) Command
	// Residue lists what the application itself leaves outside the site; Clean removes it where the application's user owns it.
	Residue []string
}

// Listen is one TCP port on 127.0.0.1.
type Listen struct {
	Offset  int    // above the site's first port
	Purpose string // as model.Listener: http, management, shutdown
}

// Ask is a request whose answer means something: it is stable, and it comes from the application itself.
type Ask struct {
	Path   string
	Status int
	Why    string // what works when this answer comes
	File   string // instead of Path: a file below testdata/apps with an HTTP request in plain text, as `a2c verify --request` takes it
}

// Command is how the application is started.
type Command struct {
	Argv []string
	Env  []string // complete: nothing is inherited
	Dir  string
}

// User is the unprivileged user that the application runs as.
func (a App) User() string { return "a2c-demo-" + a.Name }

// VerifyArgs returns the flags that let `a2c verify` ask everything that means something.
func (s *Site) VerifyArgs(a App) []string {
	var args []string
	for _, k := range a.Asks {
		if k.File != "" {
			args = append(args, "--request", s.source(k.File))
			continue
		}
		args = append(args, "--path", k.Path)
	}
	return args
}

// All returns the applications in the order in which the demo shows them.
func All() []App {
	return []App{Shop(), Orders(), Portal(), AzureMCP()}
}
