package model

// Configuration is configuration.json: what is in force for one application, by its framework's own order of precedence. It is a record of the host at
// one moment, for people and programs to read: a2c itself goes by the files.
type Configuration struct {
	// Rules names whose order of precedence decided: "Spring Boot", "WildFly", "WildFly domain", "ASP.NET Core" and others; "none" where each document stands for
	// itself.
	Rules string `json:"rules"`
	// Profiles are the active profiles or environments, in the framework's order.
	Profiles []string `json:"profiles"`
	// Sources are what was read, from what counts most to what counts least.
	Sources []ConfigSource `json:"sources"`
	// Values are sorted by key, then by place.
	Values   []ConfigValue `json:"values"`
	Skips    []Skip        `json:"skips"`
	Evidence Evidence      `json:"evidence,omitempty"`
}

// ConfigSource is one source of values.
type ConfigSource struct {
	Kind   string `json:"kind"` // "argument", "system property", "environment", "file", "packaged file", …
	Path   Path   `json:"path,omitempty"`
	Values int    `json:"values"` // how many it holds, overridden ones too
}

// ConfigValue is a value in force.
type ConfigValue struct {
	Key string `json:"key"`
	// Value is what the application gets, placeholders replaced and secrets redacted.
	Value string `json:"value"`
	// Written is the value as it stands at its place, when placeholders were replaced; redacted as well.
	Written string `json:"written,omitempty"`
	// Problem says why the value may not be what the application gets: a placeholder that nothing sets, a circle, a random value.
	Problem string `json:"problem,omitempty"`
	Kind    string `json:"kind"` // of its source
	// Place of a variable names the line of the unit of systemd, or of its file of variables, that sets it to what the process has, if there is one.
	Place Place `json:"place"`
	// Overrides are the values of the same key that do not count, from what would count next.
	Overrides []ConfigOverridden `json:"overrides,omitempty"`
	Evidence  Evidence           `json:"evidence,omitempty"`
}

// ConfigOverridden is a value that another one takes the place of.
type ConfigOverridden struct {
	Value string `json:"value"` // as it is written, secrets redacted
	Kind  string `json:"kind"`
	Place Place  `json:"place"`
}
