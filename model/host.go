// Package model holds every document of the workspace, one file each. It imports the standard library only and does no I/O:
// internal/workspace loads and saves the documents.
package model

import (
	"reflect"
	"slices"
	"time"
)

// Host is host.json: what was looked at, and what could not be seen.
type Host struct {
	A2CVersion string    `json:"a2cVersion"`
	CreatedAt  time.Time `json:"createdTime"`
	// OSData holds the keys of os-release(5), as App2Container's osData does.
	OSData   map[string]string `json:"osData"`
	OSName   string            `json:"osName"`
	Kernel   string            `json:"kernel"`
	Arch     string            `json:"arch"` // GOARCH names: amd64, arm64
	CPUs     int               `json:"cpus"`
	MemBytes int64             `json:"memoryBytes"`
	Seen     Seen              `json:"seen"`
	Skips    []Skip            `json:"skips,omitempty"`
	Evidence Evidence          `json:"evidence,omitempty"`
}

// Seen counts what a run looked at. Processes = Matched + Other + Vanished + Unreadable.
type Seen struct {
	Processes  int `json:"processes"`
	Matched    int `json:"matched"`
	Other      int `json:"other"`
	Vanished   int `json:"vanished"`
	Unreadable int `json:"unreadable"`
}

// Skip is one thing that was looked for and could not be read, or was left out on purpose. Nothing is skipped silently.
type Skip struct {
	What   string `json:"what"`             // "process 412", "/proc/412/fd", "detector java-tomcat"
	Path   Path   `json:"path,omitempty"`   // where, if a file
	Reason string `json:"reason"`           // "permission denied", "vanished", "is no zip archive: …"
	Remedy string `json:"remedy,omitempty"` // what the user can do: "run as root"
	Count  int    `json:"count,omitempty"`  // how many alike, when more than one
	// Each names what Count counts where the other fields do not: "412 (sshd)".
	Each []string `json:"each,omitempty"`
	// Incomplete is set when the skip leaves the result incomplete (exit code 4); a process that vanished never does.
	Incomplete bool `json:"incomplete,omitempty"`
}

// Equal reports whether both say the same.
func (s Skip) Equal(o Skip) bool {
	each := slices.Equal(s.Each, o.Each)
	s.Each, o.Each = nil, nil
	return each && reflect.DeepEqual(s, o)
}
