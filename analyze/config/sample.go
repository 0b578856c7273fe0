package config

import (
	"maps"
	"path"

	"a2c/inventory/host"
	"a2c/parse"
)

// Sample reports whether a file is an example that a server brings along and that is as it was shipped: it configures nothing. Jetty's etc/jdbcRealm.properties
// names a driver that no release since MySQL's Connector/J 5 has, so that a realm of it would not start.
func Sample(root host.Tree, name string) bool {
	if path.Base(name) != "jdbcRealm.properties" {
		return false
	}
	data, err := host.ReadFile(root, name, maxSample)
	if err != nil {
		return false
	}
	settings, err := parse.ReadProperties(data)
	if err != nil {
		return false
	}
	values := map[string]string{}
	for _, s := range settings {
		values[s.Key] = s.Value
	}
	return maps.Equal(values, jdbcRealm())
}

const maxSample = 64 << 10

// jdbcRealm is the file of Jetty 9.4 to 12.
func jdbcRealm() map[string]string {
	return map[string]string{
		"jdbcdriver": "org.gjt.mm.mysql.Driver", "url": "jdbc:mysql://localhost/jetty", "username": "jetty", "password": "jetty", "usertable": "users", "usertablekey": "id",
		"usertableuserfield": "username", "usertablepasswordfield": "pwd", "roletable": "roles", "roletablekey": "id", "roletablerolefield": "role", "userroletable": "user_roles",
		"userroletableuserkey": "user_id", "userroletablerolekey": "role_id", "cachetime": "300",
	}
}
