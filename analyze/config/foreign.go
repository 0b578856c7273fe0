package config

import (
	"path"
	"slices"

	"a2c/analyze/subject"
	"a2c/inventory/host"
)

// Spare is a folder that a variable names and that is not the application's.
type Spare struct{ Path, Reason string }

// foreign says what a folder that a variable names is when that is no part of the application: a runtime, a server or a tool that does not run here.
// Variables such as JDK_HOME, JBOSS_HOME or MAVEN_HOME are set for everybody on a machine. "" when it may be one, as of everything that a process of
// the application uses a file of.
func (r *resolver) foreign(dir string) string {
	for _, k := range known() {
		if r.holds(dir, k.marks) && !r.used(dir) {
			return k.what
		}
	}
	return ""
}

// knownHome is what is known by files in it; all of them must be there.
type knownHome struct {
	what  string
	marks []string
}

func known() []knownHome {
	return []knownHome{
		{"another Java runtime than the one that runs", []string{"bin/java", "lib/modules"}},
		{"another Java runtime than the one that runs", []string{"bin/java", "lib/rt.jar"}},
		{"another Java runtime than the one that runs", []string{"bin/java", "jre/lib/rt.jar"}},
		{"a .NET runtime that does not run", []string{"dotnet", "shared", "host/fxr"}},
		{"an Apache Tomcat that does not run", []string{"bin/catalina.sh", "lib/catalina.jar"}},
		{"a WildFly that does not run", []string{"jboss-modules.jar", "modules"}},
		{"a Jetty that does not run", []string{"start.jar", "modules", "lib"}},
		{"a GlassFish that does not run", []string{"glassfish/modules", "glassfish/bin/asadmin"}},
		{"a Karaf that does not run", []string{"bin/karaf", "system"}},
		{"a Liberty that does not run", []string{"bin/server", "lib/versions"}},
		{"a tool of developers, Maven", []string{"bin/mvn", "lib"}},
		{"a tool of developers, Gradle", []string{"bin/gradle", "lib"}},
		{"a tool of developers, Ant", []string{"bin/ant", "lib/ant.jar"}},
	}
}

func (r *resolver) holds(dir string, marks []string) bool {
	for _, m := range marks {
		if ok, err := host.Exists(r.s.Root, path.Join(dir, m)); !ok || err != nil {
			return false
		}
	}
	return true
}

// used reports whether a folder holds, or lies in, what is known to belong to the application, or a file that one of its processes has open or mapped.
func (r *resolver) used(dir string) bool {
	dir = r.real(dir)
	app := r.s.App
	for _, p := range []string{string(app.Base), string(app.Artifact), string(app.Runtime.Home), string(app.Platform.Home), r.c.DotnetRoot} {
		if p != "" && (subject.Under(r.real(p), dir) || subject.Under(dir, r.real(p))) {
			return true
		}
	}
	for _, f := range r.c.References { // the class path, agents, what documents name
		if subject.Under(r.real(f.Path), dir) {
			return true
		}
	}
	return slices.ContainsFunc(r.s.Procs, func(p *subject.Proc) bool { return opens(p, dir) })
}

// opens reports whether a process has something in a folder open, mapped, or as its program or working folder.
func opens(p *subject.Proc, dir string) bool {
	if subject.Under(p.Exe, dir) || subject.Under(p.Cwd, dir) {
		return true
	}
	for _, f := range p.FDs {
		if f.Name != "" && subject.Under(f.Name, dir) {
			return true
		}
	}
	for _, m := range p.Maps {
		if subject.Under(m.Path, dir) {
			return true
		}
	}
	return false
}

// ownHome reports whether a folder is one that its kind knows how to take, with a choice of what is in it: a variable that names it too, JDK_HOME of the
// runtime that runs, adds nothing.
func (r *resolver) ownHome(dir string) bool {
	app := r.s.App
	return slices.ContainsFunc([]string{string(app.Runtime.Home), r.c.DotnetRoot, string(app.Platform.Home)}, func(p string) bool {
		return p != "" && r.real(p) == r.real(dir)
	})
}

// real is a path without links; one that leads nowhere stays.
func (r *resolver) real(p string) string {
	if to, _, err := host.Resolve(r.s.Root, p); err == nil {
		return to
	}
	return p
}
