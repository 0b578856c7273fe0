package facts

import (
	"cmp"
	"errors"
	"fmt"

	"a2c/model"
)

// folder compares the working folders, each in its process's own root.
func folder(p *pair) error {
	live, gone, err1 := p.live.Cwd()
	twin, _, err2 := p.twin.Cwd()
	switch {
	case cmp.Or(err1, err2) != nil:
		p.unknown("working folder", cmp.Or(err1, err2))
	case gone:
		p.unknown("working folder", errors.New("the live process's own was removed"))
	default:
		p.workedIn(live, twin)
	}
	return nil
}

func (p *pair) workedIn(live, image string) {
	p.judge("working folder", live, image, "", fmt.Sprintf("the image's working folder is %s: names without a folder before them lead elsewhere", p.o.Image.Config.WorkingDir))
}

const otherUmask = "new files get other permissions: a container starts with 0022, and only the image's init can set another"

// umask compares the mode bits that new files do not get (umask(2)); kernels before 4.7 do not tell.
func umask(p *pair) error {
	live, twin := p.live.status.Umask, p.twin.status.Umask
	if live < 0 || twin < 0 {
		p.add(model.FactUnknown, "umask", "", "", "the kernel does not tell it (Linux 4.7)")
		return nil
	}
	p.judge("umask", fmt.Sprintf("%04o", live), fmt.Sprintf("%04o", twin), "", otherUmask)
	return nil
}
