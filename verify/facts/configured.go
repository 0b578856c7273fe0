package facts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// Configured compares the live process with what the image says of its own, for one that has ended: whom it was to run as, where, with which arguments and
// variables. Only what differs is listed.
func Configured(ctx context.Context, o Options) ([]model.Fact, error) {
	h, err := host.Read(ctx, o.Tree)
	if err != nil {
		return nil, err
	}
	p := &pair{o: o}
	if p.live, err = look(h, h.Process(o.Live)); err != nil {
		return nil, fmt.Errorf("the live application (process %d): %w", o.Live, err)
	}
	c := o.Image.Config
	p.twin = &side{env: environ(c.Env, o.Given)}
	p.configuredUser()
	if cwd, gone, err := p.live.Cwd(); err == nil && !gone {
		p.workedIn(cwd, string(c.WorkingDir))
	}
	p.arguments(p.live.Args(), entryPoint(o.Image))
	p.dropUmask()
	for _, family := range []func(*pair) error{variables, locale} {
		if err := family(p); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(p.facts, func(f model.Fact) bool { return f.Verdict != model.FactDifferent }), nil
}

func (p *pair) configuredUser() {
	user, err := p.live.User()
	if err != nil && user.Evidence == nil {
		return
	}
	numbers := fmt.Sprintf("%d:%d", user.UID, user.GID)
	p.judge("user", numbers, p.o.Image.Config.User, "", p.otherUser())
}

// entryPoint is the program of an image with its arguments, without the image's init before it.
func entryPoint(i model.Image) []string {
	args := slices.Concat(i.Config.Entrypoint, i.Config.Cmd)
	if i.Init == nil || len(args) == 0 || args[0] != string(i.Init.Path) {
		return args
	}
	return args[slices.Index(args, "--")+1:]
}

// dropUmask tells of a umask that no init sets.
func (p *pair) dropUmask() {
	const engines = 0o022
	sets := p.o.Image.Init != nil && slices.Contains(p.o.Image.Config.Entrypoint, "-umask")
	if mask := p.live.status.Umask; mask >= 0 && mask != engines && !sets {
		p.add(model.FactDifferent, "umask", fmt.Sprintf("%04o", mask), fmt.Sprintf("%04o", engines), otherUmask)
	}
}

// environ are variables as a process would have them; of those that are given the names alone count.
func environ(list, given []string) host.Environ {
	var env host.Environ
	for _, kv := range list {
		name, value, _ := strings.Cut(kv, "=")
		env = append(env, host.EnvVar{Name: name, Value: value})
	}
	for _, name := range append([]string{"PATH", "HOSTNAME", "HOME"}, given...) {
		if _, is := env.Get(name); !is {
			env = append(env, host.EnvVar{Name: name})
		}
	}
	return env
}
