package parse

import (
	"strings"

	"a2c/model"
)

// redisEndpoints reads StackExchange.Redis' configuration (stackexchange.github.io: "Configuration"): host:6379,host2:6379,password=…,ssl=True.
func redisEndpoints(value string) []Endpoint {
	var hosts []string
	option := false
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		key, _, is := strings.Cut(part, "=")
		switch {
		case is && redisOption(key):
			option = true
		case is || option: // a password may hold a comma
		case part != "":
			hosts = append(hosts, part)
		}
	}
	if !option || len(hosts) == 0 {
		return nil
	}
	return hostList(strings.Join(hosts, ","), 6379, Endpoint{Kind: model.DependsCache, Product: "Redis", Protocol: "redis"})
}

func redisOption(name string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "abortconnect", "allowadmin", "channelprefix", "checkcertificaterevocation", "connectretry", "connecttimeout", "configchannel", "configcheckseconds", "defaultdatabase",
		"keepalive", "name", "password", "user", "proxy", "resolvedns", "servicename", "ssl", "sslhost", "sslprotocols", "synctimeout", "asynctimeout", "tiebreaker", "version", "protocol":
		return true
	}
	return false
}
