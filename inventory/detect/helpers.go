package detect

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// HelperRemedy stands in each skip of a helper.
const HelperRemedy = "a2c inventory --all lists it"

// helper is what a process does for people who build or look at applications; it is none itself.
type helper struct {
	what string // "Gradle daemon (build tool)"
	from []model.Source
}

// helperSign is how one kind of helper is known. Of the fields that are set each must fit.
type helperSign struct {
	what  string
	main  string // main class, or its beginning when it ends in "." or "$"
	jar   string // file name of the archive behind -jar, as path.Match takes it
	key   string // a system property, or an argument of the program
	value string // beginning of the property's value, or of the argument behind key
}

// helperSigns are the main classes and archives that the tools' own start scripts and clients name.
func helperSigns() []helperSign {
	const build, ide, agent, admin, tool = " (build tool)", " (IDE)", " (agent)", " (administration)", " (tool of the JDK)"
	return []helperSign{
		{what: "Maven" + build, main: "org.codehaus.plexus.classworlds.launcher.Launcher", key: "maven.home"}, // bin/mvn
		{what: "Maven wrapper" + build, main: "org.apache.maven.wrapper.MavenWrapperMain"},                    // mvnw
		{what: "Maven daemon" + build, main: "org.mvndaemon.mvnd."},                                           // maven-mvnd: DaemonConnector
		{what: "Maven Surefire" + build, main: "org.apache.maven.surefire.booter.ForkedBooter"},
		{what: "Maven Surefire" + build, jar: "surefirebooter*.jar"},
		{what: "Gradle daemon" + build, main: "org.gradle.launcher.daemon.bootstrap.GradleDaemon"},
		{what: "Gradle" + build, main: "org.gradle.launcher.GradleMain"}, // bin/gradle
		{what: "Gradle" + build, jar: "gradle-gradle-cli-main-*.jar"},
		{what: "Gradle wrapper" + build, main: "org.gradle.wrapper.GradleWrapperMain"}, // gradlew
		{what: "Gradle wrapper" + build, jar: "gradle-wrapper.jar"},
		{what: "Gradle worker" + build, main: "worker.org.gradle.process.internal.worker.GradleWorkerMain"},
		{what: "Ant" + build, main: "org.apache.tools.ant.launch.Launcher"},
		{what: "Ant" + build, main: "org.apache.tools.ant.Main"},
		{what: "sbt" + build, jar: "sbt-launch*.jar"},
		{what: "sbt" + build, main: "xsbt.boot.Boot"},
		{what: "Bloop" + build, main: "bloop.Bloop"}, // bloop.Bloop, bloop.BloopServer
		{what: "Bloop" + build, main: "bloop.BloopServer"},
		{what: "Kotlin daemon" + build, main: "org.jetbrains.kotlin.daemon.KotlinCompileDaemon"},
		{what: "Kotlin compiler" + build, main: "org.jetbrains.kotlin.preloading.Preloader"}, // bin/kotlinc
		{what: "Kotlin compiler" + build, main: "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"},
		{what: "Bazel server" + build, jar: "A-server.jar"}, // bazel: src/main/cpp/blaze.cc
		{what: "Eclipse JDT language server" + ide, key: "eclipse.application", value: "org.eclipse.jdt.ls.core."},
		{what: "Eclipse" + ide, key: "-product", value: "org.eclipse.epp."}, // eclipse.ini
		{what: "Eclipse" + ide, key: "-product", value: "org.eclipse.platform.ide"},
		{what: "Eclipse" + ide, key: "-application", value: "org.eclipse.ui.ide.workbench"},
		{what: "XML language server" + ide, main: "org.eclipse.lemminx.XMLServerLauncher"},
		{what: "Spring Boot language server" + ide, main: "org.springframework.ide.vscode.boot.app.BootLanguageServerBootApp"},
		{what: "Kotlin language server" + ide, main: "org.javacs.kt.MainKt"},
		{what: "Metals" + ide, main: "scala.meta.metals.Main"},
		{what: "IntelliJ platform" + ide, main: "com.intellij.idea.Main"}, // bin/idea.sh
		{what: "IntelliJ build process" + ide, main: "org.jetbrains.jps.cmdline."},
		{what: "IntelliJ Maven server" + ide, main: "org.jetbrains.idea.maven.server."},
		{what: "NetBeans" + ide, main: "org.netbeans.Main"},
		{what: "Jenkins" + agent, main: "hudson.remoting.jnlp.Main"},
		{what: "Jenkins" + agent, main: "hudson.remoting.Launcher"},
		{what: "Jenkins" + agent, jar: "agent.jar", key: "-jnlpUrl"},
		{what: "Jenkins" + agent, jar: "agent.jar", key: "-workDir"},
		{what: "Jenkins" + agent, jar: "remoting.jar"},
		{what: "TeamCity" + agent, main: "jetbrains.buildServer.agent."},
		{what: "GoCD" + agent, jar: "agent-bootstrapper.jar"},
		{what: "Datadog JMXFetch" + agent, main: "org.datadog.jmxfetch.App"},
		{what: "Kinesis" + agent, main: "com.amazon.kinesis.streaming.agent.Agent"},
		{what: "jshell's remote VM" + tool, main: "jdk.jshell.execution.RemoteExecutionControl"},
		{what: "asadmin" + admin, jar: "appserver-cli.jar"}, // bin/asadmin of GlassFish and Payara; the one that stays with its server is a part of it
		{what: "asadmin" + admin, jar: "admin-cli.jar"},
		{what: "jps" + tool, main: "sun.tools.jps.Jps"},
		{what: "jcmd" + tool, main: "sun.tools.jcmd.JCmd"},
	}
}

