package model

import "time"

// File is one line of files.jsonl: a path, whether it goes into the image, and why. Lines are sorted by path bytes.
type File struct {
	Path   Path      `json:"path"` // as the application sees it
	Type   string    `json:"type"` // "file", "dir", "symlink"; others appear only with decision "out"
	Mode   uint32    `json:"mode"` // permission bits with setuid, setgid and sticky: 0o7777
	UID    int       `json:"uid"`
	GID    int       `json:"gid"`
	Size   int64     `json:"size"` // bytes; 0 for all but regular files
	MTime  time.Time `json:"mtime"`
	Target Path      `json:"target,omitempty"` // of a symlink, as stored
	// Xattrs by name, values base64 by encoding/json (security.capability, user.*).
	Xattrs map[string][]byte `json:"xattrs,omitempty"`
	// HardLink is the first path (in this file) of the same inode, "" for that first path itself.
	HardLink Path `json:"hardLink,omitempty"`
	// Recovered is the name, in the application's folder "recovered" of the workspace, of the content of a file that was deleted while it is open; "" for
	// files whose content lies at Path.
	Recovered string `json:"recovered,omitempty"`
	// Package of the distribution that the file belongs to, with its version, as dpkg and apk know it: "libc6:amd64 2.36-9"; "" when none has it.
	Package  string `json:"package,omitempty"`
	Decision string `json:"decision"`        // In, Out, State or Empty
	Layer    string `json:"layer,omitempty"` // LayerRuntime, LayerLibs, LayerConfig or LayerApp, when in
	// Group is what it is to the application, finer than the layer: one of the Group constants; "" when out.
	Group string `json:"group,omitempty"`
	// Doubt says why the decision is only a default, which the user may turn round with appSpecificFiles or appExcludedFiles; "" when it is none.
	Doubt string `json:"doubt,omitempty"`
	// Reasons in the order they were found, strongest first: each is a source's name, a colon and what it saw,
	// "layout: catalina.home", "open: /proc/412/fd/7", "elf: needed by /usr/lib/jvm/…/libjvm.so".
	Reasons []string `json:"reasons"`
}

// NeededAtRunTime is the reason of a file that an image was seen to look for in vain.
const NeededAtRunTime = "needed at run time: the image looked for it when a2c verify ran it"

// Decisions on a file.
const (
	In    = "in"    // part of the image
	Out   = "out"   // not part of it; the last reason says why
	State = "state" // data that must live outside the image; the folder is made empty, a volume goes there
	Empty = "empty" // folder that is made empty: logs, work, temp
)

// Groups of files.
const (
	GroupRuntime       = "runtime"      // JVM or .NET, and what it reads of the system
	GroupLibraries     = "libraries"    // native libraries of the system that something in the image needs
	GroupServer        = "server"       // a server's own distribution
	GroupDependencies  = "dependencies" // archives and assemblies that the application stands on
	GroupApplication   = "application"
	GroupConfiguration = "configuration"
	GroupState         = "state" // data, logs and temporary folders
)

// Layers from what changes least to what changes most.
const (
	LayerRuntime = "runtime" // JVM or .NET with the native libraries and system files they need
	LayerLibs    = "libs"    // a server's own distribution: catalina.home
	LayerConfig  = "config"  // configuration
	LayerApp     = "app"     // the application
)
