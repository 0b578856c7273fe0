package parse

import (
	"strings"

	"a2c/model"
)

// oracleEndpoints reads what stands behind jdbc:oracle: (docs.oracle.com: JDBC Developer's Guide, "Data Sources and URLs"): thin:@//host:port/service,
// thin:@host:port:SID, thin:@tcps://host:port/service, thin:@(DESCRIPTION=…), thin:@alias of tnsnames.ora, thin:@ldap://…; user/password before '@'.
func oracleEndpoints(after string) []Endpoint {
	e := Endpoint{Kind: model.DependsDatabase, Product: "Oracle Database", Protocol: "oracle"}
	_, place, ok := strings.Cut(after, ":")
	if !ok {
		return nil
	}
	if i := strings.IndexByte(place, '('); i >= 0 && strings.Contains(strings.ToLower(place[i:]), "address") {
		return tnsEndpoints(place[i:], e)
	}
	place = withoutUser(place)
	return oraclePlace(place, e)
}

// oraclePlace reads one connect identifier.
func oraclePlace(place string, e Endpoint) []Endpoint {
	place, _, _ = strings.Cut(place, "?")
	lower := strings.ToLower(place)
	if strings.HasPrefix(lower, "ldap://") || strings.HasPrefix(lower, "ldaps://") {
		return urlEndpoints(place)
	}
	for _, p := range []string{"tcp:", "tcps:"} {
		if strings.HasPrefix(lower, p+"//") {
			place = place[len(p):]
		}
	}
	place = strings.TrimPrefix(place, "//")
	host, service, slash := strings.Cut(place, "/")
	if !slash {
		if f := strings.Split(place, ":"); len(f) == 3 { // host:port:SID
			host, service = f[0]+":"+f[1], f[2]
		} else if len(f) == 1 { // an alias, which tnsnames.ora resolves
			if e.Resource = resourceName(place); e.Resource == "" || !isHost(place) {
				return nil
			}
			return []Endpoint{e}
		}
	}
	service, _, _ = strings.Cut(service, ":") // service:dedicated
	e.Resource = resourceName(service)
	return hostList(host, 1521, e)
}

// tnsEndpoints reads the addresses of a connect descriptor (docs.oracle.com: Net Services Reference, "Local Naming Parameters"):
// (DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=a)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=x))).
func tnsEndpoints(s string, e Endpoint) []Endpoint {
	var out []Endpoint
	host, port := "", 1521
	put := func() {
		if host != "" && isHost(host) && len(out) < maxEndpoints {
			each := e
			each.Host, each.Port = host, port
			out = append(out, each)
		}
		host, port = "", 1521
	}
	resource := ""
	for part := range strings.SplitSeq(s, "(") {
		key, v, _ := strings.Cut(part, "=")
		v, _, _ = strings.Cut(v, ")")
		v = strings.TrimSpace(v)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "address":
			put()
		case "host":
			host = v
		case "port":
			if n, ok := portNumber(v); ok {
				port = n
			}
		case "service_name", "sid":
			resource = resourceName(v)
		}
	}
	put()
	for i := range out {
		out[i].Resource = resource
	}
	return out
}