// helperOf says what a JVM is when it is a helper; nil for applications.
func (j *jvm) helperOf() *helper {
	if j.tool {
		return &helper{path.Base(j.Exe) + " (tool of the JDK)", []model.Source{model.FromProc(j.PID, "exe")}}
	}
	if i := j.question(); i > 0 {
		return &helper{"java " + j.Args()[i] + " (tool of the JDK)", []model.Source{model.FromArg(j.PID, i)}}
	}
	for _, s := range helperSigns() {
		if from := j.fits(s); from != nil {
			return &helper{s.what, from}
		}
	}
	return nil
}

// question is the argument by which the launcher only says something about itself and ends, 0 when it starts a program: start scripts ask so whether
// an option is known (java(1), "Standard Options for Java").
func (j *jvm) question() int {
	if j.cmd.Mode != "" || programName(j.Process) != "java" {
		return 0
	}
	return max(0, slices.IndexFunc(j.Args(), func(a string) bool {
		switch a {
		case "-version", "--version", "-fullversion", "--full-version", "-help", "--help", "-h", "-?", "-X", "--help-extra", "--list-modules", "--validate-modules", "-d", "--describe-module":
			return true
		}
		return strings.HasPrefix(a, "--describe-module=")
	}))
}

// fits returns the evidence for a sign, nil when one of its fields does not fit.
func (j *jvm) fits(s helperSign) []model.Source {
	var from []model.Source
	main := j.cmd.Main
	if s.main != "" {
		prefix := strings.HasSuffix(s.main, ".") && strings.HasPrefix(main.Value, s.main)
		if j.cmd.Mode != parse.JavaClass || !prefix && main.Value != s.main {
			return nil
		}
		from = append(from, j.from(main)...)
	}
	if s.jar != "" {
		if ok, err := path.Match(s.jar, path.Base(main.Value)); j.cmd.Mode != parse.JavaJar || !ok || err != nil {
			return nil
		}
		from = append(from, j.from(main)...)
	}
	if s.key != "" {
		more := j.keyed(s)
		if more == nil {
			return nil
		}
		from = append(from, more...)
	}
	return from
}

// keyed finds the property or the argument of a sign.
func (j *jvm) keyed(s helperSign) []model.Source {
	if p, ok := j.cmd.Property(s.key); ok && strings.HasPrefix(p.Value, s.value) {
		return j.from(p.From)
	}
	for i, a := range j.cmd.Program {
		if a.Value != s.key {
			continue
		}
		if s.value == "" || i+1 < len(j.cmd.Program) && strings.HasPrefix(j.cmd.Program[i+1].Value, s.value) {
			return j.from(a)
		}
	}
	return nil
}

