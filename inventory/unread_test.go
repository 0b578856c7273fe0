package inventory_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory"
	"a2c/model"
)

// TestUnreadAround holds that no file or folder around an application which is there but cannot be read goes without a word.
func TestUnreadAround(t *testing.T) {
	const java = "-- proc/stat --\nbtime 1763971200\n-- proc/10/cmdline ppid=%s threads=20 --\njava\n-jar\n/opt/shop/app.jar\n-- proc/10/exe -> /usr/bin/java --\n-- proc/10/cwd -> / --\n" +
		"-- proc/1/cmdline --\n/sbin/init\n-- proc/1/exe -> /usr/lib/systemd/systemd --\n-- proc/1/cwd -> / --\n-- opt/shop/app.jar!/META-INF/MANIFEST.MF --\nMain-Class: a.B\n"
	parent := func(args, exe string) string {
		return "-- proc/5/cmdline ppid=1 --\n" + args + "-- proc/5/exe -> " + exe + " --\n-- proc/5/cwd -> / --\n"
	}
	for _, tc := range []struct {
		name, ppid, files string
		want              []string
	}{
		{"init scripts", "1", "-- etc/init.d/ err=EACCES --\n", []string{"init scripts /etc/init.d: permission denied"}},
		{"files of numbers", "1", "-- run/a/ err=EACCES --\n-- run/b/ err=EACCES --\n-- run/c/ err=EIO --\n-- run/x.pid err=EIO --\n-- var/run -> /run --\n", []string{
			"files with numbers of processes /run: input/output error (2: /run/c, /run/x.pid)", "files with numbers of processes /run: permission denied (2: /run/a, /run/b)",
		}},
		{"crontabs", "5", parent("cron\n", "/usr/sbin/cron") + "-- etc/cron.d/ err=EACCES --\n-- var/spool/cron/crontabs/root err=EIO --\n", []string{
			"crontab /var/spool/cron/crontabs/root: input/output error", "crontabs /etc/cron.d: permission denied",
		}},
		{"supervisord", "5", parent("python3\n/usr/bin/supervisord\n", "/usr/bin/python3") + "-- etc/supervisord.conf --\n[include]\nfiles = sup.d/*.conf\n-- etc/sup.d/ err=EACCES --\n", []string{
			"configuration of supervisord /etc/sup.d: permission denied",
		}},
		{"units", "1", "-- proc/10/cgroup --\n0::/system.slice/shop.service\n-- etc/systemd/system/shop.service --\n[Service]\nEnvironmentFile=/etc/shop/*.env\n-- etc/shop/ err=EIO --\n" +
			"-- etc/systemd/system/shop.service.d/ err=EACCES --\n-- run/systemd/system/shop.service.d/a.conf err=EIO --\n-- etc/systemd/system/other.socket err=EIO --\n-- etc/systemd/system/masked.socket -> /dev/null --\n-- dev/null --\n", []string{
			"EnvironmentFile of a unit /etc/shop: input/output error", "systemd unit other.socket /etc/systemd/system/other.socket: input/output error",
			"systemd unit shop.service /etc/systemd/system/shop.service.d: permission denied", "systemd unit shop.service /run/systemd/system/shop.service.d/a.conf: input/output error",
		}},
		{"includes of a proxy", "1", parent("nginx\n", "/usr/sbin/nginx") + "-- etc/nginx/nginx.conf --\nhttp { include sites/*; }\n-- etc/nginx/sites/ err=EACCES --\n", []string{
			"configuration of nginx /etc/nginx/sites: permission denied",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := run(t, text(t, fmt.Sprintf(java, tc.ppid)+tc.files), inventory.Options{})
			if len(r.Inventory) != 1 {
				t.Fatalf("%d applications", len(r.Inventory))
			}
			if diff := cmp.Diff(tc.want, incomplete(r.Host.Skips)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// incomplete are the skips that make an inventory incomplete, sorted.
func incomplete(skips []model.Skip) []string {
	var got []string
	for _, s := range skips {
		line := s.What + " " + s.Path.String() + ": " + s.Reason
		if s.Count > 0 {
			line += fmt.Sprintf(" (%d:%s)", s.Count, joined(s.Each))
		}
		if s.Incomplete {
			got = append(got, line)
		}
	}
	slices.Sort(got)
	return got
}

// TestAroundEnds holds that what users may write around an application is read within bounds, and that what is left out is said.
func TestAroundEnds(t *testing.T) {
	const (
		java = "-- proc/stat --\nbtime 1763971200\n-- proc/10/cmdline ppid=5 threads=20 --\njava\n-jar\n/opt/shop/app.jar\n-- proc/10/exe -> /usr/bin/java --\n-- proc/10/cwd -> / --\n" +
			"-- proc/1/cmdline --\n/sbin/init\n-- proc/1/exe -> /usr/lib/systemd/systemd --\n-- proc/1/cwd -> / --\n-- opt/shop/app.jar!/META-INF/MANIFEST.MF --\nMain-Class: a.B\n"
		cron       = "-- proc/5/cmdline ppid=1 --\ncron\n-- proc/5/exe -> /usr/sbin/cron --\n-- proc/5/cwd -> / --\n"
		supervisor = "-- proc/5/cmdline ppid=1 --\npython3\n/usr/bin/supervisord\n-- proc/5/exe -> /usr/bin/python3 --\n-- proc/5/cwd -> / --\n-- proc/10/environ --\nSUPERVISOR_PROCESS_NAME=shop\n"
		daemon     = "-- proc/5/cmdline ppid=1 --\nsh\n-- proc/5/exe -> /bin/sh --\n-- proc/5/cwd -> / --\n"
		service    = daemon + "-- proc/10/cgroup --\n0::/system.slice/shop.service\n-- etc/systemd/system/shop.service --\n[Service]\n"
	)
	files := func(n int, format, text string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "-- "+format+" --\n%s\n", i, text)
		}
		return b.String()
	}
	for _, tc := range []struct{ name, files, want string }{
		{"words of crontabs", cron + "-- etc/crontab --\n5 4 * * * root java -jar /opt/shop/app.jar\n" + files(3, "var/spool/cron/crontabs/u%d", strings.Repeat("a ", 90_000)), "crontab /var/spool/cron/crontabs/u1: more than 20000 words in one crontab or 100000 in all: the rest is not read"},
		{"lines of crontabs", cron + "-- etc/crontab --\n" + strings.Repeat("a\n", 400_000), "crontab /etc/crontab: more than 20000 words in one crontab or 100000 in all: the rest is not read"},
		{"crontabs", cron + files(12, "var/spool/cron/crontabs/u%02d", strings.Repeat("a ", 15_000)), "crontabs /var/spool/cron/crontabs: more than 20000 words in one crontab or 100000 in all: the rest is not read"},
		{"includes of supervisord", supervisor + "-- etc/supervisord.conf --\n[include]\nfiles = " + strings.Repeat("sup.d/*.conf ", 20_000) + "\n" + files(50, "etc/sup.d/%d.conf", "[program:a]\n"+strings.Repeat("b=c\n", 100)), "configuration of supervisord /etc/sup.d: more than 1000 files or 20000 settings with all that is included: this and what follows is not read"},
		{"sections of supervisord", supervisor + "-- etc/supervisord.conf --\n[include]\nfiles = sup.d/*.conf\n" + files(20, "etc/sup.d/%d.conf", strings.Repeat("[program:%]\ncommand=/bin/x\n[group:shop]\nprograms=x,y\n", 4_000)), "configuration of supervisord /etc/sup.d: more than 1000 files or 20000 settings with all that is included: this and what follows is not read"},
		{"drop-ins", service + files(1000, "etc/systemd/system/shop.service.d/%04d.conf", "[Service]\nNice=1"), "systemd unit shop.service /etc/systemd/system/shop.service.d/0200.conf: more than 200 drop-ins, 20000 settings or 4194304 bytes of one unit: this and what follows is not read"},
		{"settings", service + files(9, "etc/systemd/system/shop.service.d/%d.conf", "[Service]\n"+strings.Repeat("A=\n", 9_000)), "systemd unit shop.service /etc/systemd/system/shop.service.d/3.conf: more than 200 drop-ins, 20000 settings or 4194304 bytes of one unit: this and what follows is not read"},
		{"files of variables", service + strings.Repeat("EnvironmentFile=/etc/shop/*.env\n", 5_000) + files(90, "etc/shop/%02d.env", "A=b"), "EnvironmentFile of a unit /etc/shop/"},
		{"bytes of variables", service + "EnvironmentFile=/etc/shop/*.env\n" + files(30, "etc/shop/%02d.env", "A="+strings.Repeat("b", 200_000)), "EnvironmentFile of a unit /etc/shop/11.env: more than 2097152 bytes or 256 files of variables of one unit: this one is not read"},
		{"sockets", service + "Sockets=" + strings.Repeat("a.socket b.socket ", 20_000) + "\n", "sockets of a unit /etc/systemd/system/shop.service: names more than 100 sockets: the rest is not looked for"},
		{"init scripts", strings.Replace(daemon, "sh\n", "/sbin/x\n", 1) + files(12, "etc/init.d/s%02d", strings.Repeat("/opt/other ", 90_000)), "init scripts /etc/init.d/s09: more than 8388608 bytes in all: this and what follows is not read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tree := text(t, java+tc.files)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			r := run(t, tree, inventory.Options{})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			got := incomplete(r.Host.Skips)
			if len(r.Inventory) != 1 || len(got) == 0 || !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, tc.want) }) || len(got) > 100 {
				t.Errorf("%d applications; %d skips: %q\nwant %s", len(r.Inventory), len(got), got[:min(len(got), 5)], tc.want)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 3*time.Second || mb > 100 {
				t.Errorf("%v and %d MB", took, mb)
			}
		})
	}
}

