package containerize

import (
	"strings"
	"testing"

	"a2c/containerize/layer"
	"a2c/internal/golden"
	"a2c/model"
)

const juli = `handlers = 1catalina.org.apache.juli.AsyncFileHandler, java.util.logging.ConsoleHandler
.handlers = 1catalina.org.apache.juli.AsyncFileHandler
1catalina.org.apache.juli.AsyncFileHandler.prefix = catalina.
org.apache.catalina.core.ContainerBase.[Catalina].[localhost].handlers = 2localhost.org.apache.juli.AsyncFileHandler
java.util.logging.ConsoleHandler.level = FINE
`

func TestConsole(t *testing.T) {
	log := func(path model.Path, from ...model.Source) model.LogFile {
		return model.LogFile{Path: path, Evidence: model.Evidence{"path": from}}
	}
	cases := []struct {
		name, kind string
		argv       []string
		env        map[string]string
		files      map[model.Path]string
		logs       []model.LogFile
		file       model.Path // whose copy is compared
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
			name: "tomcat", kind: "java-tomcat", files: map[model.Path]string{"/opt/t/conf/logging.properties": juli}, file: "/opt/t/conf/logging.properties",
			logs: []model.LogFile{log("/opt/t/logs/catalina.2026-11-30.log", "/proc/7/fd/5"), log("/opt/t/logs/catalina.out", "/proc/7/fd/1", "/proc/7/fd/2"), log("/opt/t/logs/access_log.2026-11-30.txt", "/proc/7/fd/6")},
		},
		{
			name: "tomcat_several_lines", kind: "java-tomcat", files: map[model.Path]string{"/opt/t/conf/logging.properties": strings.Replace(juli, "AsyncFileHandler, ", "AsyncFileHandler, \\\n  ", 1)}, file: "/opt/t/conf/logging.properties",
			logs: []model.LogFile{log("/opt/t/logs/catalina.2026-11-30.log", "/proc/7/fd/5")},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := bare(t, "/bin/app")
			for name, text := range c.files {
				if err := p.put(layer.Entry{Path: name, Mode: 0o644}, model.GroupApplication, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			info := model.AnalysisInfo{ApplicationType: c.kind, Exe: "/bin/app", ProcessID: 7, Umask: 0o022, Cmdline: append([]string{"/bin/app"}, c.argv...), Logs: c.logs}
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
			said.WriteString("env: " + strings.Join(s.config().Env, " ") + "\nargv: " + strings.Join(s.argv, " ") + "\n")
			golden.Equal(t, "testdata/console/"+c.name+".txt", []byte(said.String()))
		})
	}
}
