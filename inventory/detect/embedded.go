package detect

import (
	"slices"

	"a2c/model"
	"a2c/parse"
)

// embeddedServer is a library that applications serve HTTP with.
type embeddedServer struct {
	name            string
	group, artifact string // its archive's coordinates at Maven Central
	class           string // in archives that hold everything
}

func embeddedServers() []embeddedServer {
	return []embeddedServer{
		{"embedded Undertow", "io.undertow", "undertow-core", "io/undertow/Undertow.class"},
		{"embedded Tomcat", "org.apache.tomcat.embed", "tomcat-embed-core", "org/apache/catalina/startup/Tomcat.class"},
		{"embedded Jetty", "org.eclipse.jetty", "jetty-server", "org/eclipse/jetty/server/Server.class"},
		{"embedded Grizzly", "org.glassfish.grizzly", "grizzly-http-server", "org/glassfish/grizzly/http/server/HttpServer.class"},
		{"embedded Netty", "io.netty", "netty-codec-http", "io/netty/handler/codec/http/HttpServerCodec.class"},
		{"embedded Netty", "io.netty", "netty-all", "io/netty/handler/codec/http/HttpServerCodec.class"},
	}
}

// embedded names the HTTP server among an application's libraries, when there is a listener that nothing else explains: the same libraries
// serve clients, too.
func (j *jvm) embedded(listeners []model.Listener) model.Platform {
	if !slices.ContainsFunc(listeners, func(l model.Listener) bool { return l.Protocol == "tcp" && l.Purpose == "" }) {
		return model.Platform{}
	}
	var p model.Platform
	for _, e := range embeddedServers() {
		if k := j.artifactVersion(e.group, e.artifact); k.text != "" {
			p.Name = e.name
			p.Evidence.Add("name", k.from...)
			setField(&p.Version, &p.Evidence, "version", k.text, k.from...)
			return p
		}
	}
	if j.cmd.Mode != parse.JavaJar {
		return p
	}
	file := j.abs(j.cmd.Main.Value)
	for _, e := range embeddedServers() {
		if j.holds(file, e.class) {
			setField(&p.Name, &p.Evidence, "name", e.name, model.FromFile(model.Path(file+"!/"+e.class), 0))
			return p
		}
	}
	return p
}
