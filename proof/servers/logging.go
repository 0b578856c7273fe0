package servers

import (
	"context"
	"fmt"
	"os"
	"strings"

	"a2c/proof/apps"
)

// logbackJars and log4jJars are logging frameworks behind SLF4J, by their coordinates and what they hash to.
func logbackJars() [][2]string {
	return [][2]string{
		{"ch.qos.logback:logback-classic:1.5.18:jar", "3e1533d0321f8815eef46750aee0111b41554f9a4644c3c4d2d404744b09f60f"},
		{"ch.qos.logback:logback-core:1.5.18:jar", "85139e7b57b464f8e5e36326dd81317648bed199ccc4f98cd42585f8d7571027"},
	}
}

func log4jJars() [][2]string {
	return [][2]string{
		{"org.apache.logging.log4j:log4j-api:2.24.3:jar", "5b4a0a0cd0e751ded431c162442bdbdd53328d1f8bb2bae5fc1bbeee0f66d80f"},
		{"org.apache.logging.log4j:log4j-core:2.24.3:jar", "7eb4084596ae25bd3c61698e48e8d0ab65a9260758884ed5cbb9c6e55c44a56a"},
		{"org.apache.logging.log4j:log4j-slf4j2-impl:2.24.3:jar", "cdaac22e40ec30c4096e1ebe8c454c8826c0d1c378d7db5d7b3ad166354b0bd3"},
	}
}

// logged is the Micronaut sample with a logging framework, whose configuration a system property names. Its logs go to a folder of its own.
func logged(name string, ports int, jars [][2]string, property, file, text string, options ...string) Server {
	return Server{
		Name: name, Kind: "java-micronaut", Ports: ports, Ready: []int{ports}, Page: "/",
		Program: func(ctx context.Context, p Place) error {
			errs := []error{micronautBuild(ctx, p)}
			for _, jar := range jars {
				part := strings.Split(jar[0], ":")
				errs = append(errs, jarProgram("logging-"+part[1], jar[0], jar[1], part[1]+".jar")(ctx, p))
			}
			return firstError(errs...)
		},
		Configure: func(_ context.Context, p Place) error { return firstError(p.Write(file, text), p.Give("logs")) },
		Command: func(p Place) apps.Command {
			path := []string{"counter-1.0.3.jar", "lib/*"}
			for _, jar := range jars {
				part := strings.Split(jar[0], ":")
				path = append(path, p.Program("logging-"+part[1], part[1]+".jar"))
			}
			argv := []string{p.Java + "/bin/java", "-Xmx64m", "-D" + property + "=" + p.Path(file)}
			for _, o := range options {
				argv = append(argv, p.Expand(o))
			}
			return apps.Command{
				Dir: p.Program("micronaut"), Env: p.Env(),
				Argv: append(argv, "-cp", strings.Join(path, ":"), "counter.Counter", fmt.Sprintf("--micronaut.server.port=%d", p.Port(0))),
			}
		},
	}
}

// LogbackFile has a root logger that writes to a file which is rolled, beside a console; and the JVM's own log goes to a file.
func LogbackFile() Server {
	return logged("logging-logback", 19500, logbackJars(), "logback.configurationFile", "etc/logback.xml", `<configuration>
  <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level %logger{36} - %msg%n</pattern></encoder>
  </appender>
  <appender name="FILE" class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>${dir}/logs/counter.log</file>
    <rollingPolicy class="ch.qos.logback.core.rolling.TimeBasedRollingPolicy">
      <fileNamePattern>${dir}/logs/counter.%d.log</fileNamePattern>
    </rollingPolicy>
    <encoder><pattern>%d %-5level %logger{36} - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO">
    <appender-ref ref="FILE"/>
  </root>
</configuration>
`, "-XX:+UseSerialGC", "-Xlog:gc*=info:file=${dir}/logs/gc.log:uptime:filecount=3,filesize=10m")
}

// LogbackLink has no console at all: its one log file is only appended to.
func LogbackLink() Server {
	return logged("logging-link", 19520, logbackJars(), "logback.configurationFile", "etc/logback.xml", `<configuration>
  <appender name="FILE" class="ch.qos.logback.core.FileAppender">
    <file>${dir}/logs/counter.log</file>
    <encoder><pattern>%d %-5level %logger{36} - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO">
    <appender-ref ref="FILE"/>
  </root>
</configuration>
`)
}

// Log4jFile is Log4j 2 with a rolled file beside the console.
func Log4jFile() Server {
	return logged("logging-log4j2", 19540, log4jJars(), "log4j2.configurationFile", "etc/log4j2.xml", `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders>
    <Console name="Console" target="SYSTEM_OUT">
      <PatternLayout pattern="%-5level %c - %msg%n"/>
    </Console>
    <RollingFile name="File" fileName="${dir}/logs/counter.log" filePattern="${dir}/logs/counter-%i.log">
      <PatternLayout pattern="%d %-5level %c - %msg%n"/>
      <SizeBasedTriggeringPolicy size="10 MB"/>
    </RollingFile>
  </Appenders>
  <Loggers>
    <Root level="info">
      <AppenderRef ref="File"/>
    </Root>
  </Loggers>
</Configuration>
`)
}

// JettyRequests is Jetty with its log of requests, beside what the console captured.
func JettyRequests() Server { return jettyLogs(JettyBase(), "jetty-requests", "base") }

// JettyRequestsOld is Jetty 9.4 with its NCSA log of requests.
func JettyRequestsOld() Server { return jettyLogs(JettyHome(), "jetty-requests-old", "base") }

func jettyLogs(s Server, name, base string) Server {
	s.Name = name
	configure := s.Configure
	s.Configure = func(ctx context.Context, p Place) error {
		return firstError(
			configure(ctx, p),
			p.Write(base+"/start.d/60-requests.ini", "--module=requestlog\n--module=console-capture\njetty.console-capture.dir=${dir}/"+base+"/logs\njetty.requestlog.append=true\n"),
			os.MkdirAll(p.Path(base, "logs"), 0o755),
			p.Give(base))
	}
	return s
}
