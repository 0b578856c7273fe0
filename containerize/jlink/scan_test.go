package jlink

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/parse"
)

const listing = `jimage: lib/modules

Module: java.base
    java/lang/Object.class
    module-info.class
Module: java.sql
    java/sql/Connection.class
    java/sql/Types.class
Module: java.naming
    javax/naming/InitialContext.class
Module: java.compiler
    javax/tools/ToolProvider.class
Module: java.management
    javax/management/MBeanServer.class
Module: jdk.compiler
    com/sun/tools/javac/Main.class
Module: jdk.management
Module: jdk.jdwp.agent
Module: jdk.localedata
Module: jdk.naming.dns
Module: jdk.zipfs
`

func testIndex(t testing.TB) *Index {
	t.Helper()
	x, err := ReadIndex([]byte(listing))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// class is the beginning of a class file with these texts among its constants.
func class(texts ...string) string {
	b := []byte{0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61}
	b = binary.BigEndian.AppendUint16(b, uint16(len(texts)+1))
	for _, s := range texts {
		b = append(b, 1)
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	return string(b)
}

func jar(t testing.TB, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFile(t *testing.T) {
	const always = "java.base jdk.zipfs"
	for name, c := range map[string]struct {
		file, content, want string
		doubts              int
	}{
		"nothing":         {"/a/b.class", class("java/lang/Object", "java/sqlx/Connection", "x"), always, 0},
		"class":           {"/a/b.class", class("java/sql/Connection"), "java.base java.sql jdk.zipfs", 0},
		"descriptor":      {"/a/b.class", class("(IJLjava/sql/Connection;)V"), "java.base java.sql jdk.zipfs", 0},
		"signature":       {"/a/b.class", class("Ljava/util/List<[Ljava/sql/Connection;>;"), "java.base java.sql jdk.zipfs", 0},
		"text":            {"/a/b.class", class("javax.naming.InitialContext"), "java.base java.naming jdk.naming.dns jdk.zipfs", 0},
		"expression":      {"/a/b.class", class("T(java.sql.Types.VARCHAR)"), "java.base java.sql jdk.zipfs", 0},
		"letter_before":   {"/a/b.class", class("ajava/sql/Connection"), always, 0},
		"import":          {"/a/b.jsp", `<%@ page import="java.sql.*" %>`, "java.base java.sql jdk.zipfs", 0},
		"configuration":   {"/a/b.xml", `<bean class="javax.naming.InitialContext"/>`, "java.base java.naming jdk.naming.dns jdk.zipfs", 0},
		"system_compiler": {"/a/b.class", class("javax/tools/ToolProvider"), "java.base java.compiler jdk.compiler jdk.zipfs", 0},
		"archive":         {"/a/b.jar", jar(t, "x/Y.class", class("java/sql/Connection")), "java.base java.sql jdk.zipfs", 0},
		"nested":          {"/a/b.war", jar(t, "WEB-INF/lib/c.jar", jar(t, "Y.class", class("java/sql/Connection"))), "java.base java.sql jdk.zipfs", 0},
		"service":         {"/a/b.jar", jar(t, "META-INF/services/javax.management.MBeanServer", "a.B"), "java.base java.management jdk.management jdk.zipfs", 0},
		"module_info":     {"/a/b.jar", jar(t, "module-info.class", class("java.management")), "java.base java.management jdk.zipfs", 0},
		"jboss_module":    {"/a/module.xml", `<module name="java.sql"/>`, "java.base java.sql jdk.zipfs", 0},
		"own_language":    {"/a/b.jar", jar(t, "BOOT-INF/classes/messages_de.properties", "a=b"), "java.base jdk.localedata jdk.zipfs", 0},
		"their_language":  {"/a/b.jar", jar(t, "org/x/messages_de.properties", "a=b"), always, 0},
		"no_archive":      {"/a/b.jar", "PK\x03\x04 and no more", always, 1},
		"script_engine":   {"/a/b.jar", jar(t, "META-INF/services/javax.script.ScriptEngineFactory", "a.B"), always, 1},
		"short":           {"/a/b", "ab", always, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewScan(testIndex(t))
			if err := s.File(t.Context(), model.Path(c.file), strings.NewReader(c.content), int64(len(c.content))); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, strings.Join(s.Modules(), " ")); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if got := s.Doubts(); len(got) != c.doubts {
				t.Errorf("doubts %q, want %d", got, c.doubts)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	for name, c := range map[string]struct {
		argv, want string
		doubts     int
	}{
		"plain":        {"java -jar a.jar", "java.base jdk.zipfs", 0},
		"added":        {"java --add-modules java.sql -jar a.jar", "java.base java.sql jdk.zipfs", 0},
		"added_joined": {"java --add-modules=java.sql,java.naming -jar a.jar", "java.base java.naming java.sql jdk.zipfs", 0},
		"all":          {"java --add-modules ALL-SYSTEM -jar a.jar", "java.base jdk.zipfs", 1},
		"opened":       {"java --add-opens java.naming/javax.naming=ALL-UNNAMED -jar a.jar", "java.base java.naming jdk.zipfs", 0},
		"property":     {"java -Djava.naming.factory.initial=javax.naming.InitialContext -jar a.jar", "java.base java.naming jdk.naming.dns jdk.zipfs", 0},
		"debugger":     {"java -agentlib:jdwp=transport=dt_socket -jar a.jar", "java.base jdk.jdwp.agent jdk.zipfs", 0},
		"agent":        {"java -javaagent:/opt/apm.jar=x -jar a.jar", "java.base jdk.zipfs", 1},
		"native_agent": {"java -agentpath:/opt/apm.so -jar a.jar", "java.base jdk.zipfs", 1},
		"modules":      {"java -p /opt/lib -m shop/shop.Main", "java.base jdk.zipfs", 1},
		"jmx":          {"java -Dcom.sun.management.jmxremote.port=9010 -jar a.jar", "java.base jdk.zipfs", 1},
		"unread":       {"java @/opt/args -jar a.jar", "java.base jdk.zipfs", 1},
		"patched":      {"java --patch-module java.base=x.jar -jar a.jar", "java.base jdk.zipfs", 1},
		"language":     {"java -Duser.language=de -jar a.jar", "java.base jdk.localedata jdk.zipfs", 0},
	} {
		t.Run(name, func(t *testing.T) {
			none := func(string) (string, bool) { return "", false }
			s := NewScan(testIndex(t))
			command := parse.ReadJavaCommand(strings.Fields(c.argv), parse.JavaSources{Getenv: none, ArgFile: func(string) ([]byte, error) { return nil, errors.New("gone") }})
			s.Command(command)
			s.Locale(command, none)
			if d := cmp.Diff(c.want, strings.Join(s.Modules(), " ")); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if got := s.Doubts(); len(got) != c.doubts {
				t.Errorf("doubts %q, want %d", got, c.doubts)
			}
		})
	}
}

func TestLocaleOfVariables(t *testing.T) {
	for value, want := range map[string]bool{"": false, "C.UTF-8": false, "en_US.UTF-8": false, "de_DE.UTF-8": true, "en_GB.UTF-8": true} {
		s := NewScan(testIndex(t))
		s.Locale(&parse.JavaCommand{}, func(name string) (string, bool) { return value, name == "LANG" })
		if got := s.Why(localeData) != ""; got != want {
			t.Errorf("LANG=%s: %v, want %v", value, got, want)
		}
	}
}

func TestSecurity(t *testing.T) {
	for text, doubts := range map[string]int{
		"security.provider.1=SUN\nsecurity.provider.2=SunPKCS11\n#security.provider.3=Other\n": 0,
		"security.provider.1=org.bouncycastle.jce.provider.BouncyCastleProvider\n":             1,
		"security.provider.1=SunPKCS11 ${java.home}/conf/nss.cfg\n":                            1,
	} {
		s := NewScan(testIndex(t))
		s.Security([]byte(text))
		if got := s.Doubts(); len(got) != doubts {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestLibrary(t *testing.T) {
	s := NewScan(testIndex(t))
	s.Library("/usr/lib/jvm/17/lib/libmanagement_ext.so")
	s.Library("/usr/lib/jvm/17/lib/libnio.so")
	if got := strings.Join(s.Modules(), " "); got != "java.base jdk.management jdk.zipfs" {
		t.Error(got)
	}
}

func TestReadIndex(t *testing.T) {
	if _, err := ReadIndex([]byte("Error: no such file\n")); !errors.Is(err, ErrNoIndex) {
		t.Errorf("got %v", err)
	}
}

// FuzzContent looks at bytes as a file of any kind.
func FuzzContent(f *testing.F) {
	f.Add("a.class", class("java/sql/Connection"))
	f.Add("module.xml", "java.sql.*")
	f.Fuzz(func(t *testing.T, name, content string) {
		NewScan(testIndex(t)).content(name, []byte(content))
	})
}
