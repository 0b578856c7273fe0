// Package secret finds what must not leave the host unasked, and says where it lies. It never returns a value.
package secret

import (
	"cmp"
	"errors"
	"iter"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Find lists the secrets of environment, arguments, configuration documents, and those in files of the image: keys, key stores, scripts; and the settings that stand for one. Sorted by place.
// paths are all regular files of the image, own those of them that are the application's and its configuration; searched is told now and then how many of
// these were searched.
func Find(s *subject.Subject, c *config.Config, paths, own iter.Seq[string], searched func(n int)) ([]model.Secret, []model.IndirectSecret) {
	f := newFinder(s)
	f.environment()
	f.arguments()
	f.settings(c)
	for p := range paths {
		f.file(p)
	}
	n := 0
	for p := range own {
		f.text(p)
		if n++; n%often == 0 {
			searched(n)
		}
	}
	f.unlisted()
	slices.SortStableFunc(f.out, func(a, b model.Secret) int { return byPlace(a.Place, b.Place) })
	slices.SortStableFunc(f.indirect, func(a, b model.IndirectSecret) int { return byPlace(a.Place, b.Place) })
	list := slices.CompactFunc(f.out, func(a, b model.Secret) bool { return a.Place == b.Place })
	proposeNames(s.ID, list)
	return list, slices.CompactFunc(f.indirect, func(a, b model.IndirectSecret) bool { return a.Place == b.Place })
}

func byPlace(a, b model.Place) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Path, b.Path), a.Line-b.Line, a.Arg-b.Arg, cmp.Compare(a.Key, b.Key))
}

// often is after how many files it is told how many were searched.
const often = 4096

func newFinder(s *subject.Subject) *finder {
	return &finder{s: s, tree: host.Near(s.Root), glance: parse.NewGlance(), out: []model.Secret{}, files: map[model.Path]bool{}, most: maxListed}
}

type finder struct {
	s      *subject.Subject
	tree   host.Tree
	glance *parse.Glance
	out    []model.Secret
	// Settings that stand for a secret and are none.
	indirect []model.IndirectSecret
	files    map[model.Path]bool // in which one was found
	ownKey   bool                // Liberty's {aes} has a key of its own; the default one is known to all
	buf      []byte              // what was read last
	most     int                 // secrets that are listed when files are searched that no configuration names
	more     model.Skip          // those beyond: how many, and the first one's file
	rest     int                 // in how many files these lie
}

func (f *finder) add(name, kind string, place model.Place, from model.Source) {
	f.put(model.Secret{Name: name, Kind: kind, Place: place}, from)
}

// value adds a secret whose value is known, which says what it opens; key is the whole key.
func (f *finder) value(name, kind, key, value string, place model.Place, from model.Source) {
	f.put(model.Secret{Name: name, Kind: parse.SecretKind(kind, key, value), Length: model.LengthClass(len(value)), Place: place}, from)
}

func (f *finder) put(k model.Secret, from model.Source) {
	k.Name = parse.RedactText(k.Name)
	for _, field := range []string{"name", "kind", "place"} {
		k.Evidence.Add(field, from)
	}
	if k.Length != "" {
		k.Evidence.Add("length", from)
	}
	if k.Comment {
		k.Evidence.Add("comment", from)
	}
	f.out = append(f.out, k)
	f.files[k.Place.Path] = true
}

// standsFor notes a value that is no secret itself, and reports whether it is such a one.
func (f *finder) standsFor(name, key, value string, place model.Place, from model.Source) bool {
	form, ok := parse.Indirect(key, value)
	if !ok || form == parse.IndirectLibertyAES && !f.ownKey {
		return false
	}
	f.indirectly(name, form, place, from)
	return true
}

func (f *finder) indirectly(name, form string, place model.Place, from model.Source) {
	k := model.IndirectSecret{Name: parse.RedactText(name), Form: form, Place: place}
	for _, field := range []string{"name", "form", "place"} {
		k.Evidence.Add(field, from)
	}
	f.indirect = append(f.indirect, k)
}

// judge takes a named value: key is what tells its purpose, whole the key with all before it.
func (f *finder) judge(name, key, whole, value string, place model.Place, from model.Source) {
	if f.standsFor(name, key, value, place, from) {
		return
	}
	spans := parse.FindSecrets(key, value)
	if kind, ok := parse.IsSecret(key, value); ok && len(spans) > 0 {
		f.value(name, kind, whole, value[spans[0].Start:spans[0].End], place, from)
	}
}

func (f *finder) environment() {
	seen := map[string]bool{}
	for _, v := range f.s.Main.Env {
		if v.Bare || !utf8.ValidString(v.Name) {
			continue // the image does not get it
		}
		if !seen[v.Name] {
			f.judge(v.Name, v.Name, v.Name, v.Value, model.Place{Kind: "env", Key: v.Name}, model.FromEnv(f.s.Main.PID, v.Name))
		}
		seen[v.Name] = true
	}
}

