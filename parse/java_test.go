package parse

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// show writes a command in a form that a table can hold.
func show(c *JavaCommand) string {
	var b strings.Builder
	values := func(args []JavaArg) string {
		var out []string
		for _, a := range args {
			out = append(out, a.Value)
		}
		return strings.Join(out, "|")
	}
	fmt.Fprintf(&b, "%s %s@%d", c.Mode, c.Main.Value, c.Main.Index)
	if c.ClassPath.Value != "" {
		fmt.Fprintf(&b, " cp=%s", c.ClassPath.Value)
	}
	if c.ModulePath.Value != "" {
		fmt.Fprintf(&b, " mp=%s", c.ModulePath.Value)
	}
	for _, p := range c.Properties {
		fmt.Fprintf(&b, " %s=%s@%d%s%s", p.Name, p.Value, p.From.Index, p.From.Env, p.From.File)
	}
	if len(c.Program) > 0 {
		fmt.Fprintf(&b, " args=%s", values(c.Program))
	}
	if len(c.Problems) > 0 {
		fmt.Fprintf(&b, " problems=%s", strings.Join(c.Problems, "; "))
	}
	return b.String()
}

func TestParseJavaCommand(t *testing.T) {
	files := map[string]string{
		"opts":      "-Da=1 \"-Db=two words\" # comment\n-cp 'x.jar:\\\n   y.jar'\n",
		"main":      "-Da=1 app.Main -Dmine=1",
		"/etc/opts": "-Dvm=1",
		"loop":      "-XX:VMOptionsFile=loop -Dx=1",
	}
	for _, tc := range []struct {
		name, args string // separated by |
		env        map[string]string
		embedded   bool
		want       string
	}{
		{name: "jar", args: "java|-Xmx1g|-jar|app.jar|--server.port=1|-Dx=1", want: "jar app.jar@3 args=--server.port=1|-Dx=1"},
		{name: "options_between_jar_and_its_name", args: "java|-jar|-Dx=1|app.jar", want: "jar app.jar@3 x=1@2"},
		{name: "class", args: "/usr/bin/java|-cp|a.jar:lib/*|-Dx=1|com.example.Main|-Dx=2", want: "class com.example.Main@4 cp=a.jar:lib/* x=1@3 args=-Dx=2"},
		{name: "module", args: "java|-p|mods|-Dx=|-m|m/c.Main|a", want: "module m/c.Main@5 mp=mods x=@3 args=a"},
		{name: "module_joined", args: "java|--module-path=mods|--module=m|a", want: "module m@2 mp=mods args=a"},
		{name: "value_options", args: "java|--add-opens|java.base/java.lang=ALL-UNNAMED|--add-modules|x|Main", want: "class Main@5"},
		{name: "source", args: "java|-Dx=1|Hello.java|y", want: "source Hello.java@2 x=1@1 args=y"},
		{name: "empty_arguments", args: "java|-Dx|Main||z", want: "class Main@2 x=@1 args=|z"},
		{name: "argument_file", args: "java|@opts|Main|@opts", want: "class Main@2 cp=x.jar:y.jar a=1@1opts b=two words@1opts args=@opts"},
		{name: "main_in_argument_file", args: "java|@main|@opts", want: "class app.Main@1 a=1@1main args=-Dmine=1|@opts"},
		{name: "jar_in_front_of_argument_file", args: "java|-jar|@main", want: "jar app.Main@2 a=1@2main args=-Dmine=1"},
		{name: "escaped_at", args: "java|-cp|@@x|Main", want: "class Main@3 cp=@x"},
		{name: "at_files_disabled", args: "java|--disable-@files|@opts|Main", want: "class @opts@2 args=Main"},
		{name: "argument_file_missing", args: "java|@gone|Main", want: "class Main@2 problems=argument file gone: no such file"},
		{name: "vm_options_file", args: "java|-XX:VMOptionsFile=/etc/opts|Main", want: "class Main@2 vm=1@1/etc/opts"},
		{
			name: "environment", args: "java|-Dx=argv|Main", env: map[string]string{"JAVA_TOOL_OPTIONS": "-Dx=tool -Dt='a b'", "JDK_JAVA_OPTIONS": "-Dx=jdk @opts", "_JAVA_OPTIONS": "-Dx=last", "CLASSPATH": "unused.jar"},
			want: "class Main@2 cp=x.jar:y.jar x=tool@-1JAVA_TOOL_OPTIONS t=a b@-1JAVA_TOOL_OPTIONS x=jdk@-1JDK_JAVA_OPTIONS a=1@-1JDK_JAVA_OPTIONSopts b=two words@-1JDK_JAVA_OPTIONSopts x=argv@1 x=last@-1_JAVA_OPTIONS",
		},
		{name: "class_path_variable", args: "java|Main", env: map[string]string{"CLASSPATH": ":x.jar"}, want: "class Main@1 cp=:x.jar"},
		{
			name: "jsvc", args: "jsvc|-home|/usr/lib/jvm/x|-user|tomcat|-Dcatalina.base=/b|-cp|a.jar|org.apache.catalina.startup.Bootstrap|start", embedded: true, env: map[string]string{"JDK_JAVA_OPTIONS": "-Dno=1"},
			want: "class org.apache.catalina.startup.Bootstrap@8 cp=a.jar catalina.base=/b@5 args=start",
		},
		{name: "nothing", args: "java", want: " @0"},
		{name: "option_without_its_value", args: "java|-cp", want: " @0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ReadJavaCommand(strings.Split(tc.args, "|"), JavaSources{
				Embedded: tc.embedded,
				Getenv:   func(n string) (string, bool) { v, ok := tc.env[n]; return v, ok },
				ArgFile: func(n string) ([]byte, error) {
					if s, ok := files[n]; ok {
						return []byte(s), nil
					}
					return nil, errors.New("no such file")
				},
			})
			if diff := cmp.Diff(tc.want, show(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestJavaCommandLooksUp(t *testing.T) {
	c := ReadJavaCommand([]string{"java", "-Da=1", "-Da=2", "-Xmx1g", "-Xmx2g", "-cp", "a.jar::b/*", "Main"}, JavaSources{})
	if p, ok := c.Property("a"); !ok || p.Value != "2" || p.From.Index != 2 {
		t.Errorf("Property(a) = %+v", p)
	}
	if o, ok := c.Option("-Xmx"); !ok || o.Value != "-Xmx2g" || o.Index != 4 {
		t.Errorf("Option(-Xmx) = %+v", o)
	}
	if _, ok := c.Property("b"); ok {
		t.Error("a property that nobody set was found")
	}
	if diff := cmp.Diff([]string{"a.jar", ".", "b/*"}, c.ClassPathEntries()); diff != "" {
		t.Error(diff)
	}
}

// words are what a password may hold.
func words() []string {
	return []string{"plain", "a b", `q"uote`, "it's", `both'"'`, `back\slash\"`, "line\nbreak\ttab", "#no comment", "@file", `$HOME*?`, "é€😀", "'", `"`, " ", `\`, "v\vt\ff"}
}

// javaWord writes one word of JDK_JAVA_OPTIONS, so that the launcher reads exactly it. In that variable white space parts words and quotes of
// either kind hold them together; unlike in an argument file a backslash means nothing, so that a quote can only stand in quotes of the
// other kind, and quoted parts that touch are one word (java(1), "Using the JDK_JAVA_OPTIONS Launcher Environment Variable";
// expand in the JDK's libjli/args.c).
func javaWord(word string) string {
	if !strings.ContainsAny(word, " \t\n\v\f\r'\"") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'"'"'`) + "'"
}

func FuzzJavaWord(f *testing.F) {
	for _, w := range words() {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, value string) {
		word := "-Dx=" + value
		if got := splitJavaWords("-Xmx1g "+javaWord(word)+" -Dy", false); !slices.Equal(got, []string{"-Xmx1g", word, "-Dy"}) {
			t.Errorf("%q is read as %q", word, got)
		}
		if got := splitJavaWords(javaWord("-Dx=")+javaWord(value), false); !slices.Equal(got, []string{word}) {
			t.Errorf("a prefix and %q are read as %q", value, got)
		}
	})
}

// TestJavaWordLauncher asks the JDK's own launcher what it reads.
func TestJavaWordLauncher(t *testing.T) {
	java, err := exec.LookPath("java")
	if err != nil {
		t.Skip("no java here: the launcher's reading is not compared")
	}
	source := filepath.Join(t.TempDir(), "Show.java")
	program := `class Show { public static void main(String[] a) { for (int i = 0; i < ` + strconv.Itoa(len(words())) + `; i++)
		System.out.print(java.util.HexFormat.of().formatHex(System.getProperty("p" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8)) + " "); } }`
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	var options, want []string
	for i, w := range words() {
		options = append(options, javaWord(fmt.Sprintf("-Dp%d=", i))+javaWord(w))
		want = append(want, hex.EncodeToString([]byte(w)))
	}
	cmd := exec.CommandContext(t.Context(), java, source)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "JDK_JAVA_OPTIONS="+strings.Join(options, " "))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if d := cmp.Diff(want, strings.Fields(string(out))); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func FuzzJavaCommand(f *testing.F) {
	f.Add("java\x00-cp\x00a\x00@f\x00Main", "-Dx=\"a\\\nb\" # c\nMain", "-Dy='1'")
	f.Fuzz(func(t *testing.T, args, file, env string) {
		argv := strings.Split(args, "\x00")
		c := ReadJavaCommand(argv, JavaSources{
			Getenv:  func(string) (string, bool) { return env, true },
			ArgFile: func(string) ([]byte, error) { return []byte(file), nil },
		})
		for _, a := range append(append([]JavaArg{c.Main}, c.Program...), c.Options...) {
			if a.Index >= len(argv) || a.Index < -1 {
				t.Errorf("index %d of %d", a.Index, len(argv))
			}
		}
		c.ClassPathEntries()
	})
}
