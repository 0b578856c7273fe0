package servers

import (
	"context"
	"os"

	"a2c/proof/apps"
)

// monoProgram compiles the programs, which all layouts share.
func monoProgram(ctx context.Context, p Place) error {
	return firstError(
		p.CompileMono(ctx, p.Program("mono/Listen.exe"), "mono/Listen.cs"),
		p.CompileMono(ctx, p.Program("mono/Service.exe"), "mono/Service.cs", "-r:System.ServiceProcess.dll", "-r:System.Configuration.dll"),
		p.CompileMono(ctx, p.Program("mono/Shop.dll"), "mono/Shop.cs", "-target:library"))
}

// MonoListener is a program with HttpListener behind a link `current`: options before the assembly, prefixes behind it.
func MonoListener() Server {
	return Server{
		Name: "mono-listener", Kind: "dotnet-mono", Ports: 19160, Tools: apps.MonoTools(), Program: monoProgram, Ready: []int{19160, 19161}, Page: "/shop/",
		Configure: func(_ context.Context, p Place) error { return os.Symlink(p.Program("mono"), p.Path("current")) },
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{"/usr/bin/mono", "--server", "--config", "/etc/mono/config", p.Path("current/Listen.exe"), "http://127.0.0.1:19160/shop/", "http://localhost:19161/"},
				Env: p.Env("MONO_ENV_OPTIONS=--debug", "MONO_PATH=${dir}"),
			}
		},
	}
}

// MonoFastCGI serves two ASP.NET applications to nginx: one of the command line, one of a .webapp file.
func MonoFastCGI() Server {
	return Server{
		Name: "mono-fastcgi", Kind: "dotnet-mono", Ports: 19170, Tools: apps.MonoTools(), Program: monoProgram, Ready: []int{19170, 19171}, Page: "/blog/Default.aspx",
		Configure: func(_ context.Context, p Place) error {
			if err := p.monoSites("site", "blog"); err != nil {
				return err
			}
			const later = `<%@ Page Language="C#" %><%= System.Reflection.Assembly.Load("System.Reactive.Linq, Version=2.2.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35").GetTypes().Length %>`
			return firstError(
				p.Write("blog/Later.aspx", later), // nobody asks for it while a2c looks
				p.Write("webapps/blog.webapp", `<apps><web-application><name>blog</name><vpath>/blog</vpath><path>${dir}/blog</path></web-application></apps>`+"\n"),
				p.Write("nginx.conf", `daemon off;
pid ${dir}/tmp/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${dir}/tmp; proxy_temp_path ${dir}/tmp; fastcgi_temp_path ${dir}/tmp; uwsgi_temp_path ${dir}/tmp; scgi_temp_path ${dir}/tmp;
  server {
    listen 127.0.0.1:19170;
    server_name shop.example;
    location / { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME ${dir}/site$fastcgi_script_name; fastcgi_param PATH_INFO ""; fastcgi_pass 127.0.0.1:19171; }
  }
}
`),
				p.Give("tmp"))
		},
		Command: func(p Place) apps.Command {
			run := p.Expand(`nginx -e stderr -c ${dir}/nginx.conf & fastcgi-mono-server4 /socket=tcp:127.0.0.1:19171 /applications=/:site /appconfigdir=${dir}/webapps; wait`)
			return apps.Command{Dir: p.Dir, Argv: []string{"/bin/sh", "-c", run}, Env: p.Env("TMPDIR=${dir}/tmp")}
		},
	}
}

// monoSites makes ASP.NET applications with a page, web.config and an assembly in bin.
func (p Place) monoSites(names ...string) error {
	const page = `<%@ Page Language="C#" %><html><body><%= Shop.Hello() %></body></html>` + "\n"
	const web = `<configuration><system.web><customErrors mode="Off"/></system.web></configuration>` + "\n"
	shop, err := os.ReadFile(p.Program("mono/Shop.dll"))
	if err != nil {
		return err
	}
	for _, site := range names {
		err := firstError(p.Write(site+"/Default.aspx", page), p.Write(site+"/web.config", web), p.Write(site+"/bin/Shop.dll", ""),
			os.WriteFile(p.Path(site, "bin/Shop.dll"), shop, 0o644))
		if err != nil {
			return err
		}
	}
	return nil
}

