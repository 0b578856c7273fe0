package parse

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

const serverXML = `<?xml version="1.0" encoding="UTF-8"?>
<!-- <Connector port="1"/> is a comment -->
<!DOCTYPE Server [ <!ENTITY x "<Connector>"> ]>
<Server port="${shutdown.port}" shutdown="SHUTDOWN" portOffset='100'>
  <GlobalNamingResources>
    <Resource name="jdbc/shop" type="javax.sql.DataSource"
              url="jdbc:h2:file:${shop.data:-/var/lib/shop}/db;A=1&amp;B=2"
              password="s3cret"/>
  </GlobalNamingResources>
  <Service name="Catalina">
    <Connector port="${http.port:-8080}" protocol="HTTP/1.1"
               redirectPort="8443" />
    <Connector port='8443' protocol="org.apache.coyote.http11.Http11NioProtocol" SSLEnabled="true" address="127.0.0.1"/>
    <Connector protocol="AJP/1.3" port="8009" address="${unknown}"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" autoDeploy="false" deployOnStartup="false">
        <Context path="/shop" docBase="/srv/shop"><Resource name="mail/Session" type="jakarta.mail.Session"/></Context>
      </Host>
      <Host name="b.example" />
    </Engine>
  </Service>
</Server>
`

func testLookup(pairs ...string) Lookup {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func TestParseTomcatServer(t *testing.T) {
	s, err := ReadTomcatServer([]byte(serverXML), testLookup("shutdown.port", "8005", "shop.data", "/data"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	say := func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) }
	say("shutdown %s (%s) line %d offset %s", s.Shutdown.Value, s.Shutdown.Raw, s.Shutdown.Line, s.PortOffset.Value)
	for _, c := range s.Connectors {
		say("%s %s %s address %q line %d redirect %q of %s", c.Purpose(), c.Port.Value, serverXML[c.Port.Start:c.Port.End], c.Address.Value, c.Port.Line, c.RedirectPort.Value, c.Service)
	}
	for _, r := range s.Resources {
		say("resource %s %s %s line %d", r.Name, r.Type, r.Attrs["url"].Value, r.Attrs["password"].Line)
	}
	for _, h := range s.Hosts {
		say("host %s/%s appBase %q deploy %v", h.Engine, h.Name, h.AppBase.Value, h.Deploy)
		for _, c := range h.Contexts {
			say("context %s %s %s", c.Path.Value, c.DocBase.Value, c.Resources[0].Name)
		}
	}
	want := []string{
		"shutdown 8005 (${shutdown.port}) line 4 offset 100",
		`http 8080 ${http.port:-8080} address "" line 11 redirect "8443" of Catalina`,
		`https 8443 8443 address "127.0.0.1" line 13 redirect "" of Catalina`,
		`ajp 8009 8009 address "${unknown}" line 14 redirect "" of Catalina`,
		"resource jdbc/shop javax.sql.DataSource jdbc:h2:file:/data/db;A=1&B=2 line 8",
		`host Catalina/localhost appBase "webapps" deploy false`,
		"context /shop /srv/shop mail/Session",
		`host Catalina/b.example appBase "" deploy true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseTomcatContext(t *testing.T) {
	c, err := ReadTomcatContext([]byte(`<Context docBase="${base}/x.war" path=""/>`), testLookup("base", "/opt"))
	if err != nil || c.DocBase.Value != "/opt/x.war" || !c.Path.Set {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := ReadTomcatContext([]byte("<Server/>"), nil); err == nil {
		t.Error("a server.xml was taken for a context")
	}
	if _, err := ReadTomcatServer([]byte("<Context/>"), nil); err == nil {
		t.Error("a context was taken for a server.xml")
	}
}

func TestReplaceXML(t *testing.T) {
	const in = "<S>\n <C port=\"1\"\r\n  a='2'>x<D/>\n </C><E/>\n</S>"
	for _, tc := range []struct {
		name string
		edit func([]byte, *XMLElement) []byte
		of   int
		want string
	}{
		{"removed_with_all_below", RemoveXML, 0, "<S>\n \r\n\n<E/>\n</S>"},
		{"removed_one_tag", RemoveXML, 1, "<S>\n <C port=\"1\"\r\n  a='2'>x<D/>\n </C>\n</S>"},
		{"replaced", func(b []byte, e *XMLElement) []byte { return ReplaceXML(b, e, "<F/>") }, 0, "<S>\n <F/>\r\n\n<E/>\n</S>"},
		{"filled", func(b []byte, e *XMLElement) []byte { return FillXML(b, e, "<F/>") }, 0, "<S>\n <C port=\"1\"\r\n  a='2'><F/>\n</C><E/>\n</S>"},
		{"filled_one_tag", func(b []byte, e *XMLElement) []byte { return FillXML(b, e, "<F/>") }, 1, in},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := ReadXML([]byte(in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(tc.edit([]byte(in), d.Root.Children[tc.of]))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSetXMLAttr(t *testing.T) {
	for _, tc := range []struct{ name, attr, value, want string }{
		{"replaced", "port", `1"<&`, "<S a='x'>\n<C port=\"1&quot;&lt;&amp;\"/></S>"},
		{"inserted", "address", "0.0.0.0", "<S a='x'>\n<C address=\"0.0.0.0\" port=\"1\"/></S>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := []byte("<S a='x'>\n<C port=\"1\"/></S>")
			d, err := ReadXML(in)
			if err != nil {
				t.Fatal(err)
			}
			got := SetXMLAttr(in, d.Root.Children[0], tc.attr, tc.value)
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Error(diff)
			}
			again, err := ReadXML(got)
			if err != nil {
				t.Fatal(err)
			}
			if a, _ := again.Root.Children[0].Attr(tc.attr); a.Value != tc.value {
				t.Errorf("read back %q", a.Value)
			}
		})
	}
}

