package model

// Start is how an application is started, as its ancestors, its cgroup and the files of what starts programs tell.
type Start struct {
	// Mechanism is what started it:
	// "systemd" and "systemd-user" (Unit says how), "sysv" (the init script File), "supervisord" (the section of Name in File), "cron",
	// "session" (somebody's login or terminal), "container" (the engine of App.Container), "program" (the outermost of Parents, which is none
	// of these); "" when nothing tells: its parent has ended.
	Mechanism string `json:"mechanism"`
	// Name is the mechanism's own: the unit, the init script, supervisord's program, the login session.
	Name string `json:"name,omitempty"`
	// File defines it: unit file, init script, supervisord's configuration. "" when there is none, or it was not found.
	File Path  `json:"file,omitempty"`
	Unit *Unit `json:"unit,omitempty"`
	// Parents are the processes between the application's main process and what starts everything (PID 1, supervisord, cron), nearest first:
	// shells, wrappers, runuser, the controller of jsvc.
	Parents []Parent `json:"parents,omitempty"`
	// Terminal is the controlling terminal: "pts/3", "tty1"; "" for daemons.
	Terminal string   `json:"terminal,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Parent is an ancestor of an application's main process.
type Parent struct {
	PID      int      `json:"pid"`
	Cmdline  string   `json:"cmdline"` // as App.Cmdline
	Evidence Evidence `json:"evidence,omitempty"`
}

// Unit is a unit of systemd by its files (systemd.unit(5)): what the next start will do, which the running process may be older than.
type Unit struct {
	Template string `json:"template,omitempty"` // "shop@.service" when the unit is an instance of it
	Instance string `json:"instance,omitempty"` // "blue"
	DropIns  []Path `json:"dropIns,omitempty"`  // in the order in which they work
	// Settings of the section Service that are in force, in the order of the files: of those that hold one value the last, of those that gather
	// values all since the last empty one. Secrets are redacted; specifiers that follow from the unit's name are expanded.
	Settings []UnitSetting `json:"settings"`
	// Environment are the names of the variables that Environment= sets; EnvironmentFiles the files that set more.
	Environment      []string          `json:"environment,omitempty"`
	EnvironmentFiles []EnvironmentFile `json:"environmentFiles,omitempty"`
	// Sockets are the socket units that activate it, sorted.
	Sockets  []SocketUnit `json:"sockets,omitempty"`
	Evidence Evidence     `json:"evidence,omitempty"`
}

// UnitSetting is one assignment: "LimitNOFILE" = "65536".
type UnitSetting struct {
	Key      string   `json:"key"`
	Value    string   `json:"value"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// EnvironmentFile is a file of EnvironmentFile= (systemd.exec(5)).
type EnvironmentFile struct {
	Path     Path     `json:"path"`               // as the unit names it; it may hold wildcards
	Optional bool     `json:"optional,omitempty"` // it may be missing
	Names    []string `json:"names,omitempty"`    // of the variables that it sets now, sorted; their values are left in it
	Evidence Evidence `json:"evidence,omitempty"`
}

// SocketUnit is a unit that opens sockets and starts the service for them (systemd.socket(5)).
type SocketUnit struct {
	Name     string   `json:"name"`
	File     Path     `json:"file"`
	Listen   []string `json:"listen"` // as written: "127.0.0.1:8080", "/run/shop.sock", "@shop"
	Evidence Evidence `json:"evidence,omitempty"`
}

// Process is what the kernel holds of the application's main process, apart from its memory and files.
type Process struct {
	Args   []string `json:"args"`             // the argument vector that runs, secrets redacted
	Cwd    Path     `json:"cwd"`              // the working folder now, in the process's own root
	Umask  string   `json:"umask"`            // octal, four digits: "0022"; "" before Linux 4.7
	Nice   int      `json:"nice,omitempty"`   // -20 to 19
	Limits []Limit  `json:"limits,omitempty"` // those that are not what the machine's first process has
	// OOMScoreAdj is -1000 (never killed) to 1000 (proc_pid_oom_score_adj(5)).
	OOMScoreAdj int           `json:"oomScoreAdj,omitempty"`
	Cgroup      *CgroupLimits `json:"cgroup,omitempty"`
	// Capabilities are effective, Ambient those that survive execve; "all" stands for every one that the bounding set of a fresh system has.
	Capabilities []string `json:"capabilities,omitempty"`
	Ambient      []string `json:"ambientCapabilities,omitempty"`
	Seccomp      string   `json:"seccomp,omitempty"` // "strict", "filter"; "" off
	NoNewPrivs   bool     `json:"noNewPrivileges,omitempty"`
	// Label is what the security module calls it (/proc/PID/attr/current): an SELinux context, an AppArmor profile with its mode.
	Label    string   `json:"label,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Limit is a resource limit (getrlimit(2)). Numbers are texts, for there is "unlimited".
type Limit struct {
	Name     string   `json:"name"` // "Max open files", as /proc/PID/limits has it
	Soft     string   `json:"soft"`
	Hard     string   `json:"hard"`
	Unit     string   `json:"unit,omitempty"` // "files", "bytes"
	Evidence Evidence `json:"evidence,omitempty"`
}

// CgroupLimits are what the process's control groups allow: the tightest value from its own up to the root, 0 for no limit.
type CgroupLimits struct {
	Path        string   `json:"path"`                  // of the group that systemd or an engine made: "/system.slice/shop.service"
	Version     int      `json:"version"`               // 1 or 2: of the hierarchy that holds the memory controller, else the path
	MemoryBytes int64    `json:"memoryBytes,omitempty"` // memory.max, memory.limit_in_bytes
	CPUs        float64  `json:"cpus,omitempty"`        // cpu.max, cpu.cfs_quota_us in processors
	PIDs        int64    `json:"pids,omitempty"`        // pids.max
	Evidence    Evidence `json:"evidence,omitempty"`
}
