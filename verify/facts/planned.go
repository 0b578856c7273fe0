package facts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// Plan is what an image was to hold, and where it lies.
type Plan struct {
	Files  iter.Seq2[model.File, error] // files.jsonl, sorted by path
	Root   host.Tree                    // the image's, unpacked or running
	Hidden []model.Path                 // where something else is mounted over it there
	Owners bool                         // the numbers of owners are the image's own, not those of a user namespace
}

// Limits of what is looked at and listed.
const (
	sameContent = 1 << 20 // files up to this size are compared byte by byte with the machine's, larger ones by their length
	mostFiles   = 50      // rows
)

// Planned holds each file that analyze decided to be in the image against the image: whether it is there, its type, mode, owner, length, content, the target of
// a link, its capabilities. What containerize changed on purpose and says so is left out.
func Planned(ctx context.Context, o Options, plan Plan) ([]model.Fact, error) {
	h, err := host.Read(ctx, o.Tree)
	if err != nil {
		return nil, err
	}
	c := &planned{pair: &pair{o: o}, Plan: plan}
	if live := h.Process(o.Live); live != nil {
		if c.machine, err = live.Tree(); err != nil {
			return nil, err
		}
	}
	for f, err := range plan.Files {
		if err != nil {
			return nil, err
		}
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		if f.Decision == model.In && !c.elsewhere(f) {
			c.file(f)
		}
	}
	if c.more > 0 {
		c.add(model.FactDifferent, "files", "", "", fmt.Sprintf("%d more files of the image differ", c.more))
	}
	if n := count(c.equal, "file"); c.equal > 0 {
		c.add(model.FactEqual, "files of the image", n, n, "")
	}
	return c.facts, nil
}

// planned gathers what is found.
type planned struct {
	*pair
	Plan
	machine host.Tree // nil: the live process has ended
	gone    string    // the last folder that is missing: what lies in it is, too
	equal   int
	more    int // rows beyond mostFiles
}

