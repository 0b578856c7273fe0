package proof

import (
	"archive/zip"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"a2c/proof/servers"
)

// liberty compares with what `server dump` writes: ConfigAdminIntrospection.txt has each element under its name, with its attributes as they work, and
// ConfigVariables.txt the variables that the configuration and the command line set.
func (k *compared) liberty(t *testing.T) {
	for _, v := range k.said.Values {
		k.values[strings.ToLower(v.Key)] = v
	}
	k.libertyVariables(t, k.dumped(t, "ConfigVariables.txt"))
	left := map[string]bool{}
	for key, v := range k.values {
		if strings.Contains(key, "@") && strings.HasPrefix(string(v.Place.Path), k.place.Dir) && !unreportedOfLiberty(key) {
			left[key] = true
		}
	}
	block := map[string]string{}
	for line := range strings.Lines(k.dumped(t, "ConfigAdminIntrospection.txt") + "\n") {
		key, is, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		if ok && strings.HasPrefix(line, "  ") {
			block[strings.TrimSpace(key)] = is
			continue
		}
		k.libertyElement(t, block, left)
		clear(block)
	}
	for _, key := range sorted(left) {
		k.missing(t, "%s is %q by a2c, and not known to the application", key, k.values[key].Value)
	}
}

// libertyElement compares the attributes of one element; one without an ID is known by its name in JNDI.
func (k *compared) libertyElement(t *testing.T, block map[string]string, left map[string]bool) {
	t.Helper()
	name := block["config.displayId"]
	if name == "" {
		return
	}
	if kind, _, ok := strings.Cut(name, "[default-"); ok && block["jndiName"] != "" {
		name = kind + "[" + block["jndiName"] + "]"
	}
	name = strings.ReplaceAll(name, "[default-0]", "")
	inline := regexp.MustCompile(`^(\w+)\.0\.(\w+)$`)
	for _, key := range sorted(block) {
		at := strings.ToLower(name + "@" + key)
		if m := inline.FindStringSubmatch(key); m != nil {
			at = strings.ToLower(name + "/" + m[1] + "@" + m[2])
		}
		if v, ok := k.values[at]; ok && !unreportedOfLiberty(at) {
			delete(left, at)
			k.value(t, at, v, block[key])
		}
	}
}

// unreportedOfLiberty are attributes that the dump shows as something else, or not at all: references become PIDs, passwords stars.
func unreportedOfLiberty(key string) bool {
	_, attr, _ := strings.Cut(key, "@")
	return attr == "id" || strings.HasSuffix(attr, "ref") || strings.HasPrefix(key, "variable") || strings.HasPrefix(key, "server")
}

// libertyVariables compares lines such as "v.set=merge.xml" below "Command Line Variables": those of the command line count more than those of the
// configuration. Of those in files it shows no values.
func (k *compared) libertyVariables(t *testing.T, report string) {
	t.Helper()
	values, section := map[string]string{}, ""
	for line := range strings.Lines(report) {
		name, is, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		switch {
		case !ok && strings.Contains(name, "Variables"):
			section = name
		case !ok:
		case strings.HasPrefix(section, "Service Binding"):
			if _, known := k.values[strings.ToLower(name)]; !known {
				k.missing(t, "variable %s of a file is not known to a2c", name)
			}
		default:
			values[name] = is
		}
	}
	for _, name := range sorted(values) {
		v, known := k.values[strings.ToLower(name)]
		if !known {
			k.missing(t, "variable %s is not known to a2c", name)
			continue
		}
		if v.Written != "" {
			v.Value = v.Written
		}
		if v.Kind != "server.env" && v.Kind != "environment" || values[name] != "never" { // a default that the environment counts more than
			k.value(t, name, v, values[name])
		}
	}
}

// dumped makes a dump of the server as its user, once, and reads a file of it.
func (k *compared) dumped(t *testing.T, name string) string {
	t.Helper()
	archive := k.place.Path("usr/dump.zip")
	if k.reports == "" {
		cmd := exec.CommandContext(t.Context(), k.place.Program(servers.LibertyName, "bin/server"), "dump", "shop", "--archive="+archive)
		cmd.Env = k.place.Env("WLP_USER_DIR=${dir}/usr")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(k.place.UID), Gid: uint32(k.place.GID)}}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("server dump: %v\n%s", err, out)
		}
		k.reports = archive
	}
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close() //nolint:errcheck // it was only read
	for _, f := range z.File {
		if filepath.Base(f.Name) != name {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close() //nolint:errcheck // it was only read
		text, err := io.ReadAll(io.LimitReader(r, 64<<20))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Fatalf("the dump holds no %s", name)
	return ""
}
