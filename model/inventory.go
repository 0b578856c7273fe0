package model

import (
	"slices"
	"strings"
	"time"
)

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
	Instance  string     `json:"instance"` // what tells it from an equal one: unit, cwd or listener; the container, if any; "" when alone
	// Helper says why the process is no application to deploy: "Gradle daemon (build tool)"; "" for applications.
	Helper string `json:"helper,omitempty"`
	// Untried says why the facts of this kind of application are to be checked: the kind is known from its documentation alone; "" otherwise.
	Untried  string   `json:"untried,omitempty"`
	Runtime  Runtime  `json:"runtime"`
	Platform Platform `json:"platform,omitzero"`
	// WebApps are what a server serves, sorted by context; WebApp holds their names. Connectors are the ports that the configuration opens.
	WebApps    []WebApp    `json:"webApps,omitempty"`
	Connectors []Connector `json:"connectors,omitempty"`
	StartedAt  time.Time   `json:"startedAt"`
	// StartMark tells the process from others that had or get its number, also when the clock is set: the boot's ID and the start in clock ticks after it.
	StartMark string `json:"startMark,omitempty"`
	// NetNamespace is the inode of /proc/PID/ns/net; Foreign is set when it is not a2c's own.
	NetNamespace uint64 `json:"netNamespace,omitempty"`
	Foreign      bool   `json:"foreignNamespace,omitempty"`
	// Start is how it was started, Process what its main process was given, Container what it runs in when that is not the machine itself.
	Start     Start      `json:"start,omitzero"`
	Process   Process    `json:"process,omitzero"`
	Container *Container `json:"container,omitempty"`
	// UnixListeners are its Unix sockets, Published the machine's addresses that lead into its container, Proxies the reverse proxies in front.
	UnixListeners []UnixListener `json:"unixListeners,omitempty"`
	Published     []Published    `json:"published,omitempty"`
	Proxies       []Proxy        `json:"proxies,omitempty"`
	// Related are the IDs of other instances of the same artifact, sorted.
	Related  []string `json:"related,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Restarted is the application in another process of the same kind.
func (a App) Restarted(pid int, mark string) App {
	a.ProcessID, a.StartedAt, a.StartMark = pid, time.Time{}, mark
	return a
}

// User is whom a process runs as: the effective user and group (credentials(7)), as the machine numbers and names them.
type User struct {
	Name   string `json:"name"` // "" when no passwd entry has the number: that of the process's own root; of the machine when Inside is set
	UID    int    `json:"uid"`
	GID    int    `json:"gid"`
	Group  string `json:"group"`
	Groups []int  `json:"groups,omitempty"` // supplementary
	// Inside is whom the process takes itself for, when it is in a user namespace that is not the machine's (user_namespaces(7)).
	Inside   *InsideUser `json:"inside,omitempty"`
	Evidence Evidence    `json:"evidence,omitempty"`
}

// InsideUser is a User as numbered by the process's own user namespace and named by its own root.
type InsideUser struct {
	UID      int      `json:"uid"`
	GID      int      `json:"gid"`
	Name     string   `json:"name,omitempty"`
	Group    string   `json:"group,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Runtime is the language runtime that executes the application.