// elsewhere reports what the image is not to have as the machine has it: what runtimes make, what containerize changed, what a base image brings.
func (c *planned) elsewhere(f model.File) bool {
	name := string(f.Path)
	made := []string{"/proc", "/sys", "/dev", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv"}
	below := func(dir string) bool { return name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/") }
	runtime := f.Group == model.GroupRuntime || f.Group == model.GroupLibraries || f.Type == "dir"
	return name == "/" || slices.ContainsFunc(made, below) || slices.ContainsFunc(c.Hidden, func(p model.Path) bool { return below(string(p)) }) ||
		slices.ContainsFunc(c.o.Image.Needs.SecretFiles, func(s model.SecretFile) bool { return s.Path == f.Path }) ||
		c.onBase() && runtime || c.edited(name) != "" && !c.rewritten(f)
}

// rewritten reports a file that containerize changed, so that the image has another one under its name.
func (c *planned) rewritten(f model.File) bool {
	return f.Type == "file" && c.changed(func(m model.Change) bool { return m.Target == f.Path.String() }) != ""
}

// file looks at one.
func (c *planned) file(f model.File) {
	name := string(f.Path)
	if c.gone != "" && strings.HasPrefix(name, c.gone+"/") {
		return
	}
	row := called(name) + " " + name
	info, err := c.Root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || host.Vanished(err):
		if f.Type == "dir" {
			c.gone, row = name, "folder "+name
		}
		c.differ(row, "there", "missing", "it is missing in the image, and belongs to it: "+because(f))
	case err != nil:
		c.unknown(row, err)
	case c.rewritten(f):
		c.equal++
	default:
		c.held(f, row, info)
	}
}

// called is the kind of a file as people call it.
func called(name string) string {
	switch base := path.Base(name); {
	case base == "cacerts", base == "ca-certificates.crt", strings.HasPrefix(name, "/etc/ssl/certs/"):
		return "trusted certificates"
	case slices.Contains([]string{".ttf", ".otf", ".pfb", ".ttc"}, path.Ext(base)):
		return "font"
	}
	return kind(name)
}

// because is the first reason why a file is in.
func because(f model.File) string {
	if len(f.Reasons) == 0 {
		return "analyze put it in"
	}
	return f.Reasons[0]
}

func (c *planned) differ(row, live, image, why string) {
	if len(c.facts) >= mostFiles {
		c.more++
		return
	}
	c.add(model.FactDifferent, row, live, image, why)
}

// held compares a file that is there.
func (c *planned) held(f model.File, row string, info host.Info) {
	before := len(c.facts) + c.more
	types := map[string]host.Type{"file": host.Regular, "dir": host.Dir, "symlink": host.Symlink}
	if types[f.Type] != info.Type {
		words := map[host.Type]string{host.Regular: "file", host.Dir: "folder", host.Symlink: "link"}
		c.differ(row, words[types[f.Type]], words[info.Type], "the image has something of another type there")
		return
	}
	switch f.Type {
	case "symlink":
		c.link(f, row)
	case "file":
		c.rights(f, row, info)
		c.content(f, row, info)
	default:
		c.rights(f, row, info)
	}
	if len(c.facts)+c.more == before {
		c.equal++
	}
}

func (c *planned) link(f model.File, row string) {
	target, err := c.Root.Readlink(string(f.Path))
	if err != nil {
		c.unknown(row, err)
		return
	}
	if target == string(f.Target) {
		return
	}
	why := "the symbolic link leads elsewhere in the image"
	if there, err := host.Exists(c.Root, string(f.Path)); err == nil && !there {
		why = "the symbolic link is broken in the image: it leads to nothing"
	}
	c.differ(row, "link to "+string(f.Target), "link to "+target, why)
}

// rights compares mode, owner and capabilities.
func (c *planned) rights(f model.File, row string, info host.Info) {
	live, image := fmt.Sprintf("mode %04o", f.Mode&0o7777), fmt.Sprintf("mode %04o", info.Mode)
	if live != image {
		why := "others may do with it in the image what they may not on the machine, or the other way round"
		switch lost := f.Mode &^ info.Mode; {
		case f.Type == "file" && lost&0o4000 != 0:
			why = "the program lost its setuid bit in the image: it runs with the rights of whoever starts it"
		case f.Type == "file" && lost&0o2000 != 0:
			why = "the program lost its setgid bit in the image"
		case f.Type == "file" && lost&0o111 != 0:
			why = "it cannot be executed in the image by whom it can on the machine"
		case lost&0o444 != 0:
			why = "it cannot be read in the image by whom it can on the machine"
		case lost&0o222 != 0:
			why = "it cannot be written in the image by whom it can on the machine"
		}
		c.differ(row, live, image, why)
	}
	if owner, own := fmt.Sprintf("owner %d:%d", f.UID, f.GID), fmt.Sprintf("owner %d:%d", info.UID, info.GID); c.Owners && owner != own {
		c.differ(row, owner, own, "it belongs to somebody else in the image")
	}
	const capability = "security.capability"
	if want := f.Xattrs[capability]; c.Owners && len(want) > 0 {
		if have, err := c.Root.Xattrs(string(f.Path)); err == nil && !bytes.Equal(have[capability], want) {
			c.differ(row, "has capabilities", "has none, or others", "the program lost its file capabilities (capabilities(7)) in the image")
		}
	}
}

// content compares length and bytes. What the machine changed since it was analyzed counts for configuration alone: programs write to other files.
func (c *planned) content(f model.File, row string, info host.Info) {
	name := string(f.Path)
	now, differs := c.now(f)
	switch {
	case info.Size != f.Size && !differs:
		c.differ(row, size(f.Size), size(info.Size), "the image has another version of the file")
	case differs && f.Group == model.GroupConfiguration:
		c.differ(row, "changed since", "as analyzed", "the image's configuration is stale: the machine's was changed after it was analyzed; run a2c analyze and containerize again")
	case differs:
		c.add(model.FactUnknown, row, "", "", "the machine's was changed after it was analyzed")
	case f.Recovered != "" || now == nil || info.Size > sameContent:
	default:
		have, err1 := host.ReadFile(c.Root, name, sameContent)
		want, err2 := host.ReadFile(c.machine, name, sameContent)
		if err1 != nil || err2 != nil || bytes.Equal(have, want) {
			return
		}
		what := "the image has another version of the file, of the same length"
		if f.Group == model.GroupConfiguration {
			what = "the image's configuration is stale, or was changed: its text is another, of the same length"
		}
		c.differ(row, "", path.Base(name)+" with another content", what)
	}
}

// now is the machine's own file, nil when there is none to compare with, and whether it was changed since it was analyzed.
func (c *planned) now(f model.File) (now *host.Info, differs bool) {
	if c.machine == nil || f.Recovered != "" {
		return nil, false
	}
	info, err := c.machine.Lstat(string(f.Path))
	if err != nil {
		return nil, false
	}
	return &info, info.Type != host.Regular || info.Size != f.Size || !info.MTime.Equal(f.MTime)
}
