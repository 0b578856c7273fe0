package containerize

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/containerize/layer"
	"a2c/internal/golden"
	"a2c/inventory/host"
	"a2c/model"
)

const juli = `handlers = 1catalina.org.apache.juli.AsyncFileHandler, java.util.logging.ConsoleHandler
.handlers = 1catalina.org.apache.juli.AsyncFileHandler
1catalina.org.apache.juli.AsyncFileHandler.prefix = catalina.
org.apache.catalina.core.ContainerBase.[Catalina].[localhost].handlers = 2localhost.org.apache.juli.AsyncFileHandler
java.util.logging.ConsoleHandler.level = FINE
`

const accessLog = `<Server>
  <Service name="Catalina"><Connector port="8080"/><Engine name="Catalina"><Host name="localhost">
    <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs"
           prefix="shop_access" suffix=".txt"
           pattern="%h" />
    <Valve className="com.example.AccessLogValve" prefix="other"/>
  </Host></Engine></Service>
</Server>
`

func wildflyLogging(filter string) string {
	return `<server>
  <profile><subsystem xmlns="urn:jboss:domain:logging:8.0">
    <console-handler name="CONSOLE">
      <level name="INFO"/>` + filter + `
    </console-handler>
    <periodic-rotating-file-handler name="FILE" autoflush="true">
      <file relative-to="jboss.server.log.dir" path="server.log"/>
      <suffix value=".yyyy-MM-dd"/>
    </periodic-rotating-file-handler>
    <file-handler name="AUDIT"><file relative-to="jboss.server.log.dir" path="audit.log"/></file-handler>
    <logger category="audit"><handlers><handler name="AUDIT"/></handlers></logger>
    <root-logger>
      <level name="INFO"/>
      <handlers>
        <handler name="CONSOLE"/>
        <handler name="FILE"/>
      </handlers>
    </root-logger>
  </subsystem></profile>
</server>
`
}

func logback(logger string) string {
	end, _, _ := strings.Cut(logger, " ")
	return `<configuration>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%msg%n</pattern></encoder>
  </appender>
  <appender name="FILE" class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>${LOGS:-logs}/a.log</file>
    <rollingPolicy class="ch.qos.logback.core.rolling.TimeBasedRollingPolicy"><fileNamePattern>a.%d.log</fileNamePattern></rollingPolicy>
  </appender>
  <` + logger + ` level="INFO"><appender-ref ref="FILE"/></` + end + `>
</configuration>
`
}

const log4j2 = `<Configuration>
  <Appenders>
    <Console name="out"><PatternLayout pattern="%m%n"/></Console>
    <RollingFile name="file" fileName="logs/a.log" filePattern="logs/a-%i.log"><SizeBasedTriggeringPolicy size="10 MB"/></RollingFile>
  </Appenders>
  <Loggers><Root level="info"><AppenderRef ref="out"/><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
`

// jettyRequestLog is that of Jetty 12, its writer made with one more argument or none.
func jettyRequestLog(more string) string {
	return `<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <Set name="RequestLog">
    <New id="RequestLog" class="org.eclipse.jetty.server.CustomRequestLog">
      <Arg>
        <New class="org.eclipse.jetty.server.AsyncRequestLogWriter">
          <Arg>
            <Property name="jetty.requestlog.filePath" default="logs/yyyy_mm_dd.request.log"/>
          </Arg>` + more + `
          <Set name="retainDays"><Property name="jetty.requestlog.retainDays" default="90"/></Set>
        </New>
      </Arg>
      <Arg>%u</Arg>
    </New>
  </Set>
</Configure>
`
}

const jettyNCSALog = `<Configure id="Server" class="org.eclipse.jetty.server.Server">
  <Set name="RequestLog">
    <New class="org.eclipse.jetty.server.AsyncNCSARequestLog">
      <Set name="filename"><Property name="jetty.base" default="."/>/<Property>
        <Name>requestlog.filename</Name>
      </Property></Set>
      <Set name="extended">true</Set>
    </New>
  </Set>
</Configure>
`

// hostWith is a host with these files.
func hostWith(t *testing.T, files []string) host.Tree {
	t.Helper()
	a := &txtar.Archive{}
	for _, name := range files {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte("x\n")})
	}
	tree, err := host.Text(a)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// emptyFolders are the folders of logs as the list of files has them.
func emptyFolders(logs []model.LogFile) []model.File {
	var out []model.File
	for _, l := range logs {
		if f := (model.File{Path: model.Path(path.Dir(string(l.Path))), Type: "dir", Decision: model.Empty}); !slices.ContainsFunc(out, func(o model.File) bool { return o.Path == f.Path }) {
			out = append(out, f)
		}
	}
	return out
}

