package parse

import (
	"errors"
	"strings"
	"testing"
)

func TestSetValue(t *testing.T) {
	const in = "${DB_PASSWORD}"
	cases := []struct {
		name, file, text, key string
		line                  int
		want                  string // "": refused
	}{
		{"properties", "a.properties", "# a\nurl=x\ndb.password = s3cret \nz=1\n", "db.password", 3, "# a\nurl=x\ndb.password = ${DB_PASSWORD}\nz=1\n"},
		{"properties, CRLF", "a.properties", "db.password:s3\\=cret\r\nz=1\r\n", "db.password", 1, "db.password:${DB_PASSWORD}\r\nz=1\r\n"},
		{"properties, two documents", "a.properties", "p=a\n#---\np=b\n", "p", 3, "p=a\n#---\np=${DB_PASSWORD}\n"},
		{"properties over two lines", "a.properties", "p=a\\\n  b\nq=1\n", "p", 1, ""},
		{"yaml", "a.yml", "spring:\n  datasource:\n    password: s3cret # old\n    url: x\n", "spring.datasource.password", 3, "spring:\n  datasource:\n    password: \"${DB_PASSWORD}\" # old\n    url: x\n"},
		{"yaml, quoted", "a.yml", "p: 's''x'\nq: 's''x'\n", "p", 1, "p: \"${DB_PASSWORD}\"\nq: 's''x'\n"},
		{"yaml, flow", "a.yml", "db: {user: s3cret, password: s3cret}\n", "db.password", 1, "db: {user: s3cret, password: \"${DB_PASSWORD}\"}\n"},
		{"yaml, a number", "a.yml", "pin: 4711\n", "pin", 1, "pin: \"${DB_PASSWORD}\"\n"},
		{"yaml, a block", "a.yml", "key: |\n  -----BEGIN\n  x\n", "key", 1, ""},
		{"yaml, an anchor", "a.yml", "a: &p s3cret\nb: *p\n", "b", 2, ""},
		{"json", "a.json", "{ // why\n \"A\": {\"B\": \"s3\\u0063ret\", \"C\": \"s3cret\"},\n}\n", "A:B", 2, "{ // why\n \"A\": {\"B\": \"${DB_PASSWORD}\", \"C\": \"s3cret\"},\n}\n"},
		{"xml attribute", "s.xml", "<a>\n<r name=\"x\" user=\"s&amp;1\" password='s&amp;1'/>\n</a>", "a/r[x]@password", 2, "<a>\n<r name=\"x\" user=\"s&amp;1\" password='${DB_PASSWORD}'/>\n</a>"},
		{"xml text", "s.xml", "<a><b>s3</b><password> s3 </password></a>", "a/password", 1, "<a><b>s3</b><password> ${DB_PASSWORD} </password></a>"},
		{"xml text over lines", "s.xml", "<a><password>\n s3\n</password></a>", "a/password", 1, ""},
		{"another key", "a.properties", "p=a\n", "q", 1, ""},
		{"another line", "a.properties", "p=a\n", "p", 9, ""},
		{"another format", "a.groovy", "p = 'a'\n", "p", 1, ""},
		{"not readable", "s.xml", "<a p='s3'", "a@p", 1, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := SetValue(c.file, []byte(c.text), c.key, c.line, in)
			if c.want == "" {
				if !errors.Is(err, ErrEdit) {
					t.Fatalf("%q, %v; want ErrEdit", got, err)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Errorf("%q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}

// TestSetValueUTF16 keeps the encoding.
func TestSetValueUTF16(t *testing.T) {
	data := xmlBytes([]byte("<a p=\"s3\" q=\"s3\"/>"), []byte("\xff\xfe<\x00a\x00"))
	got, err := SetValue("a.xml", data, "a@p", 1, "${X}")
	if err != nil {
		t.Fatal(err)
	}
	text, err := xmlText(got)
	if err != nil || !strings.Contains(string(text), `p="${X}" q="s3"`) || len(got) < 2*len(text)-2 {
		t.Errorf("%q, %v", text, err)
	}
}

func TestBlankComment(t *testing.T) {
	cases := []struct{ name, file, text, value, want string }{
		{"properties", "a.properties", "# p=s3cret\nq=1\n", "s3cret", "# p=***\nq=1\n"},
		{"xml", "a.xml", "<a><!-- <r password=\"s3cret\"/> --></a>", "s3cret", "<a><!-- <r password=\"***\"/> --></a>"},
		{"in force", "a.properties", "q=s3cret\n", "s3cret", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(c.text, c.value)
			got, err := BlankComment(c.file, []byte(c.text), at, at+len(c.value))
			if (err == nil) != (c.want != "") || string(got) != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func FuzzSetValue(f *testing.F) {
	for _, s := range []string{"p=a\n", "p: {q: a, r: [b, 'c']}", `{"p": "a"}`, `<p q="a">b</p>`} {
		f.Add(uint8(0), s)
	}
	f.Fuzz(func(t *testing.T, format uint8, text string) {
		name := []string{"a.properties", "a.yml", "a.json", "a.xml"}[format%4]
		ed, _ := editorOf(name)
		list, err := ed.read([]byte(text))
		if err != nil || len(list) > 100 {
			return
		}
		for _, s := range list {
			out, err := SetValue(name, []byte(text), s.Key, s.Line, "${X}")
			if err != nil {
				continue
			}
			after, err := ed.read(out)
			if err != nil || len(after) != len(list) {
				t.Fatalf("%q: %d settings instead of %d, %v", out, len(after), len(list), err)
			}
		}
	})
}
