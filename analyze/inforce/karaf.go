package inforce

import (
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/parse"
)

// Scopes of Karaf's values; those of a configuration have its PID as theirs.
const (
	karafSystem    = "system properties"
	karafFramework = "framework"
)

// maxKarafFiles bounds files that name others.
const maxKarafFiles = 100

// karaf is Karaf's configuration: system.properties, which the JVM's -D count more than, config.properties for the framework, both with the files that they
// include, and etc/*.cfg, each of whose values a variable PID_KEY, then a system property PID.KEY counts more than (org.apache.karaf.util.config.PropertiesLoader,
// org.apache.karaf.config.core.impl.KarafConfigurationPlugin, org.apache.felix.fileinstall).
func (r *reader) karaf() rules {
	k := &karaf{reader: r, own: map[string]string{}, system: map[string]string{}, framework: map[string]string{}, files: map[string]map[string]string{}, read: map[string]bool{}}
	k.folders()
	k.systemProperties()
	k.frameworkProperties()
	for _, name := range r.folder(k.etc) {
		switch path.Ext(name) {
		case ".cfg":
			k.configuration(name)
		case ".config":
			r.skip(path.Join(k.etc, name), "a configuration of Felix with types: not read")
			k.read[path.Join(k.etc, name)] = true
		}
	}
	out := rules{name: "Karaf", decides: karafName, layers: k.layers}
	env := layer{kind: "environment"}
	for _, v := range r.environment() {
		v.scope = "environment"
		env.values = append(env.values, v)
	}
	out.layers = append(out.layers, env)
	out.layers = append(out.layers, documents(r.c.Settings, func(s config.Setting) bool { return !k.read[s.File] })...)
	out.expand = k.expand
	return out
}

// karafName is a key without the PID before it.
func karafName(key string) string {
	if _, name, ok := strings.Cut(key, ":"); ok {
		return name
	}
	return documentName(key)
}

type karaf struct {
	*reader
	home, base, etc, data string
	layers                []layer
	own                   map[string]string            // system.properties as written
	system                map[string]string            // system properties in force, placeholders replaced
	framework             map[string]string            // as written
	files                 map[string]map[string]string // configurations as written, by PID
	read                  map[string]bool
}

// folders are those that bin/karaf gives.
func (k *karaf) folders() {
	folder := func(name, otherwise string) string {
		if p, ok := k.c.Java.Property(name); ok && p.Value != "" {
			return k.s.Main.Abs(p.Value)
		}
		return otherwise
	}
	k.home = folder("karaf.home", string(k.s.App.Platform.Home))
	k.base = folder("karaf.base", k.home)
	k.etc = folder("karaf.etc", path.Join(k.base, "etc"))
	k.data = folder("karaf.data", path.Join(k.base, "data"))
}

// jvm is a property of the command line, or a folder that Karaf sets when it starts.
func (k *karaf) jvm(name string) (string, bool) {
	if p, ok := k.c.Java.Property(name); ok {
		return p.Value, true
	}
	if name == "karaf.version" {
		return k.s.App.Platform.Version, k.s.App.Platform.Version != ""
	}
	folder, isURI := strings.CutSuffix(name, ".uri")
	dir := map[string]string{"karaf.home": k.home, "karaf.base": k.base, "karaf.etc": k.etc, "karaf.data": k.data}[folder]
	if isURI && dir != "" {
		dir = "file:" + dir + "/"
	}
	return dir, dir != ""
}

// include reads a file of properties and those that it includes, what counts most first: the last one that is included.
func (k *karaf) include(name string) []layer {
	if k.read[name] || len(k.read) > maxKarafFiles {
		return nil
	}
	k.read[name] = true
	data, ok := k.reader.read(name)
	if !ok {
		return nil
	}
	settings, err := parse.ReadProperties(data)
	if err != nil {
		k.unread(name, err)
		return nil
	}
	l := layer{kind: "file", path: name}
	var below []layer
	for _, key := range []string{"${includes}", "${optionals}"} {
		for _, s := range settings {
			if s.Key == key {
				for other := range strings.FieldsSeq(strings.ReplaceAll(s.Value, `"`, " ")) {
					below = append(k.include(path.Join(path.Dir(name), other)), below...)
				}
			}
		}
	}
	for _, s := range settings {
		if s.Key != "${includes}" && s.Key != "${optionals}" {
			l.values = append(l.values, fileValue("file", s.Key, strings.TrimSpace(s.Value), name, s.Line))
		}
	}
	return append(below, l)
}

// systemProperties are those of the command line over system.properties, and over both what the file says with "karaf.override." before it.
func (k *karaf) systemProperties() {
	files := k.include(path.Join(k.etc, "system.properties"))
	over := layer{kind: "override", path: path.Join(k.etc, "system.properties")}
	for i := range files {
		all := files[i]
		files[i].values = nil
		for _, v := range all.values {
			v.scope = karafSystem
			if name, ok := strings.CutPrefix(v.key, "karaf.override."); ok {
				v.key, v.kind = name, over.kind
				over.values = append(over.values, v)
				continue
			}
			files[i].values = append(files[i].values, v)
			if _, known := k.own[v.key]; !known {
				k.own[v.key] = lastOf(all, v.key)
			}
		}
	}
	given := k.properties()
	for i := range given.values {
		given.values[i].scope = karafSystem
	}
	k.layers = append(k.layers, over, given)
	k.layers = append(k.layers, files...)
	for name, text := range k.own {
		if _, ok := k.jvm(name); !ok {
			k.system[name] = k.ownExpansion(text).Text
		}
	}
	for _, v := range over.values {
		k.system[v.key] = k.ownExpansion(v.text).Text
	}
}

