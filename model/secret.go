package model

// Secret is a value that must not leave the host unasked. It holds where the value lies, never the value.
type Secret struct {
	Name  string `json:"name"` // variable, key or file name: "DB_PASSWORD", "spring.datasource.password"
	Kind  string `json:"kind"` // "password", "connection-string", "private-key", "token", "keystore"
	Place Place  `json:"place"`
	// Prefix stands before the value in the variable Name, "" by default: "-Ddb.password=" in JDK_JAVA_OPTIONS, quoted as the variable needs
	// it. Behind a prefix the value is written by parse.JavaWord. Secrets of one Name are joined by a space.
	Prefix string `json:"prefix,omitempty"`
	// Comment says that it stands in a comment of the file: nothing uses it as it is, yet whoever gets the file gets the value.
	Comment  bool     `json:"comment,omitempty"`
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
