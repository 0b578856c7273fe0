package detect

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Main classes of service wrappers; what they start stands behind them.
const (
	tanukiPackage = "org.tanukisoftware.wrapper."
	yajswMain     = "org.rzo.yajsw.app.WrapperJVMMain"
	hadoopRunner  = "org.apache.hadoop.util.RunJar"
)

// unwrap replaces a wrapper's main class by the application's. Tanuki (wrapper.tanukisoftware.com: "Integration Methods"): WrapperSimpleApp
// and WrapperJarApp have class or archive as first argument, WrapperStartStopApp has class, number of arguments, arguments. YAJSW has them in the
// file that wrapper.config names.
func (j *jvm) unwrap() {
	c := j.cmd
	switch c.Main.Value {
	case tanukiPackage + "WrapperSimpleApp", tanukiPackage + "WrapperStartStopApp":
		j.startsWith(parse.JavaClass)
		if n := len(c.Program); strings.HasSuffix(j.wrapper, "StartStopApp") && n > 0 {
			c.Program = c.Program[1:min(n, 1+number(c.Program[0].Value))]
		}
	case tanukiPackage + "WrapperJarApp":
		j.startsWith(parse.JavaJar)
	case yajswMain:
		j.wrapper = yajswMain
		j.yajsw()
	case hadoopRunner:
		j.hadoop()
	}
}

// hadoop reads `RunJar archive.jar [class] arguments`, as bin/hadoop jar and bin/hive start it: the class is an argument when the archive names none
// (hadoop-common: RunJar.run).
func (j *jvm) hadoop() {
	c := j.cmd
	if len(c.Program) == 0 {
		return
	}
	archive := c.Program[0]
	class, rest := archive, c.Program[1:]
	if main, _ := j.manifestValue(j.abs(archive.Value), "Main-Class"); main != "" {
		class.Value = main
	} else if len(rest) > 0 {
		class, rest = rest[0], rest[1:]
	} else {
		return
	}
	c.Main, c.Program = class, rest
	c.ClassPath = archive // before it stands Hadoop's own
}

// startsWith makes the first argument the main class or archive.
func (j *jvm) startsWith(mode parse.JavaMode) {
	j.wrapper = j.cmd.Main.Value
	if len(j.cmd.Program) > 0 {
		j.cmd.Main, j.cmd.Mode, j.cmd.Program = j.cmd.Program[0], mode, j.cmd.Program[1:]
	}
}

// yajsw reads wrapper.java.app.mainclass or wrapper.java.app.jar and the parameters from the wrapper's configuration.
func (j *jvm) yajsw() {
	p, ok := j.cmd.Property("wrapper.config")
	if !ok {
		return
	}
	file := j.abs(strings.TrimPrefix(p.Value, "file:"))
	data, err := j.read(file)
	if err != nil {
		j.missing("wrapper's configuration", file, err)
		return
	}
	settings, err := parse.ReadProperties(data)
	j.unread("wrapper's configuration", file, err)
	arg := func(key string) (parse.JavaArg, bool) {
		for _, s := range slices.Backward(settings) {
			if s.Key == key {
				return parse.JavaArg{Value: s.Value, Index: p.From.Index, File: file}, true
			}
		}
		return parse.JavaArg{}, false
	}
	if class, ok := arg("wrapper.java.app.mainclass"); ok {
		j.cmd.Main, j.cmd.Mode = class, parse.JavaClass
	} else if jar, ok := arg("wrapper.java.app.jar"); ok {
		j.cmd.Main, j.cmd.Mode = jar, parse.JavaJar
	}
	for i := 1; i <= maxParameters; i++ {
		if a, ok := arg("wrapper.app.parameter." + strconv.Itoa(i)); ok {
			j.cmd.Program = append(j.cmd.Program, a)
		}
	}
}

// maxParameters bounds the numbers of a wrapper's parameters.
const maxParameters = 200

// controlPort is the port on which wrapper and JVM talk.
func (j *jvm) controlPort() []port {
	p, ok := j.cmd.Property("wrapper.port")
	if !ok || number(p.Value) == 0 || j.wrapper == "" && j.property("wrapper.key").Value == "" {
		return nil
	}
	return []port{{number: number(p.Value), address: "localhost", purpose: "management", from: j.from(p.From)}}
}

// wrapperFile is the configuration that a wrapper among the launchers was given, and where: wrapper -c FILE, wrapper FILE name=value.
// Relative names are meant from the wrapper's own folder, else from its working folder.
func (v *view) wrapperFile(g host.Group) []model.Source {
	var from []model.Source
	for _, l := range g.Launchers {
		if !strings.HasPrefix(programName(l), "wrapper") && (v.java == nil || v.java.wrapper == "") {
			continue
		}
		for i, a := range l.Args() {
			if i == 0 || strings.HasPrefix(a, "-") || !strings.HasSuffix(a, ".conf") {
				continue
			}
			file := a
			if !path.IsAbs(a) {
				cwd, _, err := l.Cwd()
				v.skip("cwd", err)
				if file = path.Join(path.Dir(l.Exe), a); !v.exists(file) {
					file = path.Join(cwd, a)
				}
			}
			from = append(from, model.FromArg(l.PID, i), model.FromFile(model.Path(file), 0))
			break
		}
	}
	return from
}