func TestParseXMLErrors(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"empty", "", "line 1: no element"},
		{"text", "hello", "line 1: text outside of the root element"},
		{"open", "<a>\n<b>\n</b>", "line 1: <a> is never closed"},
		{"crossed", "<a>\n<b></a></b>", "line 2: </a> closes <b> of line 2"},
		{"two_roots", "<a/>\n<b/>", "line 2: a second root element <b>"},
		{"no_quotes", "<a\nb=c/>", "line 2: the value of attribute b has no quotes"},
		{"twice", "<a b='1' b='2'/>", "line 1: attribute b stands twice"},
		{"less_in_value", "<a b='<'/>", "line 1: the value of attribute b holds a <"},
		{"comment", "<a><!-- </a>", "line 1: comment is never closed"},
		{"doctype", "<!DOCTYPE a [ <!ENTITY b '>'>\n<a/>", "line 1: DOCTYPE is never closed"},
		{"utf16", "\xff\xfe<\x00", "line 1: no name after <"},
		{"utf16_odd", "\xff\xfe<\x00a", "line 1: UTF-16 that ends within a character"},
		{"utf32", "\xff\xfe\x00\x00<\x00\x00\x00", "line 1: UTF-32 is not read: save the file as UTF-8"},
		{"ebcdic", "\x4c\x6f\xa7\x94\x93", "line 1: EBCDIC is not read: save the file as UTF-8"},
		{"deep", strings.Repeat("<a>", 300), "line 1: more than 200 elements deep"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := ReadXML([]byte(tc.in)); fmt.Sprint(err) != tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestParseXMLText(t *testing.T) {
	d, err := ReadXML([]byte("<?xml version='1.0' encoding='ISO-8859-1'?><a b='caf\xe9&#x41;&own;\t.'>x<![CDATA[<&]]>&lt;<c/></a>"))
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := d.Root.Attr("b"); b.Value != "caféA&own; ." || d.Root.Text != "x<&<" || d.Encoding != "ISO-8859-1" {
		t.Errorf("%q %q %q", b.Value, d.Root.Text, d.Encoding)
	}
	if diff := cmp.Diff([]XMLReference{{"own", 1}}, d.Unknown); diff != "" {
		t.Error(diff)
	}
}

// encodedXML is a text as UTF-16.
func encodedXML(order binary.AppendByteOrder, text string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

// TestXMLEncodings reads one server.xml in each encoding: the values, the lines, and what it is with another attribute.
func TestXMLEncodings(t *testing.T) {
	text := func(declared, value string) string {
		return "<?xml version='1.0'" + declared + "?>\n<!-- " + value + " -->\n<Server port='8005'>\n  <Service name='" + value + "'>\n    <Connector port='8080'/>\n  </Service>\n</Server>\n"
	}
	for _, tc := range []struct {
		name  string
		data  []byte
		value string
	}{
		{"utf8_bom", []byte("\xef\xbb\xbf" + text(" encoding='UTF-8'", "café €")), "café €"},
		{"utf8_bom_declared_otherwise", []byte("\xef\xbb\xbf" + text(" encoding='ISO-8859-1'", "café €")), "café €"},
		{"utf16_le", encodedXML(binary.LittleEndian, "\ufeff"+text(" encoding='UTF-16'", "café € \U0001f600")), "café € \U0001f600"},
		{"utf16_be", encodedXML(binary.BigEndian, "\ufeff"+text(" encoding='UTF-16'", "café € \U0001f600")), "café € \U0001f600"},
		{"utf16_le_no_mark", encodedXML(binary.LittleEndian, text(" encoding='UTF-16LE'", "café")), "café"},
		{"utf16_be_no_mark", encodedXML(binary.BigEndian, text("", "café")), "café"},
		{"latin_1", []byte(text(" encoding='ISO-8859-1'", "caf\xe9 \xc3\xa9")), "café Ã©"},
		{"latin_9", []byte(text(" encoding='iso-8859-15'", "caf\xe9 \xa4")), "café €"},
		{"windows_1252", []byte(text(" encoding=\"windows-1252\"", "caf\xe9 \x80")), "café €"},
		{"cp1251", []byte(text(" encoding='Cp1251'", "\xe6")), "ж"},
		{"koi8", []byte(text(" encoding='KOI8-R'", "\xd6")), "ж"},
		{"not_declared", []byte(text("", "caf\xe9")), "café"},
		{"not_known", []byte(text(" encoding='x-mine'", "caf\xe9")), "café"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := ReadTomcatServer(tc.data, nil)
			if err != nil {
				t.Fatal(err)
			}
			service := s.Doc.Root.Children[0]
			name, _ := service.Attr("name")
			got := fmt.Sprintf("%s on %d, port %s on %d", name.Value, name.Line, s.Connectors[0].Port.Value, s.Connectors[0].Port.Line)
			if want := tc.value + " on 4, port 8080 on 5"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			set := SetXMLAttr(tc.data, s.Connectors[0].Element, "address", "0.0.0.0")
			if xmlByteOrder(set) != xmlByteOrder(tc.data) || len(set) < len(tc.data) || !bytes.Equal(set[:40], tc.data[:40]) {
				t.Errorf("with an attribute more it begins with %q", set[:40])
			}
			again, err := ReadTomcatServer(set, nil)
			if err != nil || again.Connectors[0].Address.Value != "0.0.0.0" || again.Connectors[0].Port.Value != "8080" {
				t.Errorf("with an attribute more: %v, %+v", err, again)
			}
		})
	}
}

// FuzzXML holds the scanner against encoding/xml: what both read, they read alike, and every offset is where the value stands.
func FuzzXML(f *testing.F) {
	f.Add([]byte(serverXML))
	f.Add([]byte("<a b='1'>&lt;<![CDATA[x]]></a>"))
	f.Add([]byte("<a\tb = \"\r\n\"/>"))
	f.Add(encodedXML(binary.LittleEndian, "\ufeff<a b='\U0001f600'/>"))
	f.Add(encodedXML(binary.BigEndian, "<?xml version='1.0'?><a b='\u20ac'/>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ReadXML(data)
		if err != nil {
			return
		}
		written := data
		if data, err = xmlText(data); err != nil {
			t.Fatal(err)
		}
		var got []string
		var walk func(*XMLElement)
		walk = func(e *XMLElement) {
			got = append(got, e.Name)
			for _, a := range e.Attrs {
				if a.Start < 1 || a.End > len(data) || a.Start > a.End || data[a.Start-1] != data[a.End] {
					t.Fatalf("attribute %+v does not stand between quotes", a)
				}
				got = append(got, a.Name+"="+strings.ReplaceAll(a.Value, "\n", " "))
			}
			for _, c := range e.Children {
				walk(c)
			}
		}
		set, err := ReadXML(SetXMLAttr(written, d.Root, "address", "0.0.0.0 \"<&"))
		if err != nil {
			t.Fatalf("with an attribute more: %v", err)
		}
		if a, ok := set.Root.Attr("address"); !ok || a.Value != "0.0.0.0 \"<&" {
			t.Fatalf("the attribute set reads %q", a.Value)
		}
		walk(d.Root)
		if len(d.Unknown) > 0 || d.Encoding != "" || bytes.ContainsAny(data, "\r\t:\x00") {
			return // entities, encodings, line ends and prefixes are read differently on purpose
		}
		want, err := libraryXML(data)
		if err != nil {
			return
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("encoding/xml reads it differently (-library +ours)\n%s", diff)
		}
	})
}

func libraryXML(data []byte) ([]string, error) {
	var out []string
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if s, ok := tok.(xml.StartElement); ok {
			out = append(out, s.Name.Local)
			for _, a := range s.Attr {
				out = append(out, a.Name.Local+"="+strings.ReplaceAll(a.Value, "\n", " "))
			}
		}
	}
}

func FuzzTomcat(f *testing.F) {
	f.Add([]byte(serverXML), "${a:-b}")
	f.Fuzz(func(_ *testing.T, data []byte, s string) {
		look := testLookup("a", "${a}")
		_, _ = ReadTomcatServer(data, look)
		_, _ = ReadTomcatContext(data, look)
		ExpandTomcat(s, look)
	})
}
