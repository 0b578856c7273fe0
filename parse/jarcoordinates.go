package parse

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Coordinates are those of a Maven artifact (maven.apache.org/pom.html, "Maven Coordinates"), as far as an archive tells them.
type Coordinates struct {
	Group    string // "org.springframework"; "" when nothing tells it
	Artifact string // "spring-core"
	Version  string // "6.2.9"; "" when nothing tells it
	From     string // what told them: an entry of the archive, or "file name"
}

// maxPomProperties is how large pom.properties is read; Maven writes three lines.
const maxPomProperties = 64 << 10

// maxPoms bounds the artifacts that one archive may say it holds: the largest shaded jars have some hundreds.
const maxPoms = 2000

// Coordinates tells what an archive of a name is, and which artifacts else have their classes in it (a shaded jar): by the pom.properties that Maven
// puts in, else by its manifest and its name. Entries that cannot be read tell nothing.
func (j *Jar) Coordinates(name string) (own Coordinates, shaded []Coordinates) {
	poms := j.poms()
	stem := strings.TrimSuffix(path.Base(name), path.Ext(name))
	at := slices.IndexFunc(poms, func(c Coordinates) bool { return stem == c.Artifact+"-"+c.Version })
	if at < 0 {
		at = slices.IndexFunc(poms, func(c Coordinates) bool {
			return stem == c.Artifact || strings.HasPrefix(stem, c.Artifact+"-"+c.Version)
		})
	}
	if at < 0 && len(poms) == 1 && !versioned.MatchString(stem) { // a name with another artifact's version speaks of a library that was shaded in
		at = 0
	}
	if at >= 0 {
		return poms[at], slices.Delete(slices.Clone(poms), at, at+1)
	}
	return j.named(stem), poms
}

// poms are the artifacts that META-INF/maven names, in the order of their entries' names.
func (j *Jar) poms() []Coordinates {
	var names []string
	for _, e := range j.Entries() {
		if ok, _ := path.Match("META-INF/maven/*/*/pom.properties", e.Name); ok && len(names) < maxPoms {
			names = append(names, e.Name)
		}
	}
	slices.Sort(names)
	var out []Coordinates
	for _, name := range names {
		data, err := j.Read(name, maxPomProperties)
		if err != nil {
			continue
		}
		settings, err := ReadProperties(data)
		if err != nil {
			continue
		}
		c := Coordinates{From: name}
		for _, s := range settings {
			switch s.Key {
			case "groupId":
				c.Group = s.Value
			case "artifactId":
				c.Artifact = s.Value
			case "version":
				c.Version = s.Value
			}
		}
		if c.Group != "" && c.Artifact != "" && c.Version != "" {
			out = append(out, c)
		}
	}
	return out
}

// versioned is a name as Maven gives it, ARTIFACT-VERSION.
var versioned = regexp.MustCompile(`^([A-Za-z0-9_.-]*?[A-Za-z0-9_.])-(\d[A-Za-z0-9_.+-]*)$`)

// named takes what the file's name says before what the manifest says: titles in there are written for people.
func (j *Jar) named(stem string) Coordinates {
	c := Coordinates{Artifact: stem, From: "file name"}
	if m := versioned.FindStringSubmatch(stem); m != nil {
		c.Artifact, c.Version = m[1], m[2]
	}
	c.Group = groupOf(c)
	manifest, err := j.Manifest()
	if err != nil {
		return c
	}
	if c.Version == "" {
		for _, key := range []string{"Implementation-Version", "Bundle-Version", "Specification-Version"} {
			if v := strings.TrimSpace(manifest.Value(key)); v != "" && c.Version == "" {
				c.Version, c.From = v, ManifestName
			}
		}
	}
	bundle, _, _ := strings.Cut(manifest.Value("Bundle-SymbolicName"), ";")
	for _, group := range []string{manifest.Value("Implementation-Vendor-Id"), strings.TrimSuffix(strings.TrimSpace(bundle), "."+c.Artifact)} {
		if c.Group == "" && groupID.MatchString(group) && !slices.Contains(broadGroups(), group) && group != strings.TrimSpace(bundle) {
			c.Group, c.From = group, ManifestName
		}
	}
	return c
}

// broadGroups are beginnings of many groups: "org.apache.tomcat-embed-core" as a bundle's name does not mean that its group is org.apache.
func broadGroups() []string {
	return []string{"org.apache", "org.eclipse", "com.google", "com.sun", "org.glassfish", "com.ibm", "com.oracle", "org.jboss", "com.github", "io.github"}
}

// groupID is a reversed host name.
var groupID = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$`)