// MonoSocket serves two virtual folders to lighttpd on a Unix socket; the one is reached under any name, the other under a host's alone.
func MonoSocket() Server {
	return Server{
		Name: "mono-socket", Kind: "dotnet-mono", Ports: 19200, Tools: append(apps.MonoTools(), apps.Lighttpd()), Program: monoProgram, Ready: []int{19200}, Page: "/b/Default.aspx",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.monoSites("srv/a", "srv/b"),
				p.Write("lighttpd.conf", `server.modules = ("mod_fastcgi")
server.document-root = "${dir}/srv/a"
server.bind = "127.0.0.1"
server.port = 19200
fastcgi.server = ("/b" => (("socket" => "${dir}/run/mono.sock", "check-local" => "disable")))
$HTTP["host"] == "shop.example" {
  fastcgi.server = ("/" => (("socket" => "${dir}/run/mono.sock", "check-local" => "disable")))
}
`),
				p.Give("run"))
		},
		Command: func(p Place) apps.Command {
			run := p.Expand(`lighttpd -D -f ${dir}/lighttpd.conf & fastcgi-mono-server4 --socket unix:${dir}/run/mono.sock --applications /:${dir}/srv/a,/b:${dir}/srv/b; wait`)
			return apps.Command{Dir: p.Path("run"), Argv: []string{"/bin/sh", "-c", run}, Env: p.Env("TMPDIR=${dir}/run")}
		},
	}
}

// MonoTCP serves one application to lighttpd by TCP, whose pages are told by their ending; folders come from the environment, addresses from variables of lighttpd.
func MonoTCP() Server {
	return Server{
		Name: "mono-tcp", Kind: "dotnet-mono", Ports: 19240, Tools: append(apps.MonoTools(), apps.Lighttpd()), Program: monoProgram, Ready: []int{19240, 19241}, Page: "/desk/Default.aspx",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.monoSites("srv/desk"),
				p.Write("conf/lighttpd.conf", `server.modules = ("mod_fastcgi")
var.base = "${dir}/srv"
var.address = "127.0.0.1"
server.document-root = var.base
server.bind = var.address
server.port = 19240
include "desk.conf"
`),
				p.Write("conf/desk.conf", `fastcgi.server = (".aspx" => ("mono" => ("host" => var.address, "port" => 19241, "check-local" => "disable")))
`),
				p.Give("run"))
		},
		Command: func(p Place) apps.Command {
			run := p.Expand(`lighttpd -D -f ${dir}/conf/lighttpd.conf & fastcgi-mono-server4 /socket=tcp /address=127.0.0.1 /port=19241; wait`)
			return apps.Command{Dir: p.Path("run"), Argv: []string{"/bin/sh", "-c", run}, Env: p.Env("TMPDIR=${dir}/run", "MONO_FCGI_APPLICATIONS=/desk:${dir}/srv/desk")}
		},
	}
}

// MonoService is a Windows service under mono-service, with its own folder and lock file.
func MonoService() Server {
	return Server{
		Name: "mono-service", Kind: "dotnet-mono", Ports: 19180, Tools: apps.MonoTools(), Program: monoProgram, Ready: []int{19180},
		Configure: func(_ context.Context, p Place) error {
			service, err := os.ReadFile(p.Program("mono/Service.exe"))
			return firstError(err,
				p.Write("service/Service.exe.config", `<configuration><appSettings><add key="port" value="19180"/></appSettings></configuration>`+"\n"),
				os.WriteFile(p.Path("service/Service.exe"), service, 0o644),
				p.Give("run"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{"/usr/bin/mono-service", "--debug", "-l:" + p.Path("run/shop.lock"), "-d:" + p.Path("service"), "Service.exe"}, Env: p.Env(),
			}
		},
	}
}
