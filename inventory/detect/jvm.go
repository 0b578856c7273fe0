package detect

import (
	"fmt"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// jvm is a process that runs a Java virtual machine.
type jvm struct {
	*view
	why     model.Source // what shows that it is one
	cmd     *parse.JavaCommand
	runtime model.Runtime
}

// minThreads is how few threads a JVM or CLR can have: collector, compiler, finalizer and signal thread beside the main one.
const minThreads = 4

// mayBeJVM is the cheap look: a program named java or jsvc, or any with threads enough, since launchers carry the JVM under many names.
func mayBeJVM(p *host.Process) bool {
	return programName(p) == "java" || p.Threads >= minThreads
}

// programName is the base name of the executable, or of argv[0] where the executable cannot be read.
func programName(p *host.Process) string {
	if p.Exe != "" {
		return path.Base(p.Exe)
	}
	if len(p.Args) > 0 {
		return path.Base(p.Args[0])
	}
	return ""
}

// jvm returns the process's JVM, nil when it runs none, or is a tool of the JDK itself (keytool, jshell).
func (v *view) jvm() *jvm {
	if v.checked {
		return v.java
	}
	v.checked = true
	lib, mapped := v.mapped("libjvm.so")
	var why model.Source
	switch {
	case mapped:
		why = v.fromMap(lib)
	case path.Base(v.Exe) == "java":
		why = model.FromProc(v.PID, "exe")
	case v.Exe == "" && programName(v.Process) == "java":
		why = model.FromArg(v.PID, 0)
	default:
		return nil
	}
	v.load()
	j := &jvm{view: v, why: why}
	j.readRuntime(lib.Path)
	embedded := programName(v.Process) != "java"
	if embedded && j.runtime.Home != "" && path.Dir(v.Exe) == path.Join(string(j.runtime.Home), "bin") {
		return nil
	}
	j.cmd = parse.ReadJavaCommand(v.Args, parse.JavaSources{
		Embedded: embedded, Getenv: v.env.Get,
		ArgFile: func(name string) ([]byte, error) { return v.read(v.abs(name)) },
	})
	if embedded && path.Base(v.Exe) != "jsvc" && j.cmd.ClassPath.Value == "" && j.cmd.Mode != parse.JavaJar {
		j.cmd.Main, j.cmd.Mode, j.cmd.Program = parse.JavaArg{}, "", nil // the launcher's arguments are its own
	}
	for _, p := range j.cmd.Problems {
		v.h.Skip(model.Skip{What: fmt.Sprintf("arguments of process %d", v.PID), Reason: p, Incomplete: true})
	}
	v.java = j
	return j
}

// readRuntime finds java.home from the JVM's library (lib/server/libjvm.so; before Java 9 lib/amd64/server/libjvm.so), else from the program,
// and the version from the file release in it.
func (j *jvm) readRuntime(lib string) {
	j.runtime = model.Runtime{Kind: "jvm"}
	e := &j.runtime.Evidence
	e.Add("kind", j.why)
	setField(&j.runtime.Executable, e, "executable", j.Exe, model.FromProc(j.PID, "exe"))
	home := ""
	if i := strings.LastIndex(lib, "/lib/"); i > 0 {
		home = lib[:i]
	} else if above := path.Dir(path.Dir(j.Exe)); path.Base(j.Exe) == "java" && j.exists(path.Join(above, "release")) {
		home = above
	}
	setField(&j.runtime.Home, e, "home", home, j.why)
	if home == "" {
		return
	}
	name := path.Join(home, "release")
	if path.Base(home) == "jre" && !j.exists(name) {
		name = path.Join(path.Dir(home), "release") // a JDK 8 has one file for both
	}
	data, err := j.read(name)
	if err != nil {
		j.unread("Java release file", name, err)
		return
	}
	r, err := parse.ReadJavaRelease(data)
	if err != nil {
		j.unread("Java release file", name, err)
		return
	}
	if s, ok := r.Get("JAVA_VERSION"); ok {
		setField(&j.runtime.Version, e, "version", s.Value, model.FromFile(model.Path(name), s.Line))
	}
	j.runtimeName(r, name)
}

// runtimeName says whose build it is: "OpenJDK (Debian)", "Oracle JDK".
func (j *jvm) runtimeName(r parse.JavaRelease, file string) {
	if s, ok := r.Get("BUILD_TYPE"); ok && s.Value == "commercial" {
		setField(&j.runtime.Name, &j.runtime.Evidence, "name", "Oracle JDK", model.FromFile(model.Path(file), s.Line))
		return
	}
	if s, ok := r.Get("IMPLEMENTOR"); ok && s.Value != "" {
		setField(&j.runtime.Name, &j.runtime.Evidence, "name", "OpenJDK ("+s.Value+")", model.FromFile(model.Path(file), s.Line))
	}
}

// from is the evidence of an argument, wherever it came from.
func (j *jvm) from(a parse.JavaArg) []model.Source {
	var out []model.Source
	if a.Env != "" {
		out = append(out, model.FromEnv(j.PID, a.Env))
	} else {
		out = append(out, model.FromArg(j.PID, a.Index))
	}
	if a.File != "" {
		out = append(out, model.FromFile(model.Path(j.abs(a.File)), 0))
	}
	return out
}

// app is a new application with what all JVMs have: runtime, JMX and debugger ports.
func (j *jvm) app(kind string, g host.Group, why ...model.Source) model.App {
	a := j.view.app(kind, g, append([]model.Source{j.why}, why...)...)
	a.Runtime = j.runtime
	return a
}

// agentPorts are the ports of the JVM itself: JMX (docs.oracle.com: "Monitoring and Management Using JMX Technology") and JDWP.
func (j *jvm) agentPorts() []port {
	var ports []port
	bind := j.property("com.sun.management.jmxremote.host")
	for _, name := range []string{"com.sun.management.jmxremote.port", "com.sun.management.jmxremote.rmi.port"} {
		p, ok := j.cmd.Property(name)
		if !ok || number(p.Value) == 0 {
			continue
		}
		ports = append(ports, port{
			number: number(p.Value), purpose: "jmx", from: j.from(p.From),
			binding: newBinding(model.Binding{Mechanism: "argument", Key: "com.sun.management.jmxremote.host", Value: bind.Value, Arg: max(bind.From.Index, 0)}, j.from(p.From)...),
		})
	}
	for _, prefix := range []string{"-agentlib:jdwp=", "-Xrunjdwp:"} {
		if o, ok := j.cmd.Option(prefix); ok {
			ports = append(ports, j.debugPort(o, strings.TrimPrefix(o.Value, prefix))...)
		}
	}
	return ports
}

// debugPort reads "transport=dt_socket,server=y,suspend=n,address=*:5005".
func (j *jvm) debugPort(o parse.JavaArg, options string) []port {
	for opt := range strings.SplitSeq(options, ",") {
		address, ok := strings.CutPrefix(opt, "address=")
		if !ok {
			continue
		}
		_, digits, found := cutLast(address, ":")
		if !found {
			digits = address
		}
		if number(digits) == 0 {
			return nil
		}
		return []port{{
			number: number(digits), purpose: "debug", from: j.from(o),
			binding: newBinding(model.Binding{Mechanism: "argument", Key: "jdwp address", Value: address, Arg: max(o.Index, 0)}, j.from(o)...),
		}}
	}
	return nil
}

// property is the system property in force, zero when it is not set.
func (j *jvm) property(name string) parse.JavaProperty {
	p, _ := j.cmd.Property(name)
	return p
}

// number is a port number, 0 when s is none.
func number(s string) int {
	n := 0
	for _, c := range strings.TrimSpace(s) {
		if c < '0' || c > '9' || n > 65535 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	if n > 65535 {
		return 0
	}
	return n
}

// cutLast cuts around the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