// TestUntoldServers holds that a server of a proxy which cannot be told, or whose name is none of the machine's, goes without a word neither.
func TestUntoldServers(t *testing.T) {
	r := run(t, text(t, `
-- proc/stat --
btime 1763971200
-- proc/10/cmdline ppid=1 threads=20 --
java
-jar
/opt/shop/app.jar
-- proc/10/exe -> /usr/bin/java --
-- proc/10/cwd -> / --
-- opt/shop/app.jar!/META-INF/MANIFEST.MF --
Main-Class: a.B
-- proc/20/cmdline ppid=1 --
nginx: master process nginx
-- proc/20/exe -> /usr/sbin/nginx --
-- proc/20/cwd -> / --
-- proc/21/cmdline ppid=1 --
lighttpd
-- proc/21/exe -> /usr/sbin/lighttpd --
-- proc/21/cwd -> / --
-- etc/hosts --
10.0.0.1 known
-- etc/nginx/nginx.conf --
upstream a { server ${HOST}:1; server known:2; }
server { location / { proxy_pass http://a; }
location /known { proxy_pass http://known:80; }
location /name { proxy_pass https://shop.example; }
location /ip { proxy_pass http://[::1]:8080; } location /open { proxy_pass http://$host; } }
-- etc/lighttpd/lighttpd.conf --
include_shell "/bin/x --password=s3cret"
proxy.server = ( "/" => (( "host" => env.HOST, "port" => 8080 )) )
`), inventory.Options{})
	var got []string
	for _, s := range r.Host.Skips {
		if s.Incomplete {
			t.Errorf("%+v", s)
		}
		if strings.HasPrefix(s.What, "where ") {
			got = append(got, s.What+": "+s.Reason)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{
		"where lighttpd hands on to by line 1: include_shell /bin/x --password=<redacted> is decided while it runs",
		"where lighttpd hands on to by line 2: env.HOST:8080 is decided while it runs",
		"where nginx hands on to by line 2: ${HOST}:1 is decided while it runs",
		"where nginx hands on to by line 4: shop.example is no name of /etc/hosts, and no name server is asked",
		"where nginx hands on to by line 5: http://$host is decided while it runs",
	}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func joined(list []string) string {
	text := ""
	for i, s := range list {
		if i > 0 {
			text += ","
		}
		text += " " + s
	}
	return text
}