func lastOf(l layer, key string) string {
	for _, v := range slices.Backward(l.values) {
		if v.key == key {
			return v.text
		}
	}
	return ""
}

// ownExpansion resolves in system.properties: what the file says, then what the JVM was given.
func (k *karaf) ownExpansion(text string) parse.Expansion {
	return k.placeholders(func(name string) (string, bool) {
		if text, ok := k.own[name]; ok {
			return text, true
		}
		return k.jvm(name)
	}).Expand(text)
}

// placeholders are those of Felix: ${name:-default}, ${name:+what it is when name is set}, ${env:NAME}; what nothing sets is nothing.
func (k *karaf) placeholders(lookup parse.Lookup) parse.Placeholders {
	return parse.Placeholders{Separator: ":-", Empty: true, Lookup: func(name string) (string, bool) {
		if set, instead, ok := strings.Cut(name, ":+"); ok {
			if text, known := lookup(set); !known || text == "" {
				return "", true
			}
			return instead, true
		}
		if variable, ok := strings.CutPrefix(name, "env:"); ok {
			return k.s.Main.Getenv(variable)
		}
		return lookup(name)
	}}
}

// frameworkProperties are those of config.properties; of Karaf's and Felix's own the system properties count more.
func (k *karaf) frameworkProperties() {
	files := k.include(path.Join(k.etc, "config.properties"))
	for i := range files {
		for n, v := range files[i].values {
			files[i].values[n].scope = karafFramework
			if _, known := k.framework[v.key]; !known {
				k.framework[v.key] = lastOf(files[i], v.key)
			}
		}
	}
	for name := range k.framework {
		if slices.ContainsFunc([]string{"felix.", "karaf.", "org.osgi.framework."}, func(p string) bool { return strings.HasPrefix(name, p) }) {
			if text, ok := k.systemProperty(name); ok {
				k.framework[name] = text
				files = slices.Insert(files, 0, k.layerOf(name, text))
			}
		}
	}
	k.layers = append(k.layers, files...)
}

// layerOf is a system property that counts for the framework, too, with its place.
func (k *karaf) layerOf(name, text string) layer {
	l := layer{kind: "system property"}
	for _, from := range k.layers {
		for _, v := range slices.Backward(from.values) {
			if v.key == name && v.scope == karafSystem {
				v.scope, v.text, v.kind = karafFramework, text, "system property"
				l.values = append(l.values, v)
				return l
			}
		}
	}
	return l
}

func (k *karaf) systemProperty(name string) (string, bool) {
	if text, ok := k.system[name]; ok {
		return text, true
	}
	return k.jvm(name)
}

func (k *karaf) frameworkProperty(name string) (string, bool) {
	if text, ok := k.framework[name]; ok {
		return text, true
	}
	return k.systemProperty(name)
}

// configuration reads etc/PID.cfg, or etc/FACTORY-NAME.cfg.
func (k *karaf) configuration(file string) {
	name := path.Join(k.etc, file)
	k.read[name] = true
	data, ok := k.reader.read(name)
	if !ok {
		return
	}
	settings, err := parse.ReadProperties(data)
	if err != nil {
		k.unread(name, err)
		return
	}
	pid := strings.TrimSuffix(file, ".cfg")
	if factory, instance, ok := strings.Cut(pid, "-"); ok {
		pid = factory + "~" + instance
	}
	if !slices.ContainsFunc(settings, func(s parse.Setting) bool { _, ok := parse.FelixText(s.Value); return !ok }) { // then values have types
		for i := range settings {
			settings[i].Value, _ = parse.FelixText(settings[i].Value)
		}
	}
	l, values := layer{kind: "file", path: name}, map[string]string{}
	for _, s := range settings {
		v := fileValue("file", pid+":"+s.Key, s.Value, name, s.Line)
		v.scope, v.place.Key = pid, s.Key
		l.values = append(l.values, v)
		values[s.Key] = s.Value
	}
	k.files[pid] = values
	k.layers = append(k.layers, k.overrides(pid, values)...)
	k.layers = append(k.layers, l)
}

// overrides are variables and system properties that count more than what a configuration says.
func (k *karaf) overrides(pid string, values map[string]string) []layer {
	env, system := layer{kind: "environment"}, layer{kind: "system property"}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		variable := strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToUpper(pid + "." + key))
		if text, ok := k.s.Main.Getenv(variable); ok {
			v := k.variable(pid+":"+key, variable, text)
			v.scope = pid
			env.values = append(env.values, v)
		}
		if text, ok := k.systemProperty(pid + "." + key); ok {
			for _, v := range k.layerOf(pid+"."+key, text).values {
				v.key, v.scope = pid+":"+key, pid
				system.values = append(system.values, v)
			}
		}
	}
	return []layer{env, system}
}

// expand replaces ${…} by where it stands.
func (k *karaf) expand(v value) parse.Expansion {
	values, ofFile := k.files[v.scope]
	switch {
	case ofFile:
		return k.placeholders(func(name string) (string, bool) {
			if text, ok := values[name]; ok {
				return text, true
			}
			if text, ok := k.framework[name]; ok {
				return k.placeholders(k.frameworkProperty).Expand(text).Text, true
			}
			return k.systemProperty(name)
		}).Expand(v.text)
	case v.scope == karafSystem && v.kind != "system property":
		return k.ownExpansion(v.text)
	case v.scope == karafFramework && v.kind == "file":
		return k.placeholders(k.frameworkProperty).Expand(v.text)
	}
	return parse.Expansion{Text: v.text}
}
