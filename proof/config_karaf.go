package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"a2c/proof/servers"
)

// karaf compares with what Karaf's shell lists of all configurations as they are delivered, and with the JVM's system properties.
func (k *compared) karaf(t *testing.T) {
	for _, v := range k.said.Values {
		k.values[v.Key] = v
	}
	known := map[string]bool{}
	pid := ""
	for line := range strings.Lines(k.asKarafUser(t, "config:list\n", servers.KarafClient(k.place)...)) {
		line = strings.TrimRight(line, "\n")
		if p, ok := strings.CutPrefix(line, "Pid: "); ok {
			pid = strings.TrimSpace(p)
		}
		name, is, ok := strings.Cut(strings.TrimPrefix(line, "   "), " = ")
		if !strings.HasPrefix(line, "   ") || !ok || strings.HasPrefix(name, "service.") || name == "felix.fileinstall.filename" {
			continue
		}
		key := pid + ":" + name
		known[key] = true
		v, ok := k.values[key]
		if !ok {
			k.missing(t, "%s is %q by the application, and not known to a2c", key, is)
			continue
		}
		k.value(t, key, v, is)
	}
	k.karafSystem(t)
	for _, key := range sorted(k.values) {
		if strings.HasSuffix(string(k.values[key].Place.Path), ".cfg") && !known[key] && !strings.HasSuffix(key, ":felix.fileinstall.filename") {
			k.missing(t, "%s is %q by a2c, and not known to the application", key, k.values[key].Value)
		}
	}
}

// karafSystem compares the properties of the JVM that the files and the command line set.
func (k *compared) karafSystem(t *testing.T) {
	t.Helper()
	count := k.count
	var pid string
	for r := range strings.FieldsSeq(k.asKarafUser(t, "", filepath.Join(k.place.Java, "bin/jcmd"), "-l")) {
		if data, err := os.ReadFile(filepath.Join("/proc", r, "cmdline")); err == nil && strings.Contains(string(data), "-Dkaraf.etc="+k.place.Path("config")+"\x00") && strings.Contains(string(data), "org.apache.karaf.main.Main") {
			pid = r
		}
	}
	system := map[string]string{}
	unescape := strings.NewReplacer(`\:`, ":", `\=`, "=", `\#`, "#", `\!`, "!", `\\`, `\`)
	for line := range strings.Lines(k.asKarafUser(t, "", filepath.Join(k.place.Java, "bin/jcmd"), pid, "VM.system_properties")) {
		if name, is, ok := strings.Cut(strings.TrimRight(line, "\n"), "="); ok {
			system[name] = unescape.Replace(is)
		}
	}
	for _, v := range k.said.Values {
		file := filepath.Base(string(v.Place.Path))
		is, ok := system[v.Key]
		switch {
		case v.Kind == "system property" || v.Kind == "override" || v.Kind == "file" && (file == "system.properties" || file == "custom.system.properties"):
		default:
			continue
		}
		if !ok && !strings.Contains(v.Key, ":") {
			k.missing(t, "%s is %q by a2c, and no property of the JVM", v.Key, v.Value)
		} else if ok {
			k.value(t, v.Key, v, is)
		}
	}
	if k.count < count+20 {
		t.Errorf("%s: only %d properties of the JVM were compared", k.name, k.count-count)
	}
}

// asKarafUser runs a program as the server's user, which reads input.
func (k *compared) asKarafUser(t *testing.T, input string, argv ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = "/", k.place.Env(), strings.NewReader(input)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(k.place.UID), Gid: uint32(k.place.GID)}}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w\n%s", argv[0], err, out))
	}
	return string(out)
}