type Runtime struct {
	Kind       string   `json:"kind"`       // "jvm", "dotnet", "dotnet-self-contained", "mono", "native"
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

// WebApp is an application that a server serves.
type WebApp struct {
	Name    string `json:"name"`    // what the server calls it: Tomcat's "ROOT" or "a#b", WildFly's "shop.war"
	Context string `json:"context"` // where it answers: "/", "/shop"; "" when that cannot be told without asking the server
	Path    Path   `json:"path"`    // the folder or archive, where it really lies: docBase, a deployment's content
	// Descriptor is the file that deploys it from there; "" when it lies where the server looks by itself.
	Descriptor Path     `json:"descriptor,omitempty"`
	Evidence   Evidence `json:"evidence,omitempty"`
}

// Connector is a port that the configuration opens.
type Connector struct {
	Address  string   `json:"address"` // as written; "" when the server's default is in force; "unix:/run/shop.sock" for a Unix socket
	Port     int      `json:"port"`    // 0: the kernel chooses
	Purpose  string   `json:"purpose"`
	Open     bool     `json:"open"` // one of the listeners is it
	Evidence Evidence `json:"evidence,omitempty"`
}

// Listener is one address that the application accepts connections on.
type Listener struct {
	Address  string `json:"address"` // "127.0.0.1", "0.0.0.0", "::", IPv4-mapped addresses as IPv4
	Port     int    `json:"port"`
	Protocol string `json:"protocol"` // "tcp" or "udp"
	Family   string `json:"family"`   // "tcp", "tcp6", "udp", "udp6": the kernel file it stands in (App2Container's protocol)
	// Purpose is what the port is for, when known: http, https, ajp, shutdown, jmx, debug, management (administration and health), grpc,
	// fastcgi, cluster, metrics, messaging, database, ssh, iiop, naming; "" unknown.
	Purpose string `json:"purpose"`
	// Ephemeral is set by analyze when the kernel chose the port, as the program asked for none: at the next start it is another one.
	Ephemeral bool   `json:"ephemeral,omitempty"`
	PID       int    `json:"pid"`
	Inode     uint64 `json:"inode"`
	// Inherited says who opened the socket when the application did not: "systemd" (socket activation, sd_listen_fds(3)).
	Inherited string `json:"inherited,omitempty"`
	// Group is how many sockets share the address (SO_REUSEPORT), when more than one: the kernel spreads connections over them.
	Group    int      `json:"group,omitempty"`
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
	// "spring-property" (Key is server.address or management.server.address), "quarkus-property" (quarkus.http.host, quarkus.management.host),
	// "micronaut-property" (micronaut.server.host), "helidon-property" (server.host), "product-file" (a product's own file),
	// "kestrel-endpoint" (Key is Kestrel:Endpoints:NAME:Url),
	// "kestrel-urls" (Key is the variable ASPNETCORE_URLS, DOTNET_URLS, URLS, ..._HTTP_PORTS, or the key urls),
	// "jetty-property" (Key is the property of start.jar), "jetty-connector" (the object at Line of File, or what sets its host),
	// "liberty-endpoint" (attribute host of the element at Line of File), "karaf-config" (Key is PID:KEY of etc/PID.cfg), "osgi-property" (Key is the framework's),
	// "jboss-interface" (Key is the interface of the configuration, Value its address
	// as written; with an argument Key is the property that it resolves), "glassfish-listener" (Key is network-listener[NAME]/@address or the like; Line
	// is the listener's own when the attribute is missing; Key is the property that the attribute names, where that is set),
	// "websphere-endpoint" (Key is the end point of serverindex.xml), "weblogic-listen-address" (config.xml of the domain),
	// "mono-option" (Key is the option of Mono's server, or its variable),
	// "argument" (an address given to the program, a JMX or JDWP option), "default" (nothing sets it: Key is what would). The evidence tells which source is in force: Arg is set when it is an
	// argument, File when it is a file, else it is the environment.
	Mechanism string   `json:"mechanism"`
	Key       string   `json:"key"`            // the setting in force, in its own notation
	Value     string   `json:"value"`          // as written, for example "http://127.0.0.1:5000"
	File      Path     `json:"file,omitempty"` // the file in force, if one
	Line      int      `json:"line,omitempty"`
	Arg       int      `json:"arg,omitempty"` // index of the argument that holds the value, alone or behind "="; 0: no argument
	Evidence  Evidence `json:"evidence,omitempty"`
}

// Opens reports whether containerize knows how to change the setting in the image; kind is the application's type.
func (b Binding) Opens(kind string) bool {
	switch b.Mechanism {
	case "spring-property", "kestrel-urls", "kestrel-endpoint", "tomcat-connector", "quarkus-property", "micronaut-property", "helidon-property":
		return true
	case "argument", "mono-option":
		return b.Value != "" && b.Arg > 0
	case "liberty-endpoint":
		return b.File != "" || b.Arg > 0
	case "jetty-property", "jetty-connector", "jboss-interface", "glassfish-listener", "karaf-config", "osgi-property":
		return b.Value != "" && (b.File != "" || b.Arg > 0)
	case "default":
		return strings.HasPrefix(kind, "dotnet-") || b.FrameworkDefault() // Kestrel's own
	}
	return false
}

// FrameworkDefault reports a setting that nothing makes, and that a variable of its name would.
func (b Binding) FrameworkDefault() bool {
	return b.Mechanism == "default" && slices.Contains([]string{"quarkus.http.host", "quarkus.management.host", "micronaut.server.host", "server.host"}, b.Key)
}
