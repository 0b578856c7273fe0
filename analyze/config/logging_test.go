package config

import (
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/parse"
)

// TestLogFiles reads configurations of each logging framework.
func TestLogFiles(t *testing.T) {
	abs := func(p string) string {
		if path.IsAbs(p) {
			return path.Clean(p)
		}
		return path.Join("/cwd", p)
	}
	for _, tc := range []struct {
		name, file, text string
		want             []string
	}{
		{"logback", "logback.xml", `<configuration><property name="DIR" value="${shop.logs:-logs}"/>
<appender name="OUT" class="ch.qos.logback.core.ConsoleAppender"/><appender name="FILE" class="ch.qos.logback.core.rolling.RollingFileAppender"><file>${DIR}/app.log</file>
<rollingPolicy><fileNamePattern>${DIR}/old/app-%d{yyyy-MM-dd}.log</fileNamePattern></rollingPolicy></appender></configuration>`, []string{"/srv/logs/app.log", "/srv/logs/old/"}},
		{"logback_spring", "logback-spring.xml", `<configuration><appender name="F"><file>${LOG_FILE}</file></appender><appender name="G"><file>${NOTHING:-/x/${HOST}}.log</file></appender></configuration>`, []string{"/var/spring.log", "/x/h.log"}},
		{"log4j2_xml", "log4j2.xml", `<Configuration><Properties><Property name="dir">/var/log/${env:HOST}</Property></Properties><Appenders><Console name="c"/>
<RollingFile name="f" fileName="${dir}/a.log" filePattern="${sys:shop.logs}/$${date:yyyy}/a-%i.gz"/></Appenders></Configuration>`, []string{"/var/log/h/a.log", "/srv/logs/"}},
		{"log4j2_properties", "log4j2.properties", "property.dir = rel\nappender.f.type=File\nappender.f.fileName=${dir}/b.log\nappender.f.layout.pattern=%m\n", []string{"/cwd/rel/b.log"}},
		{"log4j2_yaml", "log4j2.yaml", "Configuration:\n  appenders:\n    File:\n      name: f\n      fileName: ${sys:none:-/d}/c.log\n", []string{"/d/c.log"}},
		{"log4j", "log4j.properties", "log4j.appender.F.File=${shop.logs}/d.log\nlog4j.appender.F.layout.ConversionPattern=%m\n", []string{"/srv/logs/d.log"}},
		{"log4j_xml", "log4j.xml", `<log4j:configuration><appender name="F"><param name="File" value="e.log"/></appender></log4j:configuration>`, []string{"/cwd/e.log"}},
		{"jul", "logging.properties", "java.util.logging.FileHandler.pattern = %h/java%u.log\njava.util.logging.FileHandler.limit=1\n1catalina.org.apache.juli.AsyncFileHandler.directory = ${catalina.base}/logs\n", []string{"/home/u/java0.log", "/srv/base/logs/"}},
		{"circle", "logback.xml", `<configuration><property name="A" value="${B}"/><property name="B" value="${A}"/><appender name="F"><file>${A}/x.log</file></appender></configuration>`, nil},
		{"other_xml", "x.xml", `<configuration><file>a</file></configuration>`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := &Config{Dirs: map[string]string{"base": "/srv/base"}, Java: parse.ReadJavaCommand([]string{"java", "-Dshop.logs=/srv/logs", "X"}, parse.JavaSources{})}
			r := &resolver{c: c}
			settings, err := parseByName(tc.file, []byte(tc.text))
			if err != nil {
				t.Fatal(err)
			}
			r.add("/etc/"+tc.file, settings)
			c.Settings = append(c.Settings, Setting{Key: "HOST", Value: "h", Place: model.Place{Kind: "env", Key: "HOST"}}, Setting{Key: "logging.file.name", Value: "/var/spring.log"})
			var got []string
			for _, l := range c.LogFiles(abs, "/home/u") {
				if l.Folder {
					l.Path += "/"
				}
				got = append(got, l.Path)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func FuzzLogFiles(f *testing.F) {
	f.Add("configuration/appender[F]/file", "${A:-%d}/x.log", "${A}")
	f.Add("java.util.logging.FileHandler.pattern", "%h/${sys:x}", "")
	f.Fuzz(func(t *testing.T, key, value, property string) {
		c := &Config{Settings: []Setting{{Key: key, Value: value, File: "/x"}, {Key: "configuration/property[A]@value", Value: property, File: "/x"}}}
		for _, l := range c.LogFiles(func(p string) string { return path.Join("/", p) }, "/home") {
			if !path.IsAbs(l.Path) {
				t.Errorf("%q is not absolute", l.Path)
			}
		}
	})
}
