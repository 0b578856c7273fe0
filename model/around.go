package model

// Container is what an application runs in when that is not the machine's own system.
type Container struct {
	// Engine is "docker", "containerd", "cri-o", "podman", "lxc", "systemd-nspawn", "kubernetes" (whose runtime the cgroup does not name),
	// or "unknown": a root folder and process numbers of its own, and nothing that tells who made them.
	Engine string `json:"engine"`
	ID     string `json:"id,omitempty"`   // the engine's: 64 hex digits, a machine's name; "" when unknown
	Name   string `json:"name,omitempty"` // for people, when the engine's files or arguments tell it
	// Namespace is containerd's, which an ID is valid in: "moby", "k8s.io", "default"; "" when no shim of containerd tells it.
	Namespace string   `json:"namespace,omitempty"`
	Evidence  Evidence `json:"evidence,omitempty"`
}

// UnixListener is a Unix socket that the application accepts connections or datagrams on (unix(7)).
type UnixListener struct {
	// Path is a name in the application's root; abstract names begin with "@", as the kernel prints them.
	Path     Path     `json:"path"`
	Type     string   `json:"type"` // "stream", "datagram", "seqpacket"
	PID      int      `json:"pid"`
	Inode    uint64   `json:"inode"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Published is an address of the machine whose connections a helper of a container engine hands on to a port of the application.
type Published struct {
	Address  string   `json:"address"`
	Port     int      `json:"port"`
	Protocol string   `json:"protocol"`         // "tcp" or "udp"
	Target   int      `json:"target,omitempty"` // the application's port; 0 when the helper does not tell
	By       string   `json:"by"`               // "docker-proxy", "conmon", "rootlessport", "slirp4netns"
	PID      int      `json:"pid"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Proxy is a place in a reverse proxy's configuration that hands requests on to the application.
type Proxy struct {
	Product string   `json:"product"`          // "nginx", "apache", "haproxy", "lighttpd"
	PID     int      `json:"pid"`              // its main process
	Listen  []string `json:"listen,omitempty"` // as written: "80", "127.0.0.1:8443 ssl", "*:80"
	// ServerNames are the host names that it answers for; none: all of them.
	ServerNames []string `json:"serverNames,omitempty"`
	Path        string   `json:"path,omitempty"` // of the requests it hands on, as written: "/shop", "~ \.jsp$"; "" all
	Upstream    string   `json:"upstream"`       // as written: "http://127.0.0.1:8080/shop"
	Port        int      `json:"port,omitempty"` // the listener of the application; 0 for a Unix socket
	Evidence    Evidence `json:"evidence,omitempty"`
}
