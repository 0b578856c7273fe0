package detect

import (
	"fmt"
	"path"
	"slices"
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
	tool    bool   // of the JDK itself: keytool, jshell
	wrapper string // main class of the service wrapper that cmd was read behind
	runtime model.Runtime

	libs      []library                 // see libraries
	opened    []library                 // see openArchives
	manifests map[string]parse.Manifest // see manifest
	identity  *identity                 // see generic
}

// mayBeJVM is the cheap look: a program named java or jsvc, or any with threads enough, since launchers carry the JVM under many names.
func mayBeJVM(p *host.Process) bool {
	return programName(p) == "java" || p.Managed()
}

// onJVM is what the detectors of applications on a JVM have in common.
type onJVM struct{ seen views }

// Match takes every possible JVM.
func (onJVM) Match(p *host.Process) bool { return mayBeJVM(p) }

// programName is the base name of the executable, or of argv[0] where the executable cannot be read.
func programName(p *host.Process) string {
	if p.Exe != "" {
		return path.Base(p.Exe)
	}
	if len(p.Args()) > 0 {
		return path.Base(p.Args()[0])
	}
	return ""
}

// jvm returns the process's JVM, nil when it runs none.
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
	j.readRuntime(lib)
	embedded := programName(v.Process) != "java"
	j.tool = embedded && j.runtime.Home != "" && path.Dir(v.Exe) == path.Join(string(j.runtime.Home), "bin")
	j.cmd = parse.ReadJavaCommand(v.Args(), parse.JavaSources{
		Embedded: embedded, Getenv: v.env.Get,
		ArgFile: func(name string) ([]byte, error) { return v.read(v.abs(name)) },
	})
	if j.tool || embedded && path.Base(v.Exe) != "jsvc" && j.cmd.ClassPath.Value == "" && j.cmd.Mode != parse.JavaJar {
		j.cmd.Main, j.cmd.Mode, j.cmd.Program = parse.JavaArg{}, "", nil // the launcher's arguments are its own
	}
	if mapped && !embedded && j.cmd.NamesNothing() && !slices.ContainsFunc(v.Args(), javaTells) {
		v.overwritten()
	}
	for _, p := range j.cmd.Problems {
		v.h.Skip(model.Skip{What: fmt.Sprintf("arguments of process %d", v.PID), Reason: p, Incomplete: true})
	}
	v.java = j
	j.unwrap()
	return j
}

// javaTells reports an option with which java(1) tells something and ends.
func javaTells(arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), ":")
	return strings.HasPrefix(arg, "-") && slices.Contains([]string{"version", "fullversion", "help", "h", "?", "X", "help-extra", "list-modules", "describe-module", "d", "validate-modules", "XshowSettings"}, name)
}

// readRuntime finds java.home from the JVM's library (lib/server/libjvm.so; before Java 9 lib/amd64/server/libjvm.so), else from the program,
// and the version from the file release in it.
func (j *jvm) readRuntime(lib parse.Map) {
	j.runtime = model.Runtime{Kind: "jvm"}
	e := &j.runtime.Evidence
	e.Add("kind", j.why)
	setField(&j.runtime.Executable, e, "executable", j.Exe, model.FromProc(j.PID, "exe"))
	home := ""
	if i := strings.LastIndex(lib.Path, "/lib/"); i > 0 {
		home = lib.Path[:i]
	} else if above := path.Dir(path.Dir(j.Exe)); path.Base(j.Exe) == "java" && j.exists(path.Join(above, "release")) {
		home = above
	}
	setField(&j.runtime.Home, e, "home", home, j.why)
	if home == "" {
		return
	}
	if lib.Deleted || j.ExeDeleted {
		j.h.Skip(model.Skip{
			What: fmt.Sprintf("version of the JVM of process %d", j.PID), Path: model.Path(home), Incomplete: true,
			Reason: "the JVM that runs has been deleted or replaced since its start", Remedy: "restart the application",
		})
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
	ports := j.controlPort()
	bind := j.property("com.sun.management.jmxremote.host")
	for _, name := range []string{"com.sun.management.jmxremote.port", "com.sun.management.jmxremote.rmi.port"} {
		p, ok := j.cmd.Property(name)
		if !ok || number(p.Value) == 0 {
			continue
		}
		ports = append(ports, port{
			number: number(p.Value), address: bind.Value, purpose: "jmx", from: j.from(p.From),
			binding: newBinding(model.Binding{Mechanism: "argument", Key: "com.sun.management.jmxremote.host", Value: bind.Value, Arg: max(bind.From.Index, 0)}, j.from(p.From)...),
		})
	}
	if at := slices.IndexFunc(ports, func(p port) bool { return p.purpose == "jmx" }); at >= 0 { // the connector for programs on the same machine (sun.management.jmxremote.ConnectorBootstrap)
		local := port{purpose: "jmx", from: ports[at].from}
		ports = append(ports, local)
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
		_, digits, found := cutLast(address)
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

// portNumber is a port of a configuration; ok is false for what is no number, such as an expression that nothing resolves. 0 lets the kernel choose.
func portNumber(s string) (n int, ok bool) {
	s = strings.TrimSpace(s)
	n = number(s)
	return n, n > 0 || s != "" && strings.Trim(s, "0") == ""
}

// cutLast cuts around the last colon.
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
