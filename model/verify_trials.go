package model

import (
	"fmt"
	"strings"
)

// Hardening is a set of restrictions.
type Hardening struct {
	ReadOnlyRoot    bool `json:"readOnlyRoot"`
	NoNewPrivileges bool `json:"noNewPrivileges"` // setuid programs and capabilities of files give nothing (PR_SET_NO_NEW_PRIVS)
	NonRoot         bool `json:"nonRoot"`         // the image's own user is not root
	// Capabilities are all that it may have, without "CAP_"; none: all were dropped.
	Capabilities []string `json:"capabilities"`
	Seccomp      string   `json:"seccomp"` // "RuntimeDefault": the profile that Docker and containerd have by default
	// Writable are the folders in memory beside a read-only root; Found those of them that the image does not name: verify saw the application write there.
	Writable []Path `json:"writable"`
	Found    []Path `json:"found"`
	// Failed are sets under which something was not the same, the strictest first.
	Failed []HardeningTrial `json:"failed"`
}

// UsualCapabilities are those that Docker and containerd give a container by default. Those that are used together stand beside each other.
func UsualCapabilities() []string {
	return []string{
		"SETUID", "SETGID", "SETPCAP", "SETFCAP", "KILL", "AUDIT_WRITE", "SYS_CHROOT", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "MKNOD", "NET_BIND_SERVICE", "NET_RAW",
	}
}

// String names it as people read it: "read-only root with /work in memory, no capabilities, no new privileges". The user and the folders that the image itself names
// are left out.
func (h Hardening) String() string {
	parts := []string{"writable root", "no capabilities", "new privileges"}
	if h.ReadOnlyRoot {
		parts[0] = "read-only root"
	}
	for i, p := range h.Found {
		parts[0] += []string{" with ", " and "}[min(i, 1)] + p.String()
	}
	if len(h.Found) > 0 {
		parts[0] += " in memory"
	}
	if n := len(h.Capabilities); n == len(UsualCapabilities()) {
		parts[1] = "the usual capabilities"
	} else if n > 0 {
		parts[1] = "no capabilities but " + strings.Join(h.Capabilities, " and ")
	}
	if h.NoNewPrivileges {
		parts[2] = "no new privileges"
	}
	return strings.Join(parts, ", ")
}

// HardeningTrial is a set that does not do.
type HardeningTrial struct {
	Set string `json:"set"` // "read-only root, no capabilities, no new privileges"
	Why string `json:"why"`
}

// Stop is how the image ended when it was asked to.
type Stop struct {
	Signal       string  `json:"signal"` // the image's STOPSIGNAL, or SIGTERM
	GraceSeconds float64 `json:"graceSeconds"`
	Seconds      float64 `json:"seconds"`  // until it had ended, or GraceSeconds
	ExitCode     int     `json:"exitCode"` // 128 and the signal's number when a signal ended it
	Clean        bool    `json:"clean"`    // in time, with exit code 0 or 128 and Signal's number
	Killed       bool    `json:"killed"`   // it did not end in time
}

// String is one line: "SIGTERM ends it after 0.3 s with exit code 143, cleanly".
func (s Stop) String() string {
	switch {
	case s.Killed:
		return fmt.Sprintf("%s does not end it within %.0f s: it was killed", s.Signal, s.GraceSeconds)
	case s.Clean:
		return fmt.Sprintf("%s ends it after %.1f s with exit code %d, cleanly", s.Signal, s.Seconds, s.ExitCode)
	}
	return fmt.Sprintf("%s ends it after %.1f s with exit code %d", s.Signal, s.Seconds, s.ExitCode)
}

// Sizing is the search for the smallest Fargate size at which the image starts in time and answers fast enough.
type Sizing struct {
	LeastMiB     int         `json:"leastMiB"`     // what was measured with its headroom: nothing smaller was tried
	GraceSeconds float64     `json:"graceSeconds"` // for the start
	LiveMillis   float64     `json:"liveMillis"`   // the live application's median latency; 0: not known
	LimitMillis  float64     `json:"limitMillis"`  // what the image may take: 1.5 times that, or 2 ms more, which is noise
	Trials       []SizeTrial `json:"trials"`
	CPU          float64     `json:"cpu"`    // vCPU of the smallest that does; 0: none
	Memory       int         `json:"memory"` // MiB, with CPU
	Why          string      `json:"why,omitempty"`
}

// SizeTrial is one size.
type SizeTrial struct {
	CPU    float64 `json:"cpu"`    // vCPU
	Memory int     `json:"memory"` // MiB
	Fits   bool    `json:"fits"`
	Why    string  `json:"why,omitempty"` // what stands against it
	// ReadySeconds is the time from the start until everything was answered, Millis the median latency, WarmSeconds how long it was asked until it was that; 0: it never was.
	ReadySeconds float64 `json:"readySeconds,omitempty"`
	Millis       float64 `json:"millis,omitempty"`
	WarmSeconds  float64 `json:"warmSeconds,omitempty"`
}

// String is one line: "0.25 vCPU with 1024 MiB: ready after 21.3 s, answers after 3.1 ms".
func (t SizeTrial) String() string {
	text := fmt.Sprintf("%g vCPU with %d MiB: ", t.CPU, t.Memory)
	if t.ReadySeconds > 0 {
		text += fmt.Sprintf("ready after %.1f s, ", t.ReadySeconds)
	}
	if t.Why != "" {
		return text + t.Why
	}
	return text + fmt.Sprintf("answers after %.1f ms", t.Millis)
}
