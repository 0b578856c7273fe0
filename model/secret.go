package model

// Secret is a value that must not leave the host unasked. It holds where the value lies, never the value.
type Secret struct {
	Name  string `json:"name"` // variable, key or file name: "DB_PASSWORD", "spring.datasource.password"
	Kind  string `json:"kind"` // "password", "connection-string", "private-key", "token", "keystore"
	Place Place  `json:"place"`
	// Prefix stands before the value in the variable Name, "" by default: "-Ddb.password=" in JDK_JAVA_OPTIONS. Secrets of one Name are
	// joined by a space, each put in double quotes as a whole when it holds white space.
	Prefix   string   `json:"prefix,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Place is where a secret's value can be read at the moment of use (internal/reveal).
type Place struct {
	Kind string `json:"kind"`           // "env", "file", "argv"
	Key  string `json:"key,omitempty"`  // the variable of the main process; the key inside the file; the option of the argument
	Path Path   `json:"path,omitempty"` // the file
	Line int    `json:"line,omitempty"` // 1-based
	Arg  int    `json:"arg,omitempty"`  // index into the main process's arguments
}

// Redacted stands wherever a secret's value stood.
const Redacted = "<redacted>"
