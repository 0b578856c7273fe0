package model

// Analysis is analysis.json. ContainerParameters is the user's to edit; AnalysisInfo is read-only.
type Analysis struct {
	A2CTemplateVersion  string              `json:"a2CTemplateVersion"` // "1.0"
	CreatedTime         string              `json:"createdTime"`        // RFC 3339, UTC
	ContainerParameters ContainerParameters `json:"containerParameters"`
	AnalysisInfo        AnalysisInfo        `json:"analysisInfo"`
}

// Of is the analysis with the application in another process.
func (a Analysis) Of(app App) Analysis {
	a.AnalysisInfo.App = app
	return a
}

// ContainerParameters keeps App2Container's names.
type ContainerParameters struct {
	Comment            string `json:"_comment1"`
	ImageRepository    string `json:"imageRepository"`    // default: the application ID
	ImageTag           string `json:"imageTag"`           // default: "latest"
	ContainerBaseImage string `json:"containerBaseImage"` // "" (default): the host's own runtime on scratch
	AppExcludedFiles   []Path `json:"appExcludedFiles"`   // paths, folders or patterns to leave out, with all below; wins over everything
	AppSpecificFiles   []Path `json:"appSpecificFiles"`   // paths, folders or patterns to add, with all below
	// RuntimeFiles are paths that a2c verify --repair added, since the image looked for them; analyze takes them as far as nothing speaks against them.
	RuntimeFiles         []Path   `json:"runtimeFiles,omitempty"`
	ApplicationPort      int      `json:"applicationPort"` // probed by verify, default of load balancers; 0: none
	LogLocations         []Path   `json:"logLocations"`
	EnableDynamicLogging bool     `json:"enableDynamicLogging"` // App2Container's wish for log files on the console; containerize does so where the kind allows, whatever this says, and lists the others
	Dependencies         []string `json:"dependencies"`
	// Environment adds variables to the image, or replaces kept ones; no secrets. Default: none.
	Environment []NameValue `json:"environment"`
}

// AnalysisInfo is what was found. The names up to FileDescriptors are App2Container's.
type AnalysisInfo struct {
	Comment         string            `json:"_comment2"`
	AppID           string            `json:"appId"`
	ProcessID       int               `json:"processId"`
	UserID          int               `json:"userId"`
	GroupID         int               `json:"groupId"`
	UserNames       map[string]string `json:"userNames"`  // uid: name
	GroupNames      map[string]string `json:"groupNames"` // gid: name
	ProcUID         ProcIDs           `json:"procUID"`
	ProcGID         ProcIDs           `json:"procGID"`
	Cmdline         []string          `json:"cmdline"` // secrets redacted; the real argv is read again at the moment of use
	WebApp          string            `json:"webApp"`
	OSData          map[string]string `json:"osData"`
	OSName          string            `json:"osName"`
	Ports           []Port            `json:"ports"`
	Properties      map[string]string `json:"Properties"` // -D of a JVM and jdkVersion; redacted
	ApplicationType string            `json:"applicationType"`
	AdvancedAppInfo AdvancedAppInfo   `json:"AdvancedAppInfo"`
	Env             map[string]string `json:"env"` // redacted
	Cwd             Path              `json:"cwd"`
	Exe             Path              `json:"exe"`
	FileDescriptors []Path            `json:"fileDescriptors"`
	Umask           int               `json:"umask"`
	// Children are the programs of its live child processes, each once, sorted.
	Children []Path `json:"children,omitempty"`
	App      App    `json:"application"` // the inventory's entry, listeners with bindings
	// EnvKept and EnvDropped name every variable of the process: those the image gets, and those it does not, with the reason.
	EnvKept    []EnvVar   `json:"envKept"`
	EnvDropped []EnvVar   `json:"envDropped"`
	Files      FileTotals `json:"files"`
	// Doubts are the decisions on files that are only defaults, the largest first, at most 100; a2c files --doubtful lists every file.
	Doubts []Doubt `json:"doubts"`
	// Observation is what a2c analyze --observe saw; nil without it.
	Observation *Observation `json:"observation,omitempty"`
	Libraries   []Library    `json:"libraries"` // native closure
	Secrets     []Secret     `json:"secrets"`
	// IndirectSecrets are no secrets themselves: what they refer to has to be there, or to be decrypted, where the image runs.
	IndirectSecrets []IndirectSecret `json:"indirectSecrets,omitempty"`
	State           []StateDir       `json:"state"`
	Logs            []LogFile        `json:"logs"`
	Peers           []Peer           `json:"peers"`
	// Addresses are those of its network namespace but loopback, IPv4; with them a2c graph joins several hosts.
	Addresses []string `json:"addresses"`
	// Dependencies are what it talks to, or is configured to; AWSServices those of AWS, by libraries, endpoints and connections.
	Dependencies []Dependency `json:"dependencies"`
	AWSServices  []AWSService `json:"awsServices"`
	Usage        Usage        `json:"usage"`
	Replicas     Replicas     `json:"replicas"`
	Jobs         []Job        `json:"jobs"` // what the machine starts by the clock for it
	Locale       Locale       `json:"locale,omitzero"`
	Kernel       Kernel       `json:"kernel"`
	Skips        []Skip       `json:"skips,omitempty"`
	Inputs       Inputs       `json:"inputs"`
	Evidence     Evidence     `json:"evidence,omitempty"`
}

