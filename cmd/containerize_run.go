package cmd

import (
	"fmt"
	"slices"
	"strings"

	"a2c/containerize"
	"a2c/model"
)

// noteRun says how the image is run by hand, with what image.json says that it needs.
func (a *app) noteRun(i model.Image, o containerize.Options) {
	reference, before := i.Repository+":"+i.Tag, "once it is loaded from what --tar writes, or pushed by --destination: "
	switch {
	case o.Destination != "":
		reference, before = o.Destination, ""
	case o.Tar != "":
		before = commandLine("docker", "load", "-i", o.Tar) + " && "
	}
	a.Note("run it: %s%s", before, commandLine(dockerRun(i, reference)...))
	if names := i.Needs.SecretNames(); len(names) > 0 {
		a.Note("  -e without a value takes it from your environment: %s", commandLine(names...))
	}
	for _, f := range i.Needs.SecretFiles {
		a.Note("  %s holds a file in base64: %s=$(base64 -w0 %s)", commandLine(f.Variable), commandLine(f.Variable), commandLine(string(f.Path)))
	}
}

// dockerRun is the command that runs an image with the ports, secrets, volumes and groups that it needs; the value of a secret is never part of it.
func dockerRun(i model.Image, reference string) []string {
	args := []string{"docker", "run", "-d"}
	for _, p := range i.Config.ExposedPorts {
		number, protocol, _ := strings.Cut(p, "/")
		args = append(args, "-p", number+":"+strings.TrimSuffix(number+"/"+protocol, "/tcp"))
	}
	for _, name := range i.Needs.SecretNames() {
		args = append(args, "-e", name)
	}
	for _, g := range i.Needs.User.Groups {
		if g != i.Needs.User.GID {
			args = append(args, "--group-add", fmt.Sprint(g))
		}
	}
	for _, m := range i.Needs.State {
		if !m.SingleFile { // no volume is a file
			args = append(args, "--mount", fields("type=volume", "source="+i.ApplicationID+"-"+m.Name, "target="+string(m.Path)))
		}
	}
	colon := slices.ContainsFunc(i.Needs.Writable, func(p model.Path) bool { return strings.Contains(string(p), ":") })
	if i.Needs.ReadOnlyRoot && !colon { // --tmpfs has no other way to say where a path ends
		args = append(args, "--read-only")
		for _, folder := range i.Needs.Writable {
			args = append(args, "--tmpfs", string(folder)+":exec,mode=1777") // native libraries are unpacked there, and loaded
		}
	}
	return append(args, reference)
}

// fields is a value of --mount: one line of RFC 4180.
func fields(list ...string) string {
	for i, f := range list {
		if strings.ContainsAny(f, ",\"\r\n") {
			list[i] = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
	}
	return strings.Join(list, ",")
}
