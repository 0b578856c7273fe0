package model

// Job is work that the machine starts by the clock and that has to do with the application: it runs as its user, or its command names its folders.
type Job struct {
	Kind     string   `json:"kind"`           // "cron", "timer"
	When     string   `json:"when"`           // as written: "*/5 * * * *", "@daily", "OnCalendar=daily"
	User     string   `json:"user,omitempty"` // whom it runs as; "" for a unit that names none: root
	Command  string   `json:"command"`        // redacted
	Why      string   `json:"why"`            // it belongs to the application
	File     Path     `json:"file"`
	Line     int      `json:"line"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Locale is what the application takes from the machine for times, texts and their encoding.
type Locale struct {
	TimeZone string   `json:"timeZone,omitempty"` // "Europe/Berlin"; "" : UTC
	Language string   `json:"language,omitempty"` // LC_ALL, LC_CTYPE or LANG, as written; "": POSIX
	Encoding string   `json:"encoding,omitempty"` // of files and output, when nothing else is said
	Evidence Evidence `json:"evidence,omitempty"`
}