// ProcIDs are the four IDs of /proc/PID/status, lines Uid and Gid (proc_pid_status(5)).
type ProcIDs struct {
	Real int `json:"ruid"`
	Eff  int `json:"euid"`
	Save int `json:"suid"`
	FS   int `json:"fsuid"`
}

// Port is App2Container's form of a listener.
type Port struct {
	LocalPort int    `json:"localPort"`
	Protocol  string `json:"protocol"` // tcp, tcp6, udp, udp6
	// Purpose is what a deployed port is for, as in Listener; only "http" and "https" go behind an HTTP load balancer.
	Purpose string `json:"purpose,omitempty"`
}

// AdvancedAppInfo keeps App2Container's names.
type AdvancedAppInfo struct {
	Directories   map[string]Path `json:"Directories"` // base, bin, conf, home, lib, logs, tempDir, webapps, work; dotnetApp
	Distro        string          `json:"distro"`
	Flavor        string          `json:"flavor"`
	Version       string          `json:"version"`
	JDKVersion    string          `json:"jdkVersion,omitempty"`
	DotnetVersion string          `json:"dotnetVersion,omitempty"`
}

// EnvVar is a variable by name; the value stands in Env, redacted where Secret is set.
type EnvVar struct {
	Name     string   `json:"name"`
	Value    string   `json:"value,omitempty"` // redacted
	Secret   bool     `json:"secret,omitempty"`
	Reason   string   `json:"reason,omitempty"` // why it is dropped or kept
	Evidence Evidence `json:"evidence,omitempty"`
}

// FileTotals sums up files.jsonl.
type FileTotals struct {
	In            int              `json:"in"`
	InBytes       int64            `json:"inBytes"`
	Out           int              `json:"out"`
	OutBytes      int64            `json:"outBytes"` // of those that were come across: a folder that is out is not looked into
	State         int              `json:"state"`
	Empty         int              `json:"empty"`
	Doubtful      int              `json:"doubtful"`
	DoubtfulBytes int64            `json:"doubtfulBytes"`
	Layers        map[string]int64 `json:"layers"`  // bytes by layer
	Reasons       []ReasonTotal    `json:"reasons"` // those that decided on most bytes, descending, at most five
}

// ReasonTotal is what one source of knowledge decided.
type ReasonTotal struct {
	Decision string `json:"decision"` // In or Out
	Reason   string `json:"reason"`   // the first word of the first reason: "layout", "elf", "log"
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
}

// Doubt is a decision that is only a default, on a file, or on several in one folder.
type Doubt struct {
	Path     Path     `json:"path"`     // of the file, or of the folder that they lie in
	Files    int      `json:"files"`    // 1: Path is the file
	Bytes    int64    `json:"bytes"`    // together
	Decision string   `json:"decision"` // the default
	Reasons  []string `json:"reasons"`  // of the decision, of the first of them
	Why      string   `json:"why"`      // it is in doubt
}

