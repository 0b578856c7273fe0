package parse

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// jettyFolder is a host of files in memory.
type jettyFolder struct {
	files  map[string]string
	unread *[]string
}

func (j jettyFolder) Read(name string) ([]byte, error) {
	if text, ok := j.files[name]; ok {
		return []byte(text), nil
	}
	return nil, fs.ErrNotExist
}

func (j jettyFolder) Folder(_, dir string) []string {
	var names []string
	for name := range j.files {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	return names
}

func (j jettyFolder) Exists(name string) bool { _, ok := j.files[name]; return ok }

func (j jettyFolder) Clean(name string) string { return path.Clean(name) }

func (j jettyFolder) Abs(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join("/cwd", name)
}

func (j jettyFolder) Unread(_, name string, err error) {
	if err != nil && j.unread != nil && err != fs.ErrNotExist { //nolint:errorlint // the same
		*j.unread = append(*j.unread, name+": "+err.Error())
	}
}

// said words what start.jar makes: "env/name = text (file:line, …) < overridden".
func (s *JettyStart) said() string {
	var list []string
	for env, props := range s.Properties {
		for _, p := range props {
			line := fmt.Sprintf("%s/%s = %s (%s)", env, p.Name, s.Expansion(p.Text).Text, saidAt(p.From))
			for _, o := range p.Over {
				line += " < " + o.Text + " (" + saidAt(o.From) + ")"
			}
			list = append(list, line)
		}
	}
	slices.Sort(list)
	for _, u := range s.Unused {
		list = append(list, "unused "+u.Env+"/"+u.Name+" = "+u.Text)
	}
	for _, m := range s.Modules {
		list = append(list, "module "+m.Name+" ("+saidAt(m.From)+")")
	}
	for _, f := range append(slices.Clip(s.Files), s.Later...) {
		list = append(list, "file "+f.Env+":"+f.Name+" ("+saidAt(f.From)+")")
	}
	for _, o := range s.Options {
		list = append(list, "option "+o.Text)
	}
	return strings.Join(list, "\n") + "\n"
}

func saidAt(from []JettyOrigin) string {
	var list []string
	for _, o := range from {
		if o.File == "" {
			list = append(list, o.Arg.Value)
			continue
		}
		list = append(list, fmt.Sprint(o.File, ":", o.Line))
	}
	return strings.Join(list, ", ")
}

// TestJettyStart has what start.jar 12.0.16 was seen to make of the same files (--list-config --debug): the order of files, ?=, +=, -D, what is included.
func TestJettyStart(t *testing.T) {
	h := jettyFolder{files: map[string]string{
		"/b/start.d/10-a.ini": "--module=http\nx=10-a\nMy.Case=one\nmy.case=two\nq.jvm?=ini\np.jvm+=,ini\np.first+=,ini\nnew?=ini\n-Dsy.add+=,more\n-Dsy.expand=${x}/y\n" +
			"esc=$${x} $$\nesc2=a$$b\ntrim=${ x }\nlist,=c\nround=${round}\nnone=${none}\n",
		"/b/start.d/1a.ini": "x=1a\n", "/b/start.d/10.b.ini": "x=10.b\n-Xmx33m\n--include-jetty-dir=/inc1\ninc=base\nnew?=late\n", "/b/start.ini": "x=start.ini\n",
		"/inc1/start.ini": "inc=one\ninc1=x\n--include-jetty-dir=/inc3\n", "/cwd/inc2/start.d/a.ini": "inc=two\ninc1=two\ninc3=two\n", "/inc3/start.ini": "inc1=three\ninc3=three\n",
		"/h/modules/http.mod": "[depend]\nserver\n[xml]\netc/http.xml\n[ini]\nx=module\nm.version=1\nm.sum+=,http\n", "/h/etc/http.xml": "",
		"/h/modules/server.mod": "[depend]\nlog\nsub/dynamic-${m.version}\n?absent\n[xml]\netc/server.xml\n[ini]\nm.sum+=,server\n[exec]\n-Xss1m\n", "/b/etc/server.xml": "", "/h/etc/server.xml": "",
		"/h/modules/log-a.mod": "[provides]\nlog\n", "/h/modules/log-b.mod": "[provides]\nlog|default\n[before]\nhttp\n", "/h/modules/sub/dynamic-1.mod": "[ini]\nd?=dynamic\n",
		"/h/modules/ee.mod": "[environment]\nee10\n[ini]\nclass?=Context\n[xml]\netc/ee.xml\n", "/h/etc/ee.xml": "", "/b/etc/own.xml": "", "/b/more.properties": "",
	}}
	args := []JavaArg{
		{Value: "--include-jetty-dir=inc2", Index: 1},
		{Value: "--module=ee", Index: 2},
		{Value: "ee.own=1", Index: 3},
		{Value: "own.xml", Index: 4},
		{Value: "more.properties", Index: 5},
		{Value: "jetty.base=/other", Index: 6},
	}
	jvm := &JavaCommand{}
	for _, name := range []string{"q.jvm", "p.jvm", "sy.add"} {
		jvm.Properties = append(jvm.Properties, JavaProperty{Name: name, Value: "jvm"})
	}
	want := `/d = dynamic (/b/start.d/10-a.ini:1, /h/modules/sub/dynamic-1.mod:2)
/esc = ${x} $ (/b/start.d/10-a.ini:11)
/esc2 = a$$b (/b/start.d/10-a.ini:12)
/inc = base (/b/start.d/10.b.ini:4) < two (/cwd/inc2/start.d/a.ini:1) < one (/inc1/start.ini:1)
/inc1 = two (/cwd/inc2/start.d/a.ini:2) < x (/inc1/start.ini:2) < three (/inc3/start.ini:1)
/inc3 = two (/cwd/inc2/start.d/a.ini:3) < three (/inc3/start.ini:2)
/list, = c (/b/start.d/10-a.ini:14)
/m.sum = http,server (/b/start.d/10-a.ini:1, /h/modules/server.mod:8) < http (/b/start.d/10-a.ini:1, /h/modules/http.mod:8)
/m.version = 1 (/b/start.d/10-a.ini:1, /h/modules/http.mod:7)
/my.case = two (/b/start.d/10-a.ini:4) < one (/b/start.d/10-a.ini:3)
/new = late (/b/start.d/10.b.ini:5) < ini (/b/start.d/10-a.ini:8)
/none = ${none} (/b/start.d/10-a.ini:16)
/p.first = ini (/b/start.d/10-a.ini:7)
/p.jvm = jvm,ini (/b/start.d/10-a.ini:6)
/round = ${round} (/b/start.d/10-a.ini:15)
/sy.add = jvm,more (/b/start.d/10-a.ini:9)
/sy.expand = 1a/y (/b/start.d/10-a.ini:10)
/trim = 1a (/b/start.d/10-a.ini:13)
/x = 1a (/b/start.d/1a.ini:1) < 10-a (/b/start.d/10-a.ini:2) < 10.b (/b/start.d/10.b.ini:1) < start.ini (/b/start.ini:1) < module (/b/start.d/10-a.ini:1, /h/modules/http.mod:6)
ee10/class = Context (--module=ee, /h/modules/ee.mod:4)
ee10/ee.own = 1 (ee.own=1)
ee10/jetty.base = /b (jetty.base=/other)
unused /q.jvm = ini
module ee (--module=ee)
module log-b (/b/start.d/10-a.ini:1, /h/modules/server.mod:2)
module sub/dynamic-1 (/b/start.d/10-a.ini:1, /h/modules/server.mod:3)
module server (/b/start.d/10-a.ini:1, /h/modules/http.mod:2)
module http (/b/start.d/10-a.ini:1)
file ee10:/h/etc/ee.xml (--module=ee, /h/modules/ee.mod:6)
file :/b/etc/server.xml (/b/start.d/10-a.ini:1, /h/modules/server.mod:6)
file :/h/etc/http.xml (/b/start.d/10-a.ini:1, /h/modules/http.mod:4)
file ee10:/b/etc/own.xml (own.xml)
file ee10:/b/more.properties (more.properties)
option -Xmx33m
option -Xss1m
`
	got := ReadJettyStart(h, JettyPlace{Home: "/h", Base: "/b"}, jvm, args).said()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCompareJettyNames(t *testing.T) {
	names := []string{"/d/1a.ini", "/d/10-a.ini", "/d/10.b.ini", "/d/B.ini", "/d/b.ini", "/d/a b", "/d/ab", "/d/_", "/d/sub/x"}
	slices.SortFunc(names, compareJettyNames)
	want := []string{"/d/_", "/d/10.b.ini", "/d/10-a.ini", "/d/1a.ini", "/d/ab", "/d/a b", "/d/b.ini", "/d/B.ini", "/d/sub/x"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// TestJettyModulesCost has 400 modules that need one another in circles, each of which all others provide: the work is bounded.
func TestJettyModulesCost(t *testing.T) {
	h := jettyFolder{files: map[string]string{"/b/start.ini": "--module=m0\n"}}
	var all strings.Builder
	for i := range 400 {
		fmt.Fprintf(&all, "m%d\n", i)
	}
	for i := range 400 {
		h.files[fmt.Sprintf("/b/modules/m%d.mod", i)] = "[depend]\n" + all.String() + "[ini]\na+=x\n"
		h.files["/b/start.ini"] += fmt.Sprintf("--module=m%d\n", i)
	}
	s := ReadJettyStart(h, JettyPlace{Home: "/b", Base: "/b"}, nil, nil)
	if len(s.Modules) != 400 {
		t.Errorf("%d modules", len(s.Modules))
	}
}

func FuzzJettyStart(f *testing.F) {
	f.Add("--module=one\na?=${b}\nb+=c\n-Dc=d\n--include-jetty-dir=/b", "[depend]\none\nsub/x\n[ini]\na=b\n[exec]\n-Xmx1m\n", "--commands=start.ini")
	f.Fuzz(func(t *testing.T, ini, module, arg string) {
		h := jettyFolder{files: map[string]string{"/b/start.ini": ini, "/b/start.d/x.ini": module, "/b/modules/one.mod": module, "/h/modules/sub/x.mod": ini}}
		s := ReadJettyStart(h, JettyPlace{Home: "/h", Base: "/b"}, &JavaCommand{}, []JavaArg{{Value: arg}})
		for _, props := range s.Properties {
			for key, p := range props {
				if key != strings.ToLower(p.Name) || len(p.From) == 0 || len(p.Over) > maxJettyOver {
					t.Errorf("%q: %+v", key, p)
				}
			}
		}
	})
}
