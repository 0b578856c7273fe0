package facts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// user compares whom the processes run as: by the numbers that each has in its own user namespace (user_namespaces(7)), for an engine may map them.
func user(p *pair) error {
	live, err1 := p.live.User()
	twin, err2 := p.twin.User()
	if err := cmp.Or(err1, err2); err != nil && (live.Evidence == nil || twin.Evidence == nil) {
		p.unknown("user", err)
		return nil
	}
	uid, gid, name := twin.UID, twin.GID, twin.Name
	if twin.Inside != nil { // the image has the machine's numbers, also of a live process in a namespace
		uid, gid, name = twin.Inside.UID, twin.Inside.GID, twin.Inside.Name
	}
	p.judge("user", fmt.Sprintf("%d:%d", live.UID, live.GID), fmt.Sprintf("%d:%d", uid, gid), "", p.otherUser())
	if uid == live.UID && live.Name != name {
		reason := ""
		if live.Name == "" || live.Inside != nil {
			reason = "the machine's own passwd has no name for the number; the image's has one"
		}
		p.judge("user name", live.Name, name, reason, "the image's /etc/passwd names the number otherwise: programs see another user.name")
	}
	return nil
}

func (p *pair) otherUser() string {
	return fmt.Sprintf("the image runs as %s, which is not the user of the live process: files that only that one may read cannot be read", p.o.Image.Config.User)
}

// groups compares the supplementary groups. Whether the primary one is among them says nothing.
func groups(p *pair) error {
	of := func(s *side) string {
		list := slices.DeleteFunc(slices.Clone(s.status.Groups), func(g int) bool { return slices.Contains(s.status.GID[:], g) })
		slices.Sort(list)
		return strings.Trim(fmt.Sprint(slices.Compact(list)), "[]")
	}
	reason := ""
	if slices.ContainsFunc(p.o.Image.Skips, func(s model.Skip) bool { return s.What == "supplementary groups" }) && of(p.twin) == "" {
		reason = "engines give a numeric user no supplementary groups: docker run --group-add, or supplementalGroups in a pod's securityContext"
	}
	p.judge("groups", of(p.live), of(p.twin), reason, "the process in the image is in other supplementary groups")
	return nil
}
