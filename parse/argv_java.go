package parse

import (
	"path"
	"slices"
	"strings"
)

// JavaCommand is a command line of the JVM launcher, read as java(1) does (launcher: src/java.base/share/native/libjli of the JDK).
type JavaCommand struct {
	Options    []JavaArg      // all options of the VM in the order in which they work, environment and argument files expanded
	Properties []JavaProperty // -D, in that order: the last of equal names counts
	ClassPath  JavaArg        // -cp, -classpath, --class-path as written, or CLASSPATH; Value "" when nothing sets it
	ModulePath JavaArg        // -p, --module-path
	Mode       JavaMode
	Main       JavaArg   // the class, the jar, "module" or "module/class", the source file; Value "" when there is none
	Program    []JavaArg // what the application gets
	Problems   []string  // argument files that could not be read, and the like: the rest may be incomplete
}

// NamesNothing reports a command line that was read whole and names nothing to run: that of a tool, or a title that the process wrote over it.
func (c *JavaCommand) NamesNothing() bool { return c.Mode == "" && len(c.Problems) == 0 }

// JavaMode is how the application is named.
type JavaMode string

// The modes of the launcher.
const (
	JavaClass  JavaMode = "class"
	JavaJar    JavaMode = "jar"
	JavaModule JavaMode = "module"
	JavaSource JavaMode = "source"
)

// JavaArg is one argument with where it stands.
type JavaArg struct {
	Value string
	Index int    // in the argument vector; -1 when it comes from the environment alone
	Env   string // the variable that holds it, "" for the argument vector
	File  string // the argument file that holds it, as written behind @
}

// JavaProperty is one -Dname=value.
type JavaProperty struct {
	Name, Value string
	From        JavaArg
}

// JavaSources is what a command line may refer to.
type JavaSources struct {
	// Getenv returns a variable of the process: JDK_JAVA_OPTIONS, JAVA_TOOL_OPTIONS, _JAVA_OPTIONS, CLASSPATH.
	Getenv func(name string) (string, bool)
	// ArgFile returns the content of an @argfile, or of -XX:VMOptionsFile; relative names are relative to the working directory at the start.
	ArgFile func(name string) ([]byte, error)
	// Embedded is set when the JVM was started by another program than java (jsvc, a service wrapper): its own options may stand between.
	Embedded bool
}

// Property returns the property in force.
func (c *JavaCommand) Property(name string) (JavaProperty, bool) {
	for _, p := range slices.Backward(c.Properties) {
		if p.Name == name {
			return p, true
		}
	}
	return JavaProperty{}, false
}

// Option returns the last VM option with that prefix: "-Xmx", "-agentlib:jdwp".
func (c *JavaCommand) Option(prefix string) (JavaArg, bool) {
	for _, o := range slices.Backward(c.Options) {
		if strings.HasPrefix(o.Value, prefix) {
			return o, true
		}
	}
	return JavaArg{}, false
}

// ClassPathEntries splits the class path; an empty entry is the working directory, "lib/*" stands for the jars in lib.
func (c *JavaCommand) ClassPathEntries() []string {
	if c.ClassPath.Value == "" {
		return nil
	}
	entries := strings.Split(c.ClassPath.Value, ":")
	for i, e := range entries {
		if e == "" {
			entries[i] = "."
		}
	}
	return entries
}

// ReadJavaCommand reads args, the whole argument vector with the program's name first. -D behind the main class belongs to the
// application. Order of the VM's options: JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS (java 9 and later), the command line, _JAVA_OPTIONS.
func ReadJavaCommand(args []string, src JavaSources) *JavaCommand {
	p := &javaParser{src: src, cmd: &JavaCommand{}}
	p.environment("JAVA_TOOL_OPTIONS")
	if !src.Embedded {
		p.environment("JDK_JAVA_OPTIONS")
	}
	if len(args) > 0 {
		p.queue = p.expand(args[1:])
	}
	p.options()
	p.environment("_JAVA_OPTIONS")
	if p.cmd.ClassPath.Value == "" && p.cmd.Mode != JavaJar {
		if v, ok := p.getenv("CLASSPATH"); ok {
			p.cmd.ClassPath = JavaArg{Value: v, Index: -1, Env: "CLASSPATH"}
		}
	}
	return p.cmd
}

type javaParser struct {
	src   JavaSources
	cmd   *JavaCommand
	queue []JavaArg
}

func (p *javaParser) getenv(name string) (string, bool) {
	if p.src.Getenv == nil {
		return "", false
	}
	return p.src.Getenv(name)
}

// environment reads options from a variable; the main class cannot stand there.
func (p *javaParser) environment(name string) {
	v, ok := p.getenv(name)
	if !ok {
		return
	}
	rest := p.queue
	p.queue = nil
	for _, w := range splitJavaWords(v, false) {
		a := JavaArg{Value: w, Index: -1, Env: name}
		if file, ok := argFileName(w); ok && name == "JDK_JAVA_OPTIONS" {
			p.queue = append(p.queue, p.argFile(file, a)...)
			continue
		}
		p.queue = append(p.queue, a)
	}
	for len(p.queue) > 0 && strings.HasPrefix(p.queue[0].Value, "-") {
		p.option(p.pop())
	}
	p.queue = rest
}

