package around

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// proxyKind is a reverse proxy that a2c can read.
type proxyKind struct {
	product  string
	programs []string // of the executable
	read     func(r *proxyReader) ([]parse.ProxyRoute, error)
}

func proxyKinds() []proxyKind {
	return []proxyKind{
		{"nginx", []string{"nginx", "openresty", "tengine", "angie"}, (*proxyReader).nginx},
		{"apache", []string{"apache2", "httpd"}, (*proxyReader).httpd},
		{"haproxy", []string{"haproxy"}, (*proxyReader).haproxy},
		{"lighttpd", []string{"lighttpd"}, (*proxyReader).lighttpd},
	}
}

// proxies links the reverse proxies of the machine with the applications that they serve.
func (l *looker) proxies(ctx context.Context, apps []model.App) {
	if len(apps) == 0 {
		return
	}
	kinds := proxyKinds()
	for _, p := range l.h.Processes {
		if ctx.Err() != nil {
			return
		}
		name := base(p.Exe)
		at := slices.IndexFunc(kinds, func(k proxyKind) bool { return slices.Contains(k.programs, name) })
		if at < 0 {
			continue
		}
		if parent := l.h.Process(p.PPID); parent != nil && base(parent.Exe) == name {
			continue // a worker
		}
		l.proxy(kinds[at], p, apps)
	}
}

func (l *looker) proxy(kind proxyKind, p *host.Process, apps []model.App) {
	defer func() {
		if r := recover(); r != nil { // only hostile input could cause it
			l.h.Skip(model.Skip{What: fmt.Sprintf("configuration of %s (process %d)", kind.product, p.PID), Reason: fmt.Sprintf("panic: %v", r), Incomplete: true})
		}
	}()
	tree, err := p.Tree()
	if err != nil {
		l.unread(fmt.Sprintf("configuration of %s (process %d)", kind.product, p.PID), fmt.Sprintf("/proc/%d/root", p.PID), err)
		return
	}
	r := &proxyReader{looker: l, p: p, tree: tree, product: kind.product}
	routes, err := kind.read(r)
	l.unread(fmt.Sprintf("a part of the configuration of %s (process %d)", kind.product, p.PID), r.mainFile, err)
	r.unknown(routes)
	for i := range apps {
		t := targets{r: r, app: &apps[i]}
		for _, route := range routes {
			t.link(kind.product, route)
		}
	}
}

// maxUnknown is how many lines of one proxy are named; the rest is counted.
const maxUnknown = 100

// unknown records the lines of a proxy's configuration that hand on to what the configuration alone does not tell.
func (r *proxyReader) unknown(routes []parse.ProxyRoute) {
	said := 0
	for _, route := range routes {
		reason := r.untold(route)
		if reason == "" {
			continue
		}
		if said++; said > maxUnknown {
			continue
		}
		r.h.Skip(model.Skip{What: fmt.Sprintf("where %s hands on to by line %d", r.product, route.Line), Path: model.Path(route.File), Reason: reason})
	}
	if more := said - maxUnknown; more > 0 {
		r.h.Skip(model.Skip{What: "where " + r.product + " hands on to by other lines", Reason: "decided while it runs", Count: more})
	}
}

// untold says why not all servers of a route are known; "" when they are.
func (r *proxyReader) untold(route parse.ProxyRoute) string {
	if route.Open {
		return safe(parse.RedactText(cmp.Or(route.Unknown, route.Upstream))) + " is decided while it runs"
	}
	for _, target := range route.Targets {
		name := target[:max(0, strings.LastIndexByte(target, ':'))]
		if !strings.HasPrefix(target, "unix:") && len(r.resolve(strings.Trim(name, "[]"))) == 0 {
			return safe(name) + " is no name of /etc/hosts, and no name server is asked"
		}
	}
	return ""
}

// proxyReader reads the configuration of one proxy from the files that it sees itself. Nothing of it is executed.
type proxyReader struct {
	*looker
	p       *host.Process
	tree    host.Tree
	product string
	// mainFile is where the configuration begins; bytes of all its files were read.
	mainFile string
	bytes    int
	names    map[string][]string // of /etc/hosts; nil: not yet read
	own      []string            // addresses of its network namespace; nil: not yet read
}

// args are the arguments behind the program. A proxy that wrote a title over them keeps them behind it: "nginx: master process nginx -c x".
func (r *proxyReader) args() []string {
	args := r.p.Args()
	if len(args) > 0 {
		if _, line, ok := strings.Cut(args[0], ": master process "); ok {
			args = append(strings.Fields(line), args[1:]...)
		}
	}
	if len(args) == 0 {
		return nil
	}
	return args[1:]
}

// flag is the value behind an option; "" when it is not given.
func (r *proxyReader) flag(names ...string) string {
	args := r.args()
	for i, a := range args {
		for _, name := range names {
			if a == name && i+1 < len(args) {
				return args[i+1]
			}
			if len(name) == 2 && strings.HasPrefix(a, name) && len(a) > 2 && r.product != "haproxy" {
				return a[2:]
			}
		}
	}
	return ""
}

