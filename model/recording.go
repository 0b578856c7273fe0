package model

import "slices"

// Recording is recorded.json: what the live application answered, so that an image can be compared with it when it is not to be asked. Known secrets and the values
// of cookies are taken out; what else the answers hold stays in them.
type Recording struct {
	ApplicationID string             `json:"applicationId"`
	CreatedTime   string             `json:"createdTime"` // RFC 3339, UTC
	Questions     []RecordedQuestion `json:"questions"`
	Live          *LiveLoad          `json:"live,omitempty"` // what it cost the live application
	Skips         []Skip             `json:"skips,omitempty"`
	Inputs        Inputs             `json:"inputs"`
}

// WithoutBodies is what may be printed: pages of an application are no business of a terminal or of a job's log.
func (r Recording) WithoutBodies() Recording {
	r.Questions = slices.Clone(r.Questions)
	for i := range r.Questions {
		r.Questions[i].First.Body, r.Questions[i].Again.Body = nil, nil
	}
	return r
}

// RecordedQuestion is one request with both answers to it.
type RecordedQuestion struct {
	Port   int            `json:"port"`
	Method string         `json:"method"`
	Path   string         `json:"path"` // with its query, as it was asked for
	Host   string         `json:"host,omitempty"`
	From   string         `json:"from,omitempty"`
	First  RecordedAnswer `json:"first"`
	Again  RecordedAnswer `json:"again"` // with Accept-Encoding: gzip
}

// RecordedAnswer is an answer, or its beginning.
type RecordedAnswer struct {
	Status      int                 `json:"status"`
	Header      map[string][]string `json:"header"`
	Body        []byte              `json:"body,omitempty"` // base64, unpacked, at most 4 MiB
	Cut         bool                `json:"cut,omitempty"`  // the body goes on beyond that
	Encoding    string              `json:"encoding,omitempty"`
	PackedBytes int64               `json:"packedBytes,omitempty"` // of the body as it came
	Certificate string              `json:"certificate,omitempty"` // SHA-256 of the server's, hex
}
