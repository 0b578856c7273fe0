package model

import "slices"

// Dependency is something that the application talks to, or is configured to talk to. It holds no user and no password.
type Dependency struct {
	Name string         `json:"name"` // for people: "PostgreSQL shop at db.example:5432", "H2 /var/lib/shop/shop, embedded"
	Kind DependencyKind `json:"kind"`
	// Product is what answers there: "PostgreSQL"; "" when neither the configuration nor the listener tells.
	Product   string `json:"product,omitempty"`
	Protocol  string `json:"protocol"`       // "postgresql", "http", "amqp"; "tcp" or "udp" when no more is known
	Direction string `json:"direction"`      // "out", or "both" where the other end connects too, as members of a cluster do
	Host      string `json:"host,omitempty"` // as configured; "" when only a connection was seen, and for embedded ones
	Port      int    `json:"port,omitempty"` // 0: not known
	// Resource is what of it: a database, a virtual host, a bucket, an exported folder; of an embedded database the file, or its name in memory.
	Resource string `json:"resource,omitempty"`
	// Internal is set for a database or broker that runs inside of the application: it moves with it, and its files are state.
	Internal bool `json:"internal,omitempty"`
	// Addresses are those of the connections seen, and of /etc/hosts; of the host's resolver only where analyze --resolve asked it.
	Addresses  []string     `json:"addresses"`
	Configured []Configured `json:"configured"` // where the configuration names it; none: only a connection was seen
	Alive      bool         `json:"alive"`      // a connection was seen, or the embedded database's file is open
	Process    string       `json:"process,omitempty"`
	// AppID is the application of this host's inventory that listens there, Process the process: "postgres (812)".
	AppID    string   `json:"applicationId,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Configured is one setting that names a dependency.
type Configured struct {
	Key    string `json:"key"`
	Source Source `json:"source"` // a line, a variable or an argument
}

// DependencyKind sorts dependencies by what they are to the application.
type DependencyKind string

// Kinds of dependencies.
const (
	DependsDatabase  DependencyKind = "database"
	DependsCache     DependencyKind = "cache"
	DependsBroker    DependencyKind = "broker"
	DependsSearch    DependencyKind = "search"
	DependsHTTP      DependencyKind = "http"
	DependsRemote    DependencyKind = "remote-objects" // RMI, IIOP, T3, WildFly's remoting
	DependsLDAP      DependencyKind = "ldap"
	DependsMail      DependencyKind = "mail"
	DependsStore     DependencyKind = "object-store"
	DependsRegistry  DependencyKind = "registry" // of services or settings: Eureka, Consul, ZooKeeper, Vault
	DependsCluster   DependencyKind = "cluster"  // other copies of itself
	DependsShare     DependencyKind = "file-share"
	DependsTransfer  DependencyKind = "file-transfer" // FTP, SFTP
	DependsLicence   DependencyKind = "licence"
	DependsTelemetry DependencyKind = "telemetry" // logs, metrics, traces that are sent away
	DependsAWS       DependencyKind = "aws"       // AWS's own endpoints, instance metadata included
	DependsOther     DependencyKind = "other"
)

// AWSService is a service of AWS that the application seems to use.
type AWSService struct {
	Service string `json:"service"` // prefix of its actions in IAM: "s3"
	Title   string `json:"title"`   // "Amazon S3"
	// Actions are a proposal for the task role: few, to be held against what the application does. None: the service is reached without IAM, or not known.
	Actions  []string `json:"actions"`
	Note     string   `json:"note,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Remote reports whether a task must reach it over the network.
func (d Dependency) Remote() bool { return !d.Internal && (d.Host != "" || len(d.Addresses) > 0) }

// Has reports whether one of the addresses is it.
func (d Dependency) Has(address string) bool { return slices.Contains(d.Addresses, address) }