func (p *javaParser) pop() JavaArg {
	a := p.queue[0]
	p.queue = p.queue[1:]
	return a
}

// options reads the queue up to the main class and gives the rest to the program.
func (p *javaParser) options() {
	jar := false
	for len(p.queue) > 0 && p.cmd.Main.Value == "" {
		a := p.pop()
		switch {
		case a.Value == "-jar":
			jar = true
		case strings.HasPrefix(a.Value, "-") && a.Value != "-":
			p.option(a)
		default:
			p.cmd.Main = a
		}
	}
	switch {
	case p.cmd.Main.Value == "" || p.cmd.Mode == JavaModule:
	case jar:
		p.cmd.Mode = JavaJar
	case p.cmd.Mode == "" && strings.HasSuffix(p.cmd.Main.Value, ".java"):
		p.cmd.Mode = JavaSource
	case p.cmd.Mode == "":
		p.cmd.Mode = JavaClass
	}
	p.cmd.Program = p.queue
}

// option files one option with its value.
func (p *javaParser) option(a JavaArg) {
	p.cmd.Options = append(p.cmd.Options, a)
	name, value, joined := strings.Cut(a.Value, "=")
	from := a
	if !joined && (takesValue(name) || p.src.Embedded && jsvcTakesValue(name)) && len(p.queue) > 0 {
		from = p.pop()
		value = from.Value
		p.cmd.Options = append(p.cmd.Options, from)
	}
	from.Value = value
	switch {
	case strings.HasPrefix(a.Value, "-D"):
		p.cmd.Properties = append(p.cmd.Properties, JavaProperty{Name: name[2:], Value: value, From: a})
	case name == "-cp" || name == "-classpath" || name == "--class-path":
		p.cmd.ClassPath = from
	case name == "-p" || name == "--module-path":
		p.cmd.ModulePath = from
	case name == "-m" || name == "--module":
		p.cmd.Main, p.cmd.Mode = from, JavaModule
	case name == "--source":
		p.cmd.Mode = JavaSource
	case name == "-XX:VMOptionsFile" && a.File == "": // such a file cannot name another
		p.queue = append(p.argFile(value, a), p.queue...)
	}
}

// takesValue lists the options whose value is the next argument (java(1); libjli: IsWhiteSpaceOption).
func takesValue(name string) bool {
	switch name {
	case "-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path", "-m", "--module", "--add-modules",
		"--limit-modules", "--add-exports", "--add-opens", "--add-reads", "--patch-module", "--source", "--enable-native-access",
		"--describe-module", "-d", "--illegal-native-access", "--sun-misc-unsafe-memory-access":
		return true
	}
	return false
}

// jsvcTakesValue lists what commons-daemon's jsvc reads before the class (jsvc -help).
func jsvcTakesValue(name string) bool {
	switch name {
	case "-home", "-java-home", "-jvm", "-user", "-pidfile", "-outfile", "-errfile", "-procname", "-umask", "-cwd", "-wait", "-restarts":
		return true
	}
	return false
}

// expand replaces the argument files that stand before the main class.
func (p *javaParser) expand(args []string) []JavaArg {
	var out []JavaArg
	isValue, done := false, false
	for i, v := range args {
		a := JavaArg{Value: v, Index: i + 1}
		file, isFile := argFileName(v)
		switch {
		case done || p.src.Embedded:
		case v == "--disable-@files":
			done = true
		case isFile:
			more := p.argFile(file, a)
			out = append(out, more...)
			isValue, done = endState(more, isValue)
			continue
		case strings.HasPrefix(v, "@@"):
			a.Value = v[1:]
		}
		if !done {
			isValue, done = endState([]JavaArg{a}, isValue)
		}
		out = append(out, a)
	}
	return out
}

// endState follows the launcher's look for the main class: behind it, nothing is expanded.
func endState(args []JavaArg, isValue bool) (value, done bool) {
	for _, a := range args {
		switch {
		case !isValue && strings.HasPrefix(a.Value, "-"):
			isValue = takesValue(a.Value) && a.Value != "-m" && a.Value != "--module"
			done = done || strings.HasPrefix(a.Value, "--module=")
		case isValue:
			isValue = false
		default:
			return false, true
		}
	}
	return isValue, done
}

func argFileName(v string) (string, bool) {
	if len(v) > 1 && v[0] == '@' && v[1] != '@' {
		return v[1:], true
	}
	return "", false
}

func (p *javaParser) argFile(name string, at JavaArg) []JavaArg {
	if p.src.ArgFile == nil {
		p.cmd.Problems = append(p.cmd.Problems, "argument file "+name+" was not read")
		return nil
	}
	data, err := p.src.ArgFile(name)
	if err != nil {
		p.cmd.Problems = append(p.cmd.Problems, "argument file "+path.Clean(name)+": "+err.Error())
		return nil
	}
	var out []JavaArg
	for _, w := range splitJavaWords(string(data), true) {
		out = append(out, JavaArg{Value: w, Index: at.Index, Env: at.Env, File: name})
	}
	return out
}
