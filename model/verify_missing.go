package model

import "fmt"

// MissingFile is a path that the image looked for, that the machine has, and that is not in the image.
type MissingFile struct {
	Path    Path   `json:"path"`
	Type    string `json:"type"` // "file", "dir"
	Bytes   int64  `json:"bytes"`
	Call    string `json:"call"`              // the first system call that looked for it: "openat", "execve", "newfstatat"
	Count   int    `json:"count"`             // how often it was looked for
	Program Path   `json:"program,omitempty"` // that looked first; "": the start of the image
	// Belongs says whether it should be in the image: a2c verify --repair adds it then. Why says why, or why not.
	Belongs bool   `json:"belongs"`
	Why     string `json:"why"`
}

// String is a sentence: "the image looked for /x/y 3 times (openat), which is on this machine and not in the image".
func (m MissingFile) String() string {
	times := ""
	if m.Count > 1 {
		times = fmt.Sprintf(" %d times", m.Count)
	}
	return fmt.Sprintf("the image looked for %s%s (%s), which is on this machine and not in the image", m.Path, times, m.Call)
}

// Repair is one round of a2c verify --repair.
type Repair struct {
	Added []Path `json:"added"` // to containerParameters.runtimeFiles
	// Refused are those of Added that were taken back, with the reason: "/x/key.pem: it holds a secret".
	Refused     []string `json:"refused,omitempty"`
	ImageDigest string   `json:"imageDigest"` // of the image that was built with them; "": none was
	Verdict     string   `json:"verdict"`     // on that image
}

// Lacking are the missing files that belong to the image.
func (v Verification) Lacking() []MissingFile {
	var list []MissingFile
	for _, m := range v.MissingFiles {
		if m.Belongs {
			list = append(list, m)
		}
	}
	return list
}
