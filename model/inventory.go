package model

import "time"

// Inventory is inventory.json: App2Container's shape, an object keyed by application ID and nothing else in it.
type Inventory map[string]App

// App is one application that runs on the host. The first four fields are App2Container's; the rest stand beside them.
type App struct {
	ProcessID       int    `json:"processId"`       // the main process, in the PID namespace that a2c runs in
	Cmdline         string `json:"cmdline"`         // for people: arguments quoted where needed, secrets redacted, never shortened
	ApplicationType string `json:"applicationType"` // the detector's name: "java-tomcat"
	WebApp          string `json:"webApp"`          // context names of a server's applications, comma-separated; "" otherwise

	Name      string     `json:"name"`      // for people: artifact or instance name
	Processes []int      `json:"processes"` // every PID the application claims, ascending, the main one included
	User      User       `json:"user"`
	Listeners []Listener `json:"listeners"`
	Artifact  Path       `json:"artifact"` // main artifact: jar, war, dll, executable; a server's base folder when it has several
	Base      Path       `json:"base"`     // base folder: catalina.base, the publish folder, the jar's folder
	Instance  string     `json:"instance"` // what tells it from an equal one: unit, cwd or listener; "" when alone
	Runtime   Runtime    `json:"runtime"`
	Platform  Platform   `json:"platform,omitzero"`
	StartedAt time.Time  `json:"startedAt"`
	// NetNamespace is the inode of /proc/PID/ns/net; Foreign is set when it is not a2c's own.
	NetNamespace uint64   `json:"netNamespace,omitempty"`
	Foreign      bool     `json:"foreignNamespace,omitempty"`
	Evidence     Evidence `json:"evidence,omitempty"`
}

// User is whom a process runs as: the effective user and group (credentials(7)).
type User struct {
	Name     string   `json:"name"` // "" when no passwd entry has the number
	UID      int      `json:"uid"`
	GID      int      `json:"gid"`
	Group    string   `json:"group"`
	Groups   []int    `json:"groups,omitempty"` // supplementary
	Evidence Evidence `json:"evidence,omitempty"`
}

// Runtime is the language runtime that executes the application.
type Runtime struct {
	Kind       string   `json:"kind"`       // "jvm", "dotnet", "dotnet-self-contained", "native"
	Name       string   `json:"name"`       // "OpenJDK (Debian)", ".NET", from its own release file
	Version    string   `json:"version"`    // "17.0.15", "9.0.7"
	Home       Path     `json:"home"`       // java.home, the dotnet root, the self-contained folder
	Executable Path     `json:"executable"` // /proc/PID/exe
	Evidence   Evidence `json:"evidence,omitempty"`
}

// Platform is what stands between the runtime and the application's own code, when it is known: Apache Tomcat, Spring Boot, ASP.NET Core.
type Platform struct {
	Name     string   `json:"name"`           // "Apache Tomcat"
	Version  string   `json:"version"`        // "10.1.30"; "" when it cannot be read
	Home     Path     `json:"home,omitempty"` // its folder, when it has one of its own: catalina.home
	Evidence Evidence `json:"evidence,omitempty"`
}

// Listener is one address that the application accepts connections on.
type Listener struct {
	Address  string `json:"address"` // "127.0.0.1", "0.0.0.0", "::", IPv4-mapped addresses as IPv4
	Port     int    `json:"port"`
	Protocol string `json:"protocol"` // "tcp" or "udp"
	Family   string `json:"family"`   // "tcp", "tcp6", "udp", "udp6": the kernel file it stands in (App2Container's protocol)
	// Purpose is what the port is for, when known: http, https, ajp, shutdown, jmx, debug, management, grpc; "" unknown.
	Purpose  string   `json:"purpose"`
	PID      int      `json:"pid"`
	Inode    uint64   `json:"inode"`
	Binding  *Binding `json:"binding,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Loopback reports whether only the host itself can reach the listener.
func (l Listener) Loopback() bool {
	return l.Address == "::1" || len(l.Address) > 4 && l.Address[:4] == "127."
}

// Binding is the setting that decided a listener's address, so that it can be changed in the image.
type Binding struct {
	// Mechanism is how the address is set:
	// "tomcat-connector" (attribute address of the Connector at Line of File; Line is the Connector's own when the attribute is missing),
	// "spring-property" (Key is server.address or management.server.address), "kestrel-endpoint" (Key is Kestrel:Endpoints:NAME:Url),
	// "kestrel-urls" (Key is the variable ASPNETCORE_URLS, DOTNET_URLS, URLS, ..._HTTP_PORTS, or the key urls), "argument" (a JMX or JDWP
	// option), "default" (nothing sets it: Key is what would). The evidence tells which source is in force: Arg is set when it is an
	// argument, File when it is a file, else it is the environment.
	Mechanism string   `json:"mechanism"`
	Key       string   `json:"key"`            // the setting in force, in its own notation
	Value     string   `json:"value"`          // as written, for example "http://127.0.0.1:5000"
	File      Path     `json:"file,omitempty"` // the file in force, if one
	Line      int      `json:"line,omitempty"`
	Arg       int      `json:"arg,omitempty"` // index of the argument that holds the value, alone or behind "="; 0: no argument
	Evidence  Evidence `json:"evidence,omitempty"`
}
