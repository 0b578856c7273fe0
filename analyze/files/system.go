package files

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

func itoa(n int) string { return strconv.Itoa(n) }

// system takes what the C library and the runtime read of the operating system. /etc/passwd, group, hosts, hostname and resolv.conf are
// made by containerize and by the container engine.
func (c *collector) system(ctx context.Context) error {
	c.nss()
	for _, p := range []string{"/etc/host.conf", "/etc/gai.conf"} {
		c.optional(p, model.LayerRuntime, "runtime: read by the C library's resolver")
	}
	c.optional("/etc/localtime", model.LayerRuntime, "runtime: the host's time zone")
	c.optional("/etc/timezone", model.LayerRuntime, "runtime: the host's time zone")
	if c.in.Subject.Java() {
		c.optional("/etc/os-release", model.LayerRuntime, "runtime: libraries tell the system by it, Netty whose native parts fit")
		c.optional("/etc/mime.types", model.LayerRuntime, "runtime: java.nio.file.Files.probeContentType reads it")
		if c.awt {
			return c.fonts(ctx)
		}
		return nil
	}
	if err := c.zoneinfo(ctx); err != nil {
		return err
	}
	return c.certificates(ctx)
}

// nss takes the modules of the name service switch that answer from files and DNS. In glibc since 2.34 both are built in, before they are
// libraries of their own. Modules that ask a daemon of the host (systemd, sss, ldap) find none in a container; the C library goes on without.
func (c *collector) nss() {
	const name = "/etc/nsswitch.conf"
	data, err := host.ReadFile(c.set.tree, name, 1<<20)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.set.skip(name, err)
		}
		return
	}
	c.optional(name, model.LayerRuntime, "nss: says how names, users and groups are looked up")
	for i, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		db, modules, ok := strings.Cut(line, ":")
		if !ok || !slices.Contains([]string{"hosts", "passwd", "group", "services", "networks", "protocols"}, strings.TrimSpace(db)) {
			continue
		}
		for m := range strings.FieldsSeq(modules) {
			switch m {
			case "files", "dns", "db", "compat", "nis":
				c.closure.ByName("nss: "+m+" on line "+itoa(i+1)+" of "+name, model.FromFile(name, i+1), "libnss_"+m+".so.2")
			}
		}
	}
}

// zoneinfo takes the time zones; the copies under posix and right are other names for the same, with and without leap seconds.
func (c *collector) zoneinfo(ctx context.Context) error {
	return c.tree(ctx, "/usr/share/zoneinfo", model.LayerRuntime, "runtime: .NET reads time zones from it", func(rel string, _ host.Entry) (string, string) {
		if rel == "posix" || rel == "right" {
			return model.Out, "runtime: another form of the same time zones, which .NET does not use"
		}
		return "", ""
	})
}

// certificates takes the trusted certificate authorities, where OpenSSL looks for them; private keys stay where they are.
func (c *collector) certificates(ctx context.Context) error {
	for _, dir := range []string{"/usr/lib/ssl/certs", "/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"} {
		err := c.tree(ctx, dir, model.LayerRuntime, "runtime: certificate authorities that .NET trusts", func(rel string, _ host.Entry) (string, string) {
			if rel == "java" || rel == "edk2" {
				return model.Out, "runtime: the same authorities in a form for others"
			}
			return "", ""
		})
		if err != nil {
			return err
		}
	}
	for _, p := range []string{"/usr/lib/ssl/cert.pem", "/etc/ssl/cert.pem", "/etc/pki/tls/cert.pem"} {
		c.optional(p, model.LayerRuntime, "runtime: certificate authorities that .NET trusts")
	}
	return nil
}

// fonts takes fontconfig and the fonts of the system: AWT finds them by fontconfig.
func (c *collector) fonts(ctx context.Context) error {
	const why = "runtime: AWT is loaded, it finds fonts by fontconfig"
	c.closure.ByName("dlopen: AWT loads fontconfig", model.Derived("libawt is mapped; it loads libfontconfig by name"), "libfontconfig.so.1")
	for _, dir := range []string{"/etc/fonts", "/usr/share/fontconfig", "/usr/share/fonts", "/usr/local/share/fonts"} {
		if err := c.tree(ctx, dir, model.LayerRuntime, why, nil); err != nil {
			return err
		}
	}
	return nil
}

// tree takes a folder if it exists.
func (c *collector) tree(ctx context.Context, dir, layer, reason string, filter Filter) error {
	if _, err := c.set.tree.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	err := c.set.Tree(ctx, dir, layer, reason, filter)
	if err != nil && ctx.Err() == nil {
		c.set.skip(dir, err)
		return nil
	}
	return err
}

// optional takes one path if it exists.
func (c *collector) optional(p, layer, reason string) {
	_, _, err := c.set.Include(p, layer, reason)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.set.skip(path.Clean(p), err)
	}
}
