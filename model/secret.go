package model

// Secret is a value that must not leave the host unasked. It holds where the value lies, never the value.
type Secret struct {
	Name string `json:"name"` // variable, key or file name: "DB_PASSWORD", "spring.datasource.password"
	// Kind says what the value opens: "password", "connection-string", "private-key", "token", "keystore" (the file itself); "keystore-password",
	// "master-key" (decrypts other secrets, which are worth nothing without it), "signing-key" (of sessions and tokens: a new one logs everybody out),
	// "cloud-key" (on AWS a task role stands in its place), "ldap-bind", "mail-password", "url-password" (of a URL's userinfo), "password-hash" (can
	// only be compared with).
	Kind string `json:"kind"`
	// Length is the class of the value's length in bytes: "short" below 8, "medium" below 32, "long"; "" where the whole file is the secret.
	Length string `json:"length,omitempty"`
	// ProposedName is free within the application, and valid in Secrets Manager and, behind a slash, in SSM's Parameter Store: "a2c/ID/NAME". Its last
	// part is a valid key of a Secret of Kubernetes.
	ProposedName string `json:"proposedName,omitempty"`
	Place        Place  `json:"place"`
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
	// Encoding is "base64" where the value is the whole file, which need not be text: a variable cannot hold every byte.
	Encoding string `json:"encoding,omitempty"`
}

// Base64 is Place.Encoding of a whole file.
const Base64 = "base64"

// IndirectSecret is a setting with a secret's name whose value is none: it is encrypted, or says where the secret lies.
type IndirectSecret struct {
	Name string `json:"name"`
	// Form is how: "variable", "file", "jasypt", "vault", "credential-store", "key-vault", "aws", "liberty-aes", "cipher", "protected" (a section that
	// ASP.NET encrypts).
	Form     string   `json:"form"`
	Place    Place    `json:"place"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// LengthClass is Secret.Length of a value of n bytes.
func LengthClass(n int) string {
	switch {
	case n < 8:
		return "short"
	case n < 32:
		return "medium"
	}
	return "long"
}

// Redacted stands wherever a secret's value stood.
const Redacted = "<redacted>"