// main reads the first of the files that exists.
func (r *proxyReader) main(files ...string) (parse.ProxyFile, bool) {
	cwd, _, _ := r.p.Cwd()
	for _, name := range files {
		if name == "" {
			continue
		}
		name = path.Clean(absolute(name, cwd))
		if data, ok := r.file(name); ok {
			r.mainFile = name
			return parse.ProxyFile{Name: name, Data: data}, true
		}
	}
	return parse.ProxyFile{}, false
}

// Bounds of one file, and of all that is read at a time of one configuration.
const (
	confLimit = 4 << 20
	confBytes = 8 << 20
)

var errConfBytes = errors.New("the configuration is larger than the limit with what it includes")

func (r *proxyReader) file(name string) ([]byte, bool) {
	if r.bytes > confBytes {
		r.unread("configuration of "+r.product, r.mainFile, errConfBytes)
		return nil, false
	}
	data, err := host.ReadFile(r.tree, name, confLimit)
	r.bytes += len(data)
	if err != nil && !host.Vanished(err) {
		r.unread("configuration of "+r.product, name, err)
	}
	return data, err == nil
}

// maxIncluded is how many files one line may include.
const maxIncluded = 1000

// includes reads what a pattern names; relative ones are meant from root. A folder stands for all of its files where the proxy takes it so.
func (r *proxyReader) includes(root string, folders bool) parse.ProxyIncludes {
	return func(pattern, _ string) []parse.ProxyFile {
		var list []parse.ProxyFile
		unread := func(folder string, err error) { r.unread("configuration of "+r.product, folder, err) }
		for _, name := range host.Glob(r.tree, absolute(pattern, root), maxIncluded, unread) {
			if info, err := host.Stat(r.tree, name); folders && err == nil && info.Type == host.Dir {
				for _, f := range host.Glob(r.tree, name+"/*", maxIncluded, unread) {
					if data, ok := r.file(f); ok {
						list = append(list, parse.ProxyFile{Name: f, Data: data})
					}
				}
				continue
			}
			if data, ok := r.file(name); ok {
				list = append(list, parse.ProxyFile{Name: name, Data: data})
			}
		}
		return list
	}
}

func (r *proxyReader) nginx() ([]parse.ProxyRoute, error) {
	name := r.flag("-c")
	if prefix := r.flag("-p"); prefix != "" && name != "" {
		name = absolute(name, prefix)
	} else if prefix != "" {
		name = path.Join(prefix, "conf/nginx.conf")
	}
	f, ok := r.main(name, "/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf", "/usr/local/openresty/nginx/conf/nginx.conf", "/opt/nginx/conf/nginx.conf")
	if !ok {
		return nil, nil
	}
	return parse.ReadNginx(f, r.includes(path.Dir(f.Name), false))
}

func (r *proxyReader) httpd() ([]parse.ProxyRoute, error) {
	root := r.flag("-d")
	name := r.flag("-f")
	if name != "" && root != "" {
		name = absolute(name, root)
	} else if root != "" {
		name = path.Join(root, "conf/httpd.conf")
	}
	f, ok := r.main(name, "/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf", "/usr/local/apache2/conf/httpd.conf", "/etc/apache2/httpd.conf")
	if !ok {
		return nil, nil
	}
	for line := range strings.Lines(string(f.Data)) {
		if w := strings.Fields(line); len(w) == 2 && strings.EqualFold(w[0], "ServerRoot") {
			root = strings.Trim(w[1], `"'`)
		}
	}
	if root == "" {
		root = strings.TrimSuffix(path.Dir(f.Name), "/conf")
	}
	env, _ := r.p.Environ()
	variable := func(name string) string {
		value, _ := env.Get(name)
		return value
	}
	return parse.ReadHTTPD(f, r.includes(root, true), variable)
}

func (r *proxyReader) haproxy() ([]parse.ProxyRoute, error) {
	var names []string
	args := r.args()
	for i, a := range args {
		if a == "-f" && i+1 < len(args) {
			names = append(names, args[i+1])
		}
		if a == "--" {
			names = append(names, args[i+1:]...)
			break
		}
	}
	if len(names) == 0 {
		names = []string{"/etc/haproxy/haproxy.cfg"}
	}
	cwd, _, _ := r.p.Cwd()
	var files []parse.ProxyFile
	r.mainFile = absolute(names[0], cwd)
	for _, name := range names {
		files = append(files, r.includes(cwd, true)(name, "")...)
	}
	return parse.ReadHAProxy(files)
}

func (r *proxyReader) lighttpd() ([]parse.ProxyRoute, error) {
	f, ok := r.main(r.flag("-f"), "/etc/lighttpd/lighttpd.conf", "/usr/local/etc/lighttpd.conf")
	if !ok {
		return nil, nil
	}
	env, _ := r.p.Environ()
	return parse.ReadLighttpd(f, r.includes(path.Dir(f.Name), false), env.Get)
}
