package proof

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf16"
)

// configRound makes files that are to be read.
type configRound struct {
	name      string
	make      func(name, sound, dead string) error
	applies   func(name string) bool // nil: to all files
	readable  bool                   // there need not be a skip of each file
	seconds   float64                // that an inventory may take where a mount is dead
	megabytes float64                // that it may take, when not 60
	halves    bool                   // files are half-written, of which an analysis has to show nothing
	circles   bool                   // placeholders lead back to themselves, which an analysis has to say
	part      bool                   // also in `make test`
}

func configRounds() []configRound {
	return append(append(configLarge(), configTexts()...), configNoFiles()...)
}

func putText(name, text string) error { return os.WriteFile(name, []byte(text), 0o644) }

// configLarge are files that cost much.
func configLarge() []configRound {
	return []configRound{
		{name: "100 MB", part: true, make: func(name, sound, _ string) error {
			if err := putText(name, sound); err != nil {
				return err
			}
			return os.Truncate(name, 100<<20)
		}},
		{name: "dense", megabytes: 80, make: func(name, sound, _ string) error { return putText(name, dense(name, sound, 3900<<10)) }, applies: parted},
		{name: "as much as allowed", readable: true, make: func(name, sound, _ string) error { return putText(name, dense(name, sound, 150<<10)) }},
		{name: "10,000 data sources", readable: true, make: func(name, sound, _ string) error { return putText(name, dataSources(name, sound)) }, applies: func(name string) bool {
			return slices.Contains([]string{"server.xml", "standalone.xml", "domain.xml", "application.yml", "application.properties"}, filepath.Base(name))
		}},
		{name: "circles of placeholders", readable: true, make: func(name, sound, _ string) error {
			return putText(name, strings.NewReplacer("18950", "${a}", "=b", "=${a}", ": b", ": ${a}", "<b/>", "${a}").Replace(sound)+circles(name))
		}, applies: func(name string) bool { return format(name) == "properties" || format(name) == "yaml" }},
		{name: "one line", readable: true, make: func(name, _, _ string) error { return putText(name, "a="+strings.Repeat("x", 3900<<10)) }},
		{name: "bombs", part: true, make: func(name, sound, _ string) error { return putText(name, bomb(name, sound)) }, applies: parted},
		{name: "deep", make: func(name, sound, _ string) error { return putText(name, deep(name, sound)) }, applies: nested},
		{name: "includes of themselves", readable: true, circles: true, make: func(name, sound, _ string) error {
			if format(name) == "xml" {
				return putText(name, within(sound, includeItself(name)))
			}
			return putText(name, sound+includeItself(name))
		}, applies: includes},
	}
}

// format is how a file is written, by its name.
func format(name string) string {
	switch ext := filepath.Ext(name); ext {
	case ".xml", ".webapp":
		return "xml"
	case ".yml", ".yaml":
		return "yaml"
	case ".json":
		return "json"
	}
	switch base := filepath.Base(name); {
	case base == "nginx.conf" || base == "shop.conf" && strings.Contains(name, "conf.d"):
		return "nginx"
	case base == "httpd.conf" || base == "shop.conf":
		return "httpd"
	case base == "haproxy.cfg":
		return "haproxy"
	case base == "lighttpd.conf" || base == "more.conf":
		return "lighttpd"
	case filepath.Ext(name) == ".ini" || filepath.Ext(name) == ".mod":
		return "lines"
	}
	return "properties"
}

// parted reports a file that holds more than the value of one variable.
func parted(name string) bool { return filepath.Base(name) != "http.port" }

func nested(name string) bool {
	f := format(name)
	return f == "xml" || f == "yaml" || f == "json"
}

// within puts a text behind the first tag of an XML file.
func within(sound, text string) string {
	tag, rest, _ := strings.Cut(sound, ">")
	return tag + ">" + text + rest
}

// dense is a file of about that size with as many parts as there can be.
func dense(name, sound string, size int) string {
	var b strings.Builder
	line := "a%d=b\n"
	switch format(name) {
	case "xml":
		return within(sound, strings.Repeat("<b/>", size/4))
	case "json":
		return `{"a": [` + strings.Repeat("1,", size/2) + "1]}"
	case "yaml":
		line = "a%d: b\n"
	case "nginx":
		return sound + strings.Repeat("a;", size/2)
	case "lighttpd":
		return sound + strings.Repeat("a ", size/2)
	case "httpd", "haproxy":
		return sound + strings.Repeat("a\n", size/2)
	}
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, line, i)
	}
	return b.String()
}

