package parse

import (
	"slices"
	"strings"
)

// JBossCommand is what JBoss Modules and the module that it starts are told (org.jboss.modules.Main, org.jboss.as.server.Main,
// org.jboss.as.host.controller.Main).
type JBossCommand struct {
	Module     JavaArg // "org.jboss.as.standalone"; Value "" when none is named
	ModulePath string
	Options    map[string]JavaArg // by their long names: "server-config"
	Properties []JBossAssignment  // in their order: the last of equal names counts
}

// JBossAssignment sets a system property, or with a File names a file of them: -P.
type JBossAssignment struct {
	Name, Value string
	File        string // as it is written: a path or a URL
	From        JavaArg
}

// The modules of the servers' processes.
const (
	JBossStandalone = "org.jboss.as.standalone"
	JBossProcess    = "org.jboss.as.process-controller"
	JBossHost       = "org.jboss.as.host-controller"
	JBossServerMain = "org.jboss.as.server"
)

// ReadJBossCommand reads the arguments behind "java -jar jboss-modules.jar".
func ReadJBossCommand(program []JavaArg) JBossCommand {
	c := JBossCommand{Options: map[string]JavaArg{}}
	c.arguments(c.modules(program))
	return c
}

// modules reads the arguments of JBoss Modules and returns those of the module.
func (c *JBossCommand) modules(args []JavaArg) []JavaArg {
	for i := 0; i < len(args); i++ {
		switch v := args[i].Value; {
		case slices.Contains([]string{"-mp", "-modulepath", "--modulepath"}, v):
			if i++; i < len(args) {
				c.ModulePath = args[i].Value
			}
		case slices.Contains([]string{"-jaxpmodule", "-logmodule", "-secmgrmodule", "-dep", "-deps", "-dependencies", "-cp", "-classpath", "-config", "-addindex", "-javaagent"}, v):
			i++
		case strings.HasPrefix(v, "-"):
		default:
			c.Module = args[i]
			c.Module.Value, _, _ = strings.Cut(v, ":") // "name:slot"
			return args[i+1:]
		}
	}
	return nil
}

// jbossOption is the long name of an option that a2c needs the value of.
func jbossOption(name string) string {
	switch name {
	case "-c", "--server-config", "--read-only-server-config", "-server-config":
		return "server-config"
	case "--domain-config", "--read-only-domain-config":
		return "domain-config"
	case "--host-config", "--read-only-host-config":
		return "host-config"
	case "-P", "--properties", "-properties":
		return "properties"
	case "-y", "--yaml":
		return "yaml"
	case "-jboss-home", "--pc-address", "--pc-port", "-default-jvm", "-jvm", "-mp", "-u", "--backup", "--stability":
		return strings.TrimLeft(name, "-")
	}
	return ""
}

// passedOn reads what the process controller hands to the host controller: options of its JVM, "--", its arguments (bin/domain.sh). The domain's folder
// stands there alone, and until the host controller runs nothing else says which domain it is.
func (c *JBossCommand) passedOn(args []JavaArg) {
	if i := slices.IndexFunc(args, func(a JavaArg) bool { return a.Value == "--" }); i >= 0 && c.Module.Value == JBossProcess {
		c.arguments(args[i+1:])
	}
}

// arguments reads those of the module. The process controller's end at "--"; the rest is for the host controller.
func (c *JBossCommand) arguments(args []JavaArg) {
	for i := 0; i < len(args); i++ {
		v := args[i].Value
		if v == "--" {
			c.passedOn(args[i+1:])
			return
		}
		if def, ok := strings.CutPrefix(v, "-D"); ok {
			name, value, joined := strings.Cut(def, "=")
			if !joined {
				value = "true"
			}
			c.Properties = append(c.Properties, JBossAssignment{Name: name, Value: value, From: args[i]})
			continue
		}
		name, value, joined := strings.Cut(v, "=")
		option := jbossOption(name)
		iface, bind := strings.CutPrefix(name, "-b")
		if option == "" && !bind {
			continue
		}
		at := args[i]
		at.Value = value
		if !joined {
			if i++; i == len(args) {
				return
			}
			at = args[i]
		}
		switch {
		case bind && iface == "":
			c.Properties = append(c.Properties, JBossAssignment{Name: "jboss.bind.address", Value: at.Value, From: at})
		case bind:
			c.Properties = append(c.Properties, JBossAssignment{Name: "jboss.bind.address." + iface, Value: at.Value, From: at})
		case option == "properties":
			c.Properties = append(c.Properties, JBossAssignment{File: at.Value, From: at})
		default:
			c.Options[option] = at
		}
	}
}

// JBossVariable is the variable that stands for a property that nothing sets (org.jboss.dmr.ValueExpressionResolver): its name in capitals, with "_" for
// all but letters and digits.
func JBossVariable(property string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(property))
}