// Observation says how long the application's opens were watched (fanotify(7)), in all runs together, and what came of it. A file that only this shows has no other
// reason than "observe: …" in files.jsonl.
type Observation struct {
	Seconds   float64 `json:"seconds"`
	Files     int     `json:"files"`     // different files that the application and what it started opened
	OnlyThen  int     `json:"onlyThen"`  // files in the image that nothing else led to
	Ended     int     `json:"ended"`     // opens of processes that were gone before it could be told whose they were
	Written   []Path  `json:"written"`   // of these, those that it wrote and closed
	Overflows int     `json:"overflows"` // times that the kernel dropped events; 0: it told of all
}

// Library is one ELF object of the native closure.
type Library struct {
	Path     Path     `json:"path"`     // the real file
	SONAME   string   `json:"soname"`   // "" for executables
	NeededBy []Path   `json:"neededBy"` // sorted; empty: loaded by name at run time, the evidence says how it was seen
	Evidence Evidence `json:"evidence,omitempty"`
}

// StateDir is a folder (or file) whose content the application changes and needs again.
type StateDir struct {
	Path      Path  `json:"path"`
	Bytes     int64 `json:"bytes"`     // lengths of the files together: what a copy takes that does not keep holes
	DiskBytes int64 `json:"diskBytes"` // blocks in use: what a copy takes that keeps holes; more than Bytes where files are small
	Files     int   `json:"files"`
	// Kind is "database", "index", "queue", "upload", "session", "unknown", or "lock": a file that only says that somebody runs, and holds nothing to keep.
	Kind string `json:"kind"`
	// Engines are the embedded databases, indexes and queues whose files lie in it: "H2", "Lucene".
	Engines []string `json:"engines,omitempty"`
	// Mount is the type of the file system of the network or of user space that it lies on: "nfs4", "cifs", "fuse.s3fs"; "" for disks.
	Mount string `json:"mount,omitempty"`
	// GrowthPerHour is how many bytes it grew by per hour between two analyses; negative when it shrank, 0 when that is not known.
	GrowthPerHour int64 `json:"growthPerHour,omitempty"`
	// Advice is where it should live: "efs", "ebs", "volume" (what it lies on now is mounted again), "scratch" (it may be empty at each start), "move-out".
	Advice       string `json:"advice"`
	AdviceReason string `json:"adviceReason"`
	// SingleFile says that Path is a file beside the program, not a folder: no volume can hold it.
	SingleFile bool     `json:"singleFile,omitempty"`
	Reason     string   `json:"reason"`
	Evidence   Evidence `json:"evidence,omitempty"`
}

