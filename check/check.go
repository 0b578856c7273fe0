// Package check runs rules over subjects: one file per rule family, testdata/<rule ID>/ for each rule.
package check

import (
	"time"

	"a2c/check/document"
	"a2c/internal/eol"
	"a2c/model"
)

// Targets that rules exist for.
const (
	ECSFargate = "ecs-fargate"
	ECSEC2     = "ecs-ec2"
	EKSFargate = "eks-fargate"
	EKSEC2     = "eks-ec2"
	ECSExpress = "ecs-express"
	AppRunner  = "app-runner"
	Lambda     = "lambda"
)

// Subject is what is judged. A nil field: the document says nothing of that kind.
type Subject struct {
	Name   string // application ID
	Target string // what it is judged for; set by Run
	App    *model.Analysis
	// Image is there once the application was containerized: what was changed on purpose, and what stays closed.
	Image *model.Image
	// Deployment is the size and shape asked for, when a deployment.json stands beside the analysis.
	Deployment *model.Deployment
	// EndOfLife is the table of ends of life, and Today the day on which it is asked.
	EndOfLife *eol.Table
	Today     time.Time
}

// Rule is a value: no state, no I/O.
type Rule struct {
	ID       string         // "fargate.privileged-unsupported"
	Title    string         // what is demanded, in one line
	Remedy   string         // what to do, in one or two sentences
	Note     string         // where sources disagree: both, and what was decided
	Source   string         // address of the page or API field that states it
	Targets  []string       // "ecs-fargate"
	Severity model.Severity // of Fail; FailAs says otherwise for one statement
	// Run looks at a live application; Task, Service, Pod and Object at what documents describe, Document at any of them. A rule has at least
	// one way of looking.
	Run      func(*Subject, Reporter)
	Task     func(*document.Task, Says)
	Service  func(*document.Service, Says)
	Pod      func(*document.Pod, Says)
	Object   func(*document.Object, Says)
	Document func(*document.Subject, Says)

	Function  func(*document.Function, Says)
	AppRunner func(*document.AppRunner, Says)
	Express   func(*document.Express, Says)
	Profile   func(*document.Profile, Says)
}

// Reporter takes a rule's statements.
type Reporter interface {
	// Fail says that the subject breaks the rule: message for this case, with its evidence.
	Fail(message string, at ...model.Source)
	// FailAs is Fail for the part of a rule that weighs differently: what AWS refuses in a document may on a machine be no more
	// than a reason to look.
	FailAs(severity model.Severity, message string, at ...model.Source)
	// CannotTell says what evidence is missing, and what would supply it ("a2c analyze --observe 60s").
	CannotTell(message, needs string, at ...model.Source)
}
