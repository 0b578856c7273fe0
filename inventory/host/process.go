package host

import "a2c/model"

// Host is one machine at one moment. Processes, sockets and units are read once; files on demand.
type Host struct {
	Tree      Tree
	Processes []*Process // ascending PID; kernel threads left out
	Skips     []model.Skip
	Seen      model.Seen
}

// Process is what a2c keeps of one process. Everything that costs a look into /proc/PID is a method (in the file named after the
// kernel file it reads); what it returns is raw and may hold secrets: it is redacted where it enters the model.
type Process struct {
	PID  int
	PPID int
	Comm string
	// Exe is the target of /proc/PID/exe without " (deleted)"; ExeDeleted keeps that mark.
	Exe        string
	ExeDeleted bool
	Args       []string // exactly the NUL-terminated arguments, empty ones kept
	Start      uint64   // starttime of /proc/PID/stat in clock ticks: with PID it identifies the process
	tree       Tree
}

// Group is a process with its launchers (shells, jsvc controllers, wrappers: the ancestors that only started it) and its children.
// One group may hold several applications, one application several processes.
type Group struct {
	Main      *Process
	Launchers []*Process // nearest first
	Children  []*Process // descendants, ascending PID
}
