package host

import (
	"fmt"
	"sync"

	"a2c/model"
	"a2c/parse"
)

// arguments is Args' answer, kept.
type arguments struct {
	once sync.Once
	list []string
}

// Args are exactly the NUL-terminated arguments (proc_pid_cmdline(5)), empty ones kept, as they are when they are asked for first: of most
// processes of a machine nobody asks. A process that ended has none; that those of one which runs cannot be read is a skip.
func (p *Process) Args() []string {
	p.args.once.Do(func() {
		data, err := p.read("cmdline", argumentsLimit)
		switch {
		case p.Ended() || Vanished(err):
		case err != nil:
			p.host.Skip(model.Skip{What: fmt.Sprintf("arguments of process %d", p.PID), Path: model.Path(p.path("cmdline")), Reason: Reason(err), Remedy: remedy(err), Incomplete: true})
		default:
			p.args.list = parse.NulTerminated(data)
		}
	})
	return p.args.list
}