// LogFile is a file that the application writes log lines to.
type LogFile struct {
	Path  Path  `json:"path"`
	Bytes int64 `json:"bytes"`
	// Appends says that it is held open, by descriptors that can only append (O_WRONLY|O_APPEND): nothing is read from it, and no place in it is sought.
	Appends  bool     `json:"appends,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Peer is an outgoing connection at the moment of looking.
type Peer struct {
	Address  string   `json:"address"`
	Port     int      `json:"port"`
	Protocol string   `json:"protocol"`          // tcp, udp, unix
	Process  string   `json:"process,omitempty"` // who listens there, when it is on this host
	Evidence Evidence `json:"evidence,omitempty"`
}

// Usage is what the process uses, for sizing.
type Usage struct {
	RSSBytes      int64   `json:"rssBytes"`     // VmRSS
	PeakRSSBytes  int64   `json:"peakRssBytes"` // VmHWM
	SwapBytes     int64   `json:"swapBytes"`    // VmSwap
	CPUSeconds    float64 `json:"cpuSeconds"`   // utime + stime since the start
	UptimeSeconds float64 `json:"uptimeSeconds"`
	Cores         float64 `json:"cores"` // CPUSeconds / UptimeSeconds
	Threads       int     `json:"threads"`
	OpenFiles     int     `json:"openFiles"`
	MaxHeapBytes  int64   `json:"maxHeapBytes,omitempty"` // -Xmx
	// HostMemoryBytes is what the machine has: MemTotal of /proc/meminfo.
	HostMemoryBytes int64 `json:"hostMemoryBytes,omitempty"`
	// Sampling is what a2c analyze --sample saw; nil without it.
	Sampling *Sampling `json:"sampling,omitempty"`
	// Heap is what is known of a managed heap; nil: there is none, or nothing is known. Memory is the runtime's memory in parts, Need what comes of it all.
	Heap     *Heap        `json:"heap,omitempty"`
	Memory   []MemoryPart `json:"memory,omitempty"`
	Need     *Need        `json:"need,omitempty"`
	Evidence Evidence     `json:"evidence,omitempty"`
}

// HeapBeyondHost reports whether the heap's limit is more than the machine has, so that it says nothing about what the application needs.
func (u Usage) HeapBeyondHost() bool {
	return u.HostMemoryBytes > 0 && u.MaxHeapBytes > u.HostMemoryBytes
}

// UnlimitedBytes is what an application may need whose heap has no limit that matters: twice the peak that was seen, at least 512 MiB more than it,
// and no more than the machine had.
func (u Usage) UnlimitedBytes() int64 {
	peak := max(u.PeakRSSBytes, u.RSSBytes+u.SwapBytes)
	need := max(2*peak, peak+512<<20)
	if u.HostMemoryBytes > 0 {
		need = min(need, u.HostMemoryBytes)
	}
	return need
}

// Kernel is what the process uses of the kernel beyond an ordinary one: the ground of the privileged and daemon rules.
type Kernel struct {
	Capabilities []Capability `json:"capabilities"` // effective; Used says whether that means anything
	Devices      []KernelUse  `json:"devices"`      // open or mapped device nodes but null, zero, full, random, urandom, tty, ptmx, pts, shm
	Mounts       []KernelUse  `json:"mounts"`       // mounts in its own mount namespace that it or its unit made; host file systems it sees: hostPath, nfs
	Sysctls      []KernelUse  `json:"sysctls"`      // kernel tunables that its unit or its own documents set, or /proc/sys files that it holds open for writing
	Sockets      []KernelUse  `json:"sockets"`      // raw, packet, netlink (but route lookups), multicast groups, bpf, node-wide unix sockets it listens on or uses (docker.sock, /dev/log)
	Namespaces   []KernelUse  `json:"namespaces"`   // pid, net, ipc that it reads of other processes: host views used on purpose
	Limits       []KernelUse  `json:"limits"`       // memlock, nofile, … that differ from the system's default
	HostReads    []KernelUse  `json:"hostReads"`    // node-wide data it holds open: /proc of other PIDs, /sys, /var/log of others
	SharedMemory []KernelUse  `json:"sharedMemory"` // SysV and POSIX segments with other processes
	// Unseen names the lists above that could not be filled whole, so that their emptiness proves nothing.
	Unseen []Unseen `json:"unseen,omitempty"`
}

// Unseen is a fact that could not be looked at.
type Unseen struct {
	Field string `json:"field"` // JSON name of the list: "devices", "sockets"
	Why   string `json:"why"`   // "/proc/412/fd: permission denied"
	Needs string `json:"needs"` // what would tell: "run a2c analyze as root"
}

// Capability of capabilities(7).
type Capability struct {
	Name string `json:"name"` // "CAP_NET_ADMIN"
	// Used is "" unless something shows that the application wants it: "file capability", "ambient", "unit AmbientCapabilities",
	// "packet socket". A root process that simply has every capability uses none.
	Used     string   `json:"used,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// KernelUse is one use, with the thing used and how it was seen.
type KernelUse struct {
	Name     string   `json:"name"`             // "/dev/fuse", "vm.max_map_count", "packet socket", "/var/run/docker.sock"
	Kind     UseKind  `json:"kind,omitempty"`   // what sort of thing, for the rules; "" where the list has one sort only
	Detail   string   `json:"detail,omitempty"` // for people: value, file system type, option, protocol
	Bytes    int64    `json:"bytes,omitempty"`  // size of a shared memory segment, amount of locked or huge memory
	Peer     string   `json:"peer,omitempty"`   // the other process, when one outside the application shares it: "pg_server (812)"
	Evidence Evidence `json:"evidence,omitempty"`
}

// Inputs names what a document was made from: document or file name to "sha256:…".
type Inputs map[string]string