func (f *finder) arguments() {
	args := f.s.Main.Args()
	for _, a := range parse.ArgSecrets(args) {
		name := strings.TrimPrefix(strings.TrimLeft(a.Option, "-"), "D")
		if name == "" || !strings.HasPrefix(a.Option, "-D") {
			name = strings.TrimLeft(cmp.Or(a.Option, a.Name, "argument"), "-")
		}
		place, from := model.Place{Kind: "argv", Key: a.Option, Arg: a.Arg}, model.FromArg(f.s.Main.PID, a.Arg)
		if value := args[a.Arg][a.Start:a.End]; !f.standsFor(name, name, value, place, from) {
			f.value(name, a.Kind, cmp.Or(a.Name, name), value, place, from)
		}
	}
}

func (f *finder) settings(c *config.Config) {
	f.ownKey = slices.ContainsFunc(c.Settings, func(v config.Setting) bool { return ownKey(v.Key) })
	for _, v := range c.Settings {
		if v.Place.Kind != "file" || strings.Contains(v.Key, "EncryptedData") || namespace(v.Key) {
			continue
		}
		switch section, attribute, _ := strings.Cut(v.Key, "@"); {
		case attribute == "configProtectionProvider":
			v.Place.Key = "" // as text finds it
			f.indirectly(path.Base(section), parse.IndirectProtected, v.Place, v.Source)
		case strings.HasSuffix(v.Key, "credential-reference@alias"):
			f.standsFor(v.Key, v.Key, v.Value, v.Place, v.Source)
		default:
			f.judge(v.Key, lastName(v.Key), v.Key, v.Value, v.Place, v.Source)
		}
	}
}

// namespace reports a declaration of XML, whose value is a public name: "urn:wildfly:microprofile-jwt-smallrye:1.0" has the form of a token.
func namespace(key string) bool {
	_, attribute, _ := strings.Cut(key, "@")
	return attribute == "xmlns" || strings.HasPrefix(attribute, "xmlns:") || strings.HasSuffix(attribute, ":schemaLocation")
}

// ownKey reports the names by which Liberty gets a key to encrypt passwords (www.ibm.com/docs/en/was-liberty, "Liberty: The limits to protection through
// password encryption").
func ownKey(text string) bool {
	return strings.Contains(text, "wlp.password.encryption.key") || strings.Contains(text, "wlp.aes.encryption.key")
}

// lastName is the part of a key that tells what it holds: of an XML key the attribute with its element's label, or the label alone.
func lastName(key string) string {
	if element, attr, ok := strings.Cut(key, "@"); ok {
		if i := strings.LastIndexByte(element, '['); i >= 0 && (attr == "value" || attr == "param-value" || attr == "default") {
			return strings.TrimSuffix(element[i+1:], "]")
		}
		return attr
	}
	if base := path.Base(key); base == "Name" || base == "Deprecated" { // Jetty's <Property><Name>db.password</Name>
		return base
	}
	if i := strings.LastIndexByte(key, '['); i >= 0 && strings.Contains(key, "/") {
		return strings.Trim(key[i+1:], "]/") // web-app/context-param[dbPassword]/param-value
	}
	if strings.Contains(key, "/") {
		return path.Base(key)
	}
	return key
}

// file finds key stores and private keys by name, and by content for PEM files.
func (f *finder) file(p string) {
	base := path.Base(p)
	ext := strings.ToLower(path.Ext(base))
	if strings.EqualFold(base, "ltpa.keys") { // of Liberty and WebSphere, encrypted by a password that is the same everywhere unless it was changed
		f.add(base, parse.SecretSigningKey, model.Place{Kind: "file", Path: model.Path(p)}, model.FromFile(model.Path(p), 0))
	}
	switch ext {
	case ".jks", ".jceks", ".bcfks", ".p12", ".pfx", ".keystore", ".ks", ".keytab":
		if !strings.Contains(strings.ToLower(base), "trust") && strings.ToLower(base) != "cacerts" {
			f.add(base, "keystore", model.Place{Kind: "file", Path: model.Path(p)}, model.FromFile(model.Path(p), 0))
		}
	case ".pem", ".key", ".crt", ".cer", "":
		f.pem(p, base)
	}
}

// maxPEM is how much of a file is searched for a private key.
const maxPEM = 1 << 20

func (f *finder) pem(p, base string) {
	if path.Ext(base) == "" && !strings.Contains(base, "key") && !strings.Contains(base, "rsa") {
		return
	}
	data, err := host.ReadFile(f.tree, p, maxPEM)
	if err != nil {
		if path.Ext(base) != "" || !errors.Is(err, host.ErrTooLarge) { // a program called keytool is no key
			f.skip(p, err)
		}
		return
	}
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "-----BEGIN ") && strings.Contains(line, "PRIVATE KEY-----") {
			f.add(base, "private-key", model.Place{Kind: "file", Path: model.Path(p), Line: i + 1}, model.FromFile(model.Path(p), i+1))
			return
		}
	}
}
