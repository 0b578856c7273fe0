package secret

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// maxText is how much of a script or settings file is searched.
const maxText = 1 << 20

// text finds secrets in scripts and settings files that lie in the application's folders without being its configuration in force: old
// start scripts, profiles for other stages. The image would carry them all the same.
func (f *finder) text(p string) {
	base := path.Base(p)
	inForce := f.files[model.Path(p)] // its settings are known; what stands in comments is not among them
	if credentials(base) && !inForce {
		f.add(base, parse.SecretPassword, model.Place{Kind: "file", Path: model.Path(p)}, model.FromFile(model.Path(p), 0))
		return
	}
	if !textual(base) {
		return
	}
	data, err := host.ReadInto(f.tree, p, maxText, f.buf)
	if err != nil {
		f.skip(p, err)
		return
	}
	f.buf = data
	if f.glance.Innocent(data) {
		return // of most files that is soon said
	}
	// As a whole, not line by line: lists of YAML and JSON, quotes and keys go over several.
	text := string(data)
	if assemblyDoc(base, text) {
		return
	}
	f.ownKey = f.ownKey || ownKey(text)
	if f.keyRing(p, text) {
		return
	}
	notes, encrypted := commentsOf(base, text), f.encrypted(p, text)
	line, at, more := 1, 0, f.more.Count
	for _, s := range within(base, text, 0) {
		comment := notes.hold(text, s.Start)
		if !usable(base, text, s) || inForce && !comment || holds(encrypted, s) {
			continue
		}
		line += strings.Count(text[at:s.Start], "\n")
		at = s.Start
		if len(f.out) >= f.most {
			f.more.Count++
			continue
		}
		f.lying(p, line, s, text[s.Start:s.End], comment)
	}
	if f.more.Count > more {
		if f.rest++; f.rest == 1 {
			f.more.Path = model.Path(p)
		}
	}
}

// lying notes what was found in a line of a file.
func (f *finder) lying(p string, line int, s parse.SecretSpan, value string, comment bool) {
	name, place, from := path.Base(p), model.Place{Kind: "file", Path: model.Path(p), Line: line}, model.FromFile(model.Path(p), line)
	if f.standsFor(name, s.Key, value, place, from) {
		return
	}
	f.put(model.Secret{
		Name: name, Kind: parse.SecretKind(s.Kind, s.Key, value), Length: model.LengthClass(len(value)), Place: place, Comment: comment,
	}, from)
}

// within finds the secrets of a text, and of what is hidden as a whole because its element is named like one, <secrets>, those inside.
func within(base, text string, depth int) (out []parse.SecretSpan) {
	const deep = 3
	for _, s := range parse.TextSecrets(base, text) {
		if depth == deep || !markup(base) || !strings.Contains(text[s.Start:s.End], "<") {
			out = append(out, s)
			continue
		}
		for _, inner := range within(base, text[s.Start:s.End], depth+1) {
			inner.Start, inner.End = inner.Start+s.Start, inner.End+s.Start
			out = append(out, inner)
		}
	}
	return out
}

// dataProtection is the key of ASP.NET's data protection as it is kept where nothing encrypts it (learn.microsoft.com, "Key storage format in ASP.NET Core").
var dataProtection = regexp.MustCompile(`<masterKey[^<>]*>\s*(?:<!--[^<>]*-->\s*)?<value>\s*([A-Za-z0-9+/=]+)\s*</value>`)

// keyRing notes such a key, and reports whether the file is one.
func (f *finder) keyRing(p, text string) bool {
	key := dataProtection.FindStringSubmatchIndex(text)
	if key == nil {
		return false
	}
	place, from := at(p, text, key[0])
	f.put(model.Secret{Name: path.Base(p), Kind: parse.SecretMasterKey, Length: model.LengthClass(key[3] - key[2]), Place: place}, from)
	return true
}

func holds(encrypted []parse.EncryptedPart, s parse.SecretSpan) bool {
	return slices.ContainsFunc(encrypted, func(e parse.EncryptedPart) bool { return e.Start <= s.Start && s.End <= e.End })
}

// encrypted notes the parts of a file that are, and returns them.
func (f *finder) encrypted(p, text string) []parse.EncryptedPart {
	parts := parse.EncryptedParts(text)
	for _, e := range parts {
		place, from := at(p, text, e.At)
		f.indirectly(e.Name, parse.IndirectProtected, place, from)
	}
	return parts
}

// at is the line of a file in which an offset lies.
func at(p, text string, offset int) (model.Place, model.Source) {
	line := 1 + strings.Count(text[:offset], "\n")
	return model.Place{Kind: "file", Path: model.Path(p), Line: line}, model.FromFile(model.Path(p), line)
}

// maxListed is how many secrets are listed of an application. Of static content by the hundred thousand files each may hold a "token", which makes an
// analysis of hundreds of megabytes that tells nobody more.
const maxListed = 5000

// unlisted says how many are not.
func (f *finder) unlisted() {
	if f.rest == 0 {
		return
	}
	f.more.What = "list of secrets"
	f.more.Reason = fmt.Sprintf("what looks like a secret in %d more files, of which this is the first, is not listed one by one", f.rest)
	f.more.Remedy = "leave the folders of such files out with containerParameters.appExcludedFiles in analysis.json, and analyze again"
	f.s.Skip(f.more)
}

// skip says that a file was not searched. A file that vanished is no part of the image.
func (f *finder) skip(p string, err error) {
	if host.Vanished(err) {
		return
	}
	f.s.Skip(model.Skip{What: "search for secrets", Path: model.Path(p), Reason: host.Reason(err), Incomplete: host.Denied(err)})
}

// credentials tells by the name files that hold nothing but credentials: .pgpass, .netrc, .git-credentials, .htpasswd.
func credentials(base string) bool {
	switch strings.ToLower(base) {
	case ".pgpass", "pgpass.conf", ".netrc", "_netrc", ".git-credentials", ".htpasswd", ".my.cnf", ".mylogin.cnf", ".dockercfg", ".vault-token":
		return true
	}
	return false
}

// textual tells by the name whether people write such files by hand.
func textual(base string) bool {
	base = strings.ToLower(base)
	switch base {
	case ".npmrc", ".pypirc", "credentials", "dockerfile", "makefile", "jenkinsfile":
		return true
	}
	if strings.HasPrefix(base, ".env.") {
		return true
	}
	switch path.Ext(base) {
	case ".bash", ".bat", ".cfg", ".cmd", ".cnf", ".conf", ".config", ".csh", ".env", ".gradle", ".groovy", ".hcl", ".ini", ".json", ".json5", ".ksh", ".md", ".pl", ".properties", ".ps1", ".psm1", ".py",
		".rb", ".service", ".sh", ".sql", ".tf", ".tfvars", ".toml", ".txt", ".xml", ".yaml", ".yml", ".zsh",
		".bak", ".old", ".orig", ".sav", ".sample", ".example", ".dist", ".local", ".tmpl", ".template":
		return true
	}
	return false
}