func TestConsole(t *testing.T) {
	log := func(path model.Path, from ...model.Source) model.LogFile {
		return model.LogFile{Path: path, Evidence: model.Evidence{"path": from}}
	}
	appended := func(path model.Path, from ...model.Source) model.LogFile {
		l := log(path, from...)
		l.Appends = true
		return l
	}
	cases := []struct {
		name, kind string
		argv       []string
		env        map[string]string
		files      map[model.Path]string
		logs       []model.LogFile
		disk       []string // files that lie on the host and not in the image
	}{
		{
			name: "spring_file", kind: "java-springboot", files: map[model.Path]string{"/opt/a/config/application.properties": "x=1\nlogging.file.name=/var/log/a.log\n"},
			logs: []model.LogFile{log("/var/log/a.log", "/opt/a/config/application.properties:2", "/proc/7/fd/9"), log("/var/log/audit.log", "/proc/7/fd/10")},
		},
		{
			name: "spring_packaged", kind: "java-springboot", files: map[model.Path]string{"/opt/a/a.jar": "x", "/opt/a/application.yml": "logging:\n  file:\n    path: /var/log/a\n"},
			logs: []model.LogFile{log("/var/log/a/spring.log", "/opt/a/application.yml:3")},
		},
		{
			name: "spring_argument", kind: "java-springboot", argv: []string{"--logging.file.name=a.log"}, logs: []model.LogFile{log("/opt/a/a.log", model.FromArg(7, 1))},
		},
		{
			name: "spring_own_logback", kind: "java-springboot", argv: []string{"--logging.file.name=a.log"}, files: map[model.Path]string{"/opt/a/logback-spring.xml": "<configuration/>"},
			logs: []model.LogFile{log("/opt/a/a.log", model.FromArg(7, 1))},
		},
		{
			name: "tomcat", kind: "java-tomcat", files: map[model.Path]string{"/opt/t/conf/logging.properties": juli},
			logs: []model.LogFile{log("/opt/t/logs/catalina.2026-11-30.log", "/proc/7/fd/5"), log("/opt/t/logs/catalina.out", "/proc/7/fd/1", "/proc/7/fd/2"), log("/opt/t/logs/access_log.2026-11-30.txt", "/proc/7/fd/6")},
		},
		{
			name: "tomcat_several_lines", kind: "java-tomcat", files: map[model.Path]string{"/opt/t/conf/logging.properties": strings.Replace(juli, "AsyncFileHandler, ", "AsyncFileHandler, \\\n  ", 1)},
			logs: []model.LogFile{log("/opt/t/logs/catalina.2026-11-30.log", "/proc/7/fd/5")},
		},
		{
			name: "tomcat_access", kind: "java-tomcat", files: map[model.Path]string{"/opt/t/conf/server.xml": accessLog},
			logs: []model.LogFile{log("/opt/t/logs/shop_access.2026-11-30.txt", "/proc/7/fd/6"), log("/opt/t/logs/other.2026-11-30.txt", "/proc/7/fd/7")},
		},
		{
			name: "wildfly", kind: "java-jboss", files: map[model.Path]string{"/opt/w/configuration/standalone.xml": wildflyLogging(""), "/opt/w/configuration/logging.properties": "logger.handlers=FILE,CONSOLE\nhandler.FILE=x\nhandler.CONSOLE.level=INFO\n"},
			logs: []model.LogFile{log("/opt/w/log/server.log", "/proc/7/fd/5"), log("/opt/w/log/audit.log", "/proc/7/fd/6")},
		},
		{
			name: "wildfly_without_console", kind: "java-jboss", files: map[model.Path]string{"/opt/w/configuration/standalone.xml": strings.Replace(wildflyLogging(""), `<handler name="CONSOLE"/>`, "", 1)},
			logs: []model.LogFile{log("/opt/w/log/server.log", "/proc/7/fd/5")},
		},
		{
			name: "wildfly_filter", kind: "java-jboss", files: map[model.Path]string{"/opt/w/configuration/standalone.xml": wildflyLogging(`<filter-spec value="any"/>`)},
			logs: []model.LogFile{log("/opt/w/log/server.log", "/proc/7/fd/5")},
		},
		{
			name: "logback", kind: "java-generic", files: map[model.Path]string{"/etc/a/logback.xml": logback("root")}, logs: []model.LogFile{log("/opt/a/logs/a.log", "/etc/a/logback.xml:6", "/proc/7/fd/5")},
		},
		{
			name: "logback_not_root", kind: "java-generic", files: map[model.Path]string{"/etc/a/logback.xml": logback(`logger name="a"`)}, disk: []string{"opt/a/logs/a.log"},
			logs: []model.LogFile{appended("/opt/a/logs/a.log", "/etc/a/logback.xml:6", "/proc/7/fd/5")},
		},
		{
			name: "log4j2", kind: "java-generic", files: map[model.Path]string{"/etc/a/log4j2.xml": log4j2}, logs: []model.LogFile{log("/opt/a/logs/a.log", "/etc/a/log4j2.xml:4", "/proc/7/fd/5")},
		},
		{
			name: "jetty", kind: "java-jetty", argv: []string{"jetty.base=/opt/j", "--module=console-capture"},
			files: map[model.Path]string{"/opt/j/start.ini": "--module=http,console-capture,deploy\n", "/opt/j/start.d/console-capture.ini": "--module=console-capture\njetty.console-capture.retainDays=9\n", "/opt/j/start.d/x.ini": "--module=http\n"},
			logs:  []model.LogFile{log("/opt/j/logs/2026_11_30.jetty.log", "/proc/7/fd/5"), log("/opt/j/logs/2026_11_30.request.log", "/proc/7/fd/6")},
		},
		{
			name: "jetty_requests", kind: "java-jetty", argv: []string{"jetty.base=/opt/j", "jetty.requestlog.filePath=logs/yyyy_mm_dd-asked.txt"},
			files: map[model.Path]string{"/opt/j/etc/jetty-requestlog.xml": jettyRequestLog(""), "/opt/home/etc/old.xml": jettyNCSALog},
			logs:  []model.LogFile{log("/opt/j/logs/2026_11_30.request.log", "/proc/7/fd/6"), log("/opt/j/logs/2026_11_30-asked.txt", "/proc/7/fd/7"), log("/opt/j/logs/2026_11_30.other", "/proc/7/fd/8")},
		},
		{
			name: "jetty_requests_queue", kind: "java-jetty", files: map[model.Path]string{"/opt/j/etc/jetty-requestlog.xml": jettyRequestLog(`<Arg><New class="java.util.concurrent.ArrayBlockingQueue"><Arg type="int">9</Arg></New></Arg>`)},
			logs: []model.LogFile{log("/opt/j/logs/2026_11_30.request.log", "/proc/7/fd/6")},
		},
		{
			name: "gc", kind: "java-generic", argv: []string{"-Xlog:gc*:file=logs/gc-%p.log:time,uptime:filecount=3", `-Xlog:safepoint:file="/var/log/s.log"`, "-Xlog:gc:stdout", "-jar", "a.jar", "-Xlog:gc:file=x"},
			logs: []model.LogFile{log("/logs/gc-7.log", model.FromArg(7, 1)), log("/var/log/s.log", model.FromArg(7, 2))},
		},
		{
			name: "linked", kind: "java-generic", disk: []string{"opt/a/logs/a.log", "opt/a/logs/b.log"},
			logs: []model.LogFile{appended("/opt/a/logs/a.log", "/proc/7/fd/5"), appended("/opt/a/logs/b.log", "/proc/7/fd/6")},
		},
		{
			name: "not_linked", kind: "java-generic", disk: []string{"opt/a/logs/a.log", "opt/a/logs/a.log.1.gz", "opt/a/logs/a-2026-11-30.txt", "opt/a/logs/sought.log", "opt/a/more/b.log", "opt/a/more/data", "var/lib/a/c.log"},
			logs: []model.LogFile{
				appended("/opt/a/logs/a.log", "/proc/7/fd/5"), appended("/opt/a/logs/a-2026-11-30.txt", "/proc/7/fd/6"), log("/opt/a/logs/sought.log", "/proc/7/fd/7"), appended("/opt/a/more/b.log", "/proc/7/fd/8"),
				appended("/var/lib/a/c.log", "/proc/7/fd/9"),
			},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := bare(t, "/bin/app")
			p.tree = hostWith(t, c.disk)
			for _, l := range c.logs {
				if err := p.dir(model.Path(path.Dir(string(l.Path))), 0o755, 5, 5); err != nil {
					t.Fatal(err)
				}
			}
			for name, text := range c.files {
				if err := p.put(layer.Entry{Path: name, Mode: 0o644}, model.GroupApplication, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			info := model.AnalysisInfo{ApplicationType: c.kind, Exe: "/bin/app", ProcessID: 7, Umask: 0o022, Cmdline: append([]string{"/bin/app"}, c.argv...), Logs: c.logs, State: []model.StateDir{{Path: "/var/lib/a"}}}
			info.Cwd, info.App.Runtime.Kind = "/", "jvm"
			info.AdvancedAppInfo.Directories = map[string]model.Path{"conf": "/opt/t/conf"}
			s, err := newStart(model.Analysis{AnalysisInfo: info}, p, keep{})
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			for _, ch := range s.changes {
				said.WriteString("changed: " + ch.Kind + " " + ch.Target + ": " + ch.Before + " -> " + ch.After + " (" + ch.Reason + ")\n" + ch.Diff)
			}
			for _, k := range s.skips {
				said.WriteString("skip: " + k.What + " " + k.Path.String() + ": " + k.Reason + "\n")
			}
			for _, name := range slices.Sorted(maps.Keys(p.items)) {
				if it := p.items[name]; it.Kind == layer.Symlink {
					said.WriteString("link: " + string(name) + " -> " + string(it.Target) + "\n")
				}
			}
			said.WriteString("writable: " + fmt.Sprint(s.needs(emptyFolders(c.logs)).Writable) + "\n")
			said.WriteString("env: " + strings.Join(s.config().Env, " ") + "\nargv: " + strings.Join(s.argv, " ") + "\n")
			golden.Equal(t, "testdata/console/"+c.name+".txt", []byte(said.String()))
		})
	}
}