// sdkTools are the assemblies of the .NET SDK, which lie in a folder sdk.
func sdkTools() map[string]string {
	return map[string]string{
		"MSBuild.dll": "MSBuild node (build tool)", "VBCSCompiler.dll": "compiler server (build tool)", "csc.dll": "C# compiler (build tool)", "fsc.dll": "F# compiler (build tool)", "fsi.dll": "F# shell (build tool)",
		"vbc.dll": "Visual Basic compiler (build tool)", "rzc.dll": "Razor server (build tool)", "dotnet.dll": ".NET SDK (build tool)",
		"NuGet.CommandLine.XPlat.dll": "NuGet (build tool)", "vstest.console.dll": "VSTest (build tool)",
		"dotnet-watch.dll": "dotnet watch (build tool)",
	}
}

// dotnetTools are those of tests, editors and diagnosis, which lie anywhere.
func dotnetTools() map[string]string {
	return map[string]string{
		"testhost.dll": "VSTest host (build tool)", "datacollector.dll": "VSTest data collector (build tool)", "OmniSharp.dll": "OmniSharp (IDE)",
		"Microsoft.CodeAnalysis.LanguageServer.dll": "C# language server (IDE)", "rzls.dll": "Razor language server (IDE)",
		"FsAutoComplete.dll": "F# language server (IDE)", "fsautocomplete.dll": "F# language server (IDE)", "dotnet-trace.dll": "dotnet-trace (agent)",
		"dotnet-counters.dll": "dotnet-counters (agent)", "dotnet-dump.dll": "dotnet-dump (agent)",
	}
}

// helperOf says what a .NET process is when it is a helper; nil for applications.
func (c *clr) helperOf() *helper {
	if c.command != "" {
		return &helper{"dotnet " + c.command + " (build tool)", []model.Source{model.FromArg(c.PID, c.arg)}}
	}
	what := dotnetTools()[path.Base(c.dll)]
	if strings.Contains(c.dll, "/sdk/") {
		what = cmp.Or(what, sdkTools()[path.Base(c.dll)])
	}
	if what != "" {
		return &helper{what, c.dllFrom}
	}
	return nil
}

// nativeTools are programs of those who build that native-image made, by their names.
func nativeTools() map[string]string {
	return map[string]string{
		"mvnd": "Maven daemon client (build tool)", "native-image": "native-image (build tool)",
		"clojure-lsp": "Clojure language server (IDE)", "clj-kondo": "clj-kondo (build tool)", "closure-compiler": "Closure Compiler (build tool)",
	}
}

// nativeHelper says what a program is that native-image made for those who build.
func nativeHelper(h *host.Host, p *host.Process) *helper {
	what := nativeTools()[programName(p)]
	if what == "" || !mayBeCompiled(p) || !parse.IsNativeImage(sections(h, p)) {
		return nil
	}
	return &helper{what, []model.Source{model.FromProc(p.PID, "exe")}}
}

// helper says what a process is when it is a helper; nil for all others.
func (v *view) helper() *helper {
	if h := nativeHelper(v.h, v.Process); h != nil {
		return h
	}
	if mayBeJVM(v.Process) {
		if j := v.jvm(); j != nil {
			return j.helperOf()
		}
	}
	if mayBeMono(v.Process) {
		if m := v.mono(); m != nil {
			return m.helperOf()
		}
	}
	if mayBeCLR(v.Process) {
		if c := v.clr(); c != nil {
			return c.helperOf()
		}
	}
	return nil
}

// helps marks an application as a helper. What a helper starts may be an application of its own (`mvn spring-boot:run`), so it
// claims itself alone and what only started it.
func (v *view) helps(a *model.App, g host.Group) host.Group {
	h := v.helper()
	if h == nil {
		return g
	}
	a.Helper = h.what
	a.Evidence.Add("helper", h.from...)
	g.Children = nil
	return g
}

// leaveOut says that a process is a helper and left out. It is known, so nothing is incomplete.
func (f *finder) leaveOut(g host.Group) bool {
	p := g.Main
	if f.o.All || !mayBeJVM(p) && !mayBeCLR(p) && nativeTools()[programName(p)] == "" { // most processes: of them nothing more is read
		return false
	}
	h := f.seen.of(f.h, p).helper()
	if h == nil || f.seen.launchedGlassFish(f.h, g) >= 0 {
		return false
	}
	f.h.Skip(model.Skip{What: h.what, Reason: "a tool of those who build or look after applications, none itself", Remedy: HelperRemedy})
	return true
}
