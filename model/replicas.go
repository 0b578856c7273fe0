package model

// Replicas says whether two copies of the application may run at the same time.
type Replicas struct {
	Answer   string          `json:"answer"` // "yes", "no", "cannot tell"
	Reasons  []ReplicaReason `json:"reasons"`
	Evidence Evidence        `json:"evidence,omitempty"`
}

// ReplicaReason is one thing that speaks for the answer, or leaves it open.
type ReplicaReason struct {
	What     string   `json:"what"`
	Answer   string   `json:"answer"` // that this alone would give
	Evidence Evidence `json:"evidence,omitempty"`
}

// Answers of Replicas.
const (
	ReplicasYes     = "yes"
	ReplicasNo      = "no"
	ReplicasUnknown = "cannot tell"
)

// SessionsInMemory begins the reason that sessions, if there are any, are lost with the copy that holds them.
const SessionsInMemory = "sessions, if it has any, are kept in memory"