// dataSources is a file with 10,000 of them.
func dataSources(name, sound string) string {
	line := "datasource.d%d.url=jdbc:h2:mem:d%[1]d\n"
	switch format(name) {
	case "xml":
		line = `<Resource name="jdbc/d%d" url="jdbc:h2:mem:d%[1]d"/>`
	case "yaml":
		line = "datasource.d%d.url: jdbc:h2:mem:d%[1]d\n"
	case "properties":
	default:
		return sound
	}
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, line, i)
	}
	if format(name) == "xml" {
		return within(sound, b.String())
	}
	return sound + b.String()
}

// circles are placeholders that lead back to themselves, and ones that double.
func circles(name string) string {
	line := "%s=%s\n"
	if format(name) == "yaml" {
		line = "%s: %s\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, line+line, "a", "${b:${a}}", "b", "${a:${c0}}")
	for i := range 50 {
		fmt.Fprintf(&b, line, fmt.Sprint("c", i), strings.Repeat(fmt.Sprintf("${c%d}", i+1), 2))
	}
	return b.String()
}

// bomb is a file of some kilobytes that stands for gigabytes, or that takes hours.
func bomb(name, sound string) string {
	var b strings.Builder
	switch format(name) {
	case "xml":
		b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE x [\n<!ENTITY x SYSTEM \"file:///etc/shadow\"><!ENTITY y SYSTEM \"http://127.0.0.1:1/\"><!ENTITY % p SYSTEM \"file:///dev/zero\"> %p;\n<!ENTITY e0 \"ha\">\n")
		for i := 1; i < 30; i++ {
			fmt.Fprintf(&b, "<!ENTITY e%d %q>\n", i, strings.Repeat(fmt.Sprintf("&e%d;", i-1), 10))
		}
		b.WriteString("]>\n" + within(sound, "&e29;&x;&y;"))
	case "yaml":
		b.WriteString("<<: &a0 {}\n")
		for i := 1; i < 30; i++ {
			fmt.Fprintf(&b, "<<: &a%d {%s}\n", i, strings.Repeat(fmt.Sprintf("<<: *a%d, ", i-1), 9))
		}
	case "json":
		b.WriteString(strings.Repeat(`{"a":`, 100_000))
	case "nginx":
		b.WriteString(strings.Repeat("include "+name+";\n", 50) + strings.Repeat("a{", 100_000))
	case "httpd":
		b.WriteString("Define a x\n" + strings.Repeat("Define a ${a}${a}${a}${a}\n", 100) + strings.Repeat("\\\n", 1<<20) + "\n" + strings.Repeat("Include "+name+"\n", 50))
	case "haproxy":
		b.WriteString("frontend x\nbind *:80\nacl a hdr(host)" + strings.Repeat(" a", 50_000) + "\n" + strings.Repeat("use_backend b if a a a\n", 20_000) + "backend b\nserver a b:1\n")
	case "lighttpd":
		b.WriteString(strings.Repeat("include \""+name+"\"\n", 50) + strings.Repeat("{", 100_000))
	default:
		b.WriteString(strings.Repeat("a=\\u0041\\\n", 400_000) + "\\u")
		if format(name) == "lines" {
			return strings.Repeat("--include-jetty-dir=.\n", 30_000)
		}
	}
	return b.String()
}

func deep(name, sound string) string {
	switch format(name) {
	case "xml":
		return within(sound, strings.Repeat("<a>", 100_000)+strings.Repeat("</a>", 100_000))
	case "json":
		return strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	}
	return "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
}

func includes(name string) bool { return includeItself(name) != "" }

func includeItself(name string) string {
	switch base := filepath.Base(name); {
	case base == "bootstrap.properties":
		return "bootstrap.include=bootstrap.properties\n"
	case base == "server.xml" && strings.Contains(name, "usr/servers/"):
		return `<include location="server.xml"/><include location="./"/><variable name="round" value="${other}"/><variable name="other" value="${round}"/><executor name="${round}"/>`
	case base == "server.xml":
		return `<Service name="round"><Engine name="${round}"/></Service>`
	case base == "standalone.xml":
		return `<system-properties><property name="round" value="${other}"/><property name="other" value="${round}"/></system-properties>`
	case base == "catalina.properties":
		return "round=${other}\nother=${round}\n"
	case base == "more.yml":
		return "spring.config.import: more.yml\n"
	case base == "start.ini":
		return "--include-jetty-dir=.\n--module=one\n"
	case base == "one.mod":
		return "[depend]\none\n"
	case format(name) == "nginx":
		return strings.Repeat("include "+name+";\n", 5)
	case format(name) == "httpd":
		return strings.Repeat("Include "+name+"\n", 5)
	case format(name) == "lighttpd":
		return strings.Repeat("include \""+name+"\"\n", 5)
	}
	return ""
}

// configTexts are texts that are not what the file is to hold.
func configTexts() []configRound {
	return []configRound{
		{name: "UTF-16", make: func(name, sound, _ string) error {
			out := []byte("\xff\xfe")
			for _, u := range utf16.Encode([]rune(sound)) {
				out = append(out, byte(u), byte(u>>8))
			}
			return putText(name, string(out))
		}, applies: func(name string) bool { return format(name) == "xml" || filepath.Ext(name) == ".properties" }},
		{name: "binary properties", make: func(name, sound, _ string) error { return putText(name, sound+"\x7fELF\x02\x01\x01\x00\x00=\x00\n") }, applies: func(name string) bool { return filepath.Ext(name) == ".properties" }},
		{name: "EBCDIC", make: func(name, _, _ string) error {
			return putText(name, "\x4c\x6f\xa7\x94\x93\x40\xa5\x85\x99\xa2\x89\x96\x95\x7e\x7f\xf1\x4b\xf0\x7f\x6f\x6e\x4c\x81\x61\x6e")
		}, applies: nested},
		{name: "noise", readable: true, make: func(name, _, _ string) error {
			text := make([]byte, 300<<10)
			r := rand.New(rand.NewPCG(1, uint64(len(name))))
			for i := range text {
				text[i] = byte(r.Uint32())
			}
			return putText(name, string(text))
		}},
		{name: "broken off", make: func(name, sound, _ string) error { return putText(name, sound[:len(sound)/2]) }, applies: func(name string) bool { return nested(name) && format(name) != "yaml" }},
		{name: "half-written", readable: true, halves: true, make: func(name, sound, _ string) error { return putText(name, half(name, sound)) }, applies: func(name string) bool {
			return parted(name) && (nested(name) || format(name) == "properties")
		}},
		{name: "empty", readable: true, make: func(name, _, _ string) error { return putText(name, "") }},
		{name: "escapes", readable: true, make: func(name, sound, _ string) error {
			bad := "\x1b[2J\u202e\u009b\x07\xff"
			if format(name) == "xml" {
				sound = within(sound, `<x a="`+bad+`">`+bad+`</x>`)
			}
			return putText(name, strings.NewReplacer("18950", "18950"+bad, "localhost", "local"+bad, "/srv/", "/srv/"+bad, "=b", "="+bad, ": b", ": \""+bad+"\"", "Shop", "Shop"+bad).Replace(sound))
		}},
	}
}

// configNoFiles are other things in the place of files.
func configNoFiles() []configRound {
	link := func(target string) func(string, string, string) error {
		return func(name, _, _ string) error { return os.Symlink(target, name) }
	}
	return []configRound{
		{name: "FIFO", part: true, make: func(name, _, _ string) error { return syscall.Mkfifo(name, 0o644) }},
		{name: "folder", make: func(name, _, _ string) error { return os.Mkdir(name, 0o755) }, applies: func(name string) bool {
			// Of an include, and of variables, a folder stands for its files, and Tomcat deploys none.
			return !slices.Contains([]string{"haproxy.cfg", "shop.conf", "more.xml", "all.xml", "app.xml", "http.port", "ports.properties", "a2c-proof"}, filepath.Base(name))
		}},
		{name: "socket", make: func(name, _, _ string) error {
			// The name of a socket is short: it is made elsewhere, and stays when its listener is closed.
			short := filepath.Join(os.TempDir(), fmt.Sprintf("a2c-proof-%d.sock", os.Getpid()))
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
			if err != nil {
				return err
			}
			l.SetUnlinkOnClose(false)
			if err := l.Close(); err != nil {
				return err
			}
			return os.Rename(short, name)
		}},
		{name: "device", make: link("/dev/zero")},
		{name: "link to itself", make: func(name, _, _ string) error { return os.Symlink(filepath.Base(name), name) }},
		{name: "dead mount", part: true, seconds: 25, make: func(name, _, dead string) error { return os.Symlink(filepath.Join(dead, filepath.Base(name)), name) }},
	}
}
