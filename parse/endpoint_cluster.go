package parse

import (
	"net/netip"
	"strings"

	"a2c/model"
)

// clusterEndpoints reads a multicast group, "228.8.8.8" or "228.0.0.4:45564": other copies of the application meet there (JGroups, Hazelcast, Tomcat's
// Membership).
func clusterEndpoints(value string) []Endpoint {
	host, port, ok := addressOf(value, 0)
	if !ok {
		return nil
	}
	if a, err := netip.ParseAddr(host); err != nil || !a.IsMulticast() {
		return nil
	}
	return []Endpoint{{Kind: model.DependsCluster, Protocol: "udp", Host: host, Port: port, Both: true}}
}

// MountEndpoint is the server of a mounted file system: "host:/export" for NFS, "//host/share" for SMB; false for others (nfs(5), mount.cifs(8)).
func MountEndpoint(fsType, source string) (Endpoint, bool) {
	e := Endpoint{Kind: model.DependsShare}
	host := ""
	switch fsType {
	case "nfs", "nfs4":
		at := strings.LastIndex(source, ":/")
		if at < 0 {
			return e, false
		}
		host, e.Protocol, e.Resource, e.Port = source[:at], "nfs", resourceName(source[at+1:]), 2049
	case "cifs", "smb3", "smbfs":
		name, share, _ := strings.Cut(strings.TrimPrefix(source, "//"), "/")
		host, e.Protocol, e.Resource, e.Port = name, "smb", resourceName(share), 445
	default:
		return e, false
	}
	var ok bool
	e.Host, _, ok = addressOf(host, 0)
	return e, ok
}
