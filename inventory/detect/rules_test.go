package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/inventory/host"
	"a2c/model"
)

func TestKestrelAddress(t *testing.T) {
	for _, tc := range []struct{ address, want string }{
		{"http://127.0.0.1:5000", "http 127.0.0.1 5000"},
		{"HTTPS://[::1]:5001/base", "https [::1] 5001"},
		{"http://localhost:80", "http localhost 80"},
		{"http://*:8080", "http * 8080"},
		{"http://+:8080", "http * 8080"},
		{"http://shop.example:8080", "http * 8080"},
		{"https://0.0.0.0", "https 0.0.0.0 443"},
		{"http://[::]", "http [::] 80"},
		{"http://unix:/run/shop.sock", "http  0 /run/shop.sock"},
		{"https://unix:/run/shop.sock:/base", "https  0 /run/shop.sock"},
		{"http://unix:shop.sock", "none"},
		{"http://pipe:/shop", "none"},
		{"127.0.0.1:80", "none"},
		{"net.tcp://x:1", "none"},
		{"", "none"},
		{"http://a:99999", "http * 0"},
	} {
		got := "none"
		if p, ok := (dotnetValue{}).port(tc.address); ok {
			got = strings.TrimSpace(fmt.Sprintf("%s %s %d %s", p.purpose, p.address, p.number, p.socket))
		}
		if got != tc.want {
			t.Errorf("%q: %s, want %s", tc.address, got, tc.want)
		}
	}
}

func FuzzKestrelAddress(f *testing.F) {
	f.Add("http://[::1]:5000/x")
	f.Fuzz(func(t *testing.T, address string) {
		if p, ok := (dotnetValue{}).port(address); ok && (p.number < 0 || p.number > 65535) {
			t.Errorf("%q: port %d", address, p.number)
		}
	})
}

func TestPurposes(t *testing.T) {
	listener := func(address string, port int) model.Listener {
		return model.Listener{Address: address, Port: port, Protocol: "tcp"}
	}
	for _, tc := range []struct {
		name     string
		listen   []model.Listener
		ports    []port
		want     []string
		leftover bool
	}{
		{
			"same_port_two_addresses",
			[]model.Listener{listener("127.0.0.1", 80), listener("10.0.0.1", 80)},
			[]port{{number: 80, address: "10.0.0.1", purpose: "https"}, {number: 80, address: "127.0.0.1", purpose: "http"}},
			[]string{"http", "https"},
			false,
		},
		{"localhost_in_both_families", []model.Listener{listener("127.0.0.1", 80), listener("::1", 80)}, []port{{number: 80, address: "localhost", purpose: "http"}}, []string{"http", "http"}, false},
		{"name_of_an_interface", []model.Listener{listener("10.0.0.1", 80)}, []port{{number: 80, address: "shop.example", purpose: "http"}}, []string{"http"}, false},
		{"another_address_is_another_listener", []model.Listener{listener("10.0.0.1", 80)}, []port{{number: 80, address: "10.0.0.2", purpose: "http"}}, []string{""}, false},
		{"udp_has_no_purpose", []model.Listener{{Address: "::", Port: 80, Protocol: "udp"}}, []port{{number: 80, purpose: "http"}}, []string{""}, false},
		{"random_port_of_two", []model.Listener{listener("::", 1), listener("::", 2)}, []port{{number: 0, purpose: "http"}}, []string{"", ""}, true},
		{"random_port", []model.Listener{listener("::", 1), listener("::", 2)}, []port{{number: 2, purpose: "jmx"}, {number: 0, purpose: "http"}}, []string{"http", "jmx"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := model.App{Listeners: tc.listen}
			purposes(&a, tc.ports)
			if tc.leftover {
				leftover(&a, tc.ports)
			}
			var got []string
			for _, l := range a.Listeners {
				got = append(got, l.Purpose)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// kestrelCase runs a .NET process with an environment, arguments and files, and returns the binding of its listener.
func kestrelCase(t *testing.T, libraries, env, args, files string) string {
	t.Helper()
	archive := txtar.Parse([]byte(files))
	archive.Files = append(archive.Files,
		txtar.File{Name: "proc/stat", Data: []byte("btime 1763971200\n")},
		txtar.File{Name: "proc/9/cmdline threads=9", Data: []byte("dotnet\nA.dll\n" + args)},
		txtar.File{Name: "proc/9/exe -> /usr/bin/dotnet"}, txtar.File{Name: "proc/9/cwd -> /app"},
		txtar.File{Name: "proc/9/environ", Data: []byte(env)},
		txtar.File{Name: "proc/9/maps", Data: []byte("1000-2000 r-xp 00000000 fe:00 12 /usr/share/dotnet/shared/Microsoft.NETCore.App/9.0.7/libcoreclr.so\n" + libraries)},
		txtar.File{Name: "proc/9/fd/3 -> socket:[5]"}, txtar.File{Name: "proc/9/net/tcp", Data: []byte("127.0.0.1:5000 LISTEN 5\n")})
	got, err := find(t, archive)
	if err != nil || len(got.Apps) != 1 || len(got.Apps[0].Listeners) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	b := got.Apps[0].Listeners[0].Binding
	if b == nil {
		return "none"
	}
	return fmt.Sprintf("%s %s %s:%d arg %d", b.Mechanism, b.Key, b.File, b.Line, b.Arg)
}

func TestKestrelPrecedence(t *testing.T) {
	const here = "http://127.0.0.1:5000"
	const server = "3000-4000 r--p 00000000 fe:00 13 /usr/share/dotnet/shared/Microsoft.AspNetCore.App/9.0.7/Microsoft.AspNetCore.Server.Kestrel.Core.dll\n"
	if got := kestrelCase(t, "", "", "", ""); got != "none" {
		t.Errorf("without Kestrel port 5000 was taken for its default: %s", got)
	}
	for _, tc := range []struct{ name, env, args, files, want string }{
		{"default", "", "", "", "default urls :0 arg 0"},
		{"dotnet_over_aspnetcore", "DOTNET_URLS=" + here + "\nASPNETCORE_URLS=http://*:1\n", "", "", "kestrel-urls DOTNET_URLS :0 arg 0"},
		{"file_over_prefixed_environment", "ASPNETCORE_URLS=http://*:1\n", "", "-- app/appsettings.json --\n{\"Urls\": \"" + here + "\"}\n", "kestrel-urls Urls /app/appsettings.json:1 arg 0"},
		{"plain_variable_over_file", "URLS=" + here + "\n", "", "-- app/appsettings.json --\n{\"Urls\": \"http://*:1\"}\n", "kestrel-urls URLS :0 arg 0"},
		{"argument_over_all", "URLS=http://*:1\n", "--urls=" + here + "\n", "", "kestrel-urls urls :0 arg 2"},
		{"endpoint_over_argument", "", "--urls\nhttp://*:1\n", "-- app/appsettings.json --\n{\"Kestrel\":{\"Endpoints\":{\"A\":{\n\"Url\":\"" + here + "\"}}}}\n", "kestrel-endpoint Kestrel:Endpoints:A:Url /app/appsettings.json:2 arg 0"},
		{"endpoint_of_environment", "Kestrel__Endpoints__A__Url=" + here + "\n", "", "-- app/appsettings.json --\n{\"Kestrel\":{\"Endpoints\":{\"A\":{\"Url\":\"http://*:1\"}}}}\n", "kestrel-endpoint Kestrel:Endpoints:A:Url :0 arg 0"},
		{"named_environment", "DOTNET_ENVIRONMENT=Staging\nASPNETCORE_ENVIRONMENT=Production\n", "", "-- app/appsettings.Staging.json --\n{\"Urls\": \"" + here + "\"}\n-- app/appsettings.Production.json --\n{\"Urls\": \"http://*:1\"}\n", "kestrel-urls Urls /app/appsettings.Staging.json:1 arg 0"},
		{"content_root", "", "--contentRoot\n/srv\n", "-- srv/appsettings.json --\n{\"Urls\": \"" + here + "\"}\n", "kestrel-urls Urls /srv/appsettings.json:1 arg 0"},
		{"preferred_urls_over_endpoint", "PREFERHOSTINGURLS=true\nASPNETCORE_URLS=" + here + "\n", "", "-- app/appsettings.json --\n{\"Kestrel\":{\"Endpoints\":{\"A\":{\"Url\":\"http://127.0.0.1:5000\"}}}}\n", "kestrel-urls ASPNETCORE_URLS :0 arg 0"},
		{"port_lists", "ASPNETCORE_HTTP_PORTS=81\nDOTNET_HTTPS_PORTS=82;5000\n", "", "", "kestrel-urls DOTNET_HTTPS_PORTS :0 arg 0"},
		{"host_settings_that_the_code_names", "ASPNETCORE_URLS=http://*:1\n", "", "-- app/A.dll --\n" + literal16("hostsettings.json") + "\n-- app/hostsettings.json --\n{\"urls\": \"" + here + "\"}\n", "kestrel-urls urls /app/hostsettings.json:1 arg 0"},
		{"host_settings_that_nothing_reads", "ASPNETCORE_URLS=" + here + "\n", "", "-- app/A.dll --\nMZ\n-- app/hostsettings.json --\n{\"urls\": \"http://*:1\"}\n", "kestrel-urls ASPNETCORE_URLS :0 arg 0"},
		{"appsettings_over_host_settings", "", "", "-- app/A.dll --\n" + literal16("hosting.json") + "\n-- app/hosting.json --\n{\"urls\": \"http://*:1\"}\n-- app/appsettings.json --\n{\"Urls\": \"" + here + "\"}\n", "kestrel-urls Urls /app/appsettings.json:1 arg 0"},
		{"urls_over_port_list", "ASPNETCORE_HTTP_PORTS=5000\nASPNETCORE_URLS=" + here + "\n", "", "", "kestrel-urls ASPNETCORE_URLS :0 arg 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := kestrelCase(t, server, tc.env, tc.args, tc.files); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

// literal16 is a string literal as an assembly has it.
func literal16(text string) string {
	var b strings.Builder
	b.WriteByte(byte(2*len(text) + 1))
	for _, c := range []byte(text) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}

// TestPanicIsASkip proves that one hostile process hides no other.
func TestPanicIsASkip(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte("-- proc/9/cmdline --\nx\n-- proc/9/exe -> /x --\n")))
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.Read(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	f := finder{h: h, seen: views{}, detectors: []Detector{panics{}}, claimed: map[int]string{}}
	f.group(t.Context(), host.Group{Main: h.Processes[0]})
	if len(h.Skips) != 1 || h.Skips[0].Reason != "panic: bad input" || !h.Skips[0].Incomplete {
		t.Errorf("%+v", h.Skips)
	}
}

func TestProgramFolder(t *testing.T) {
	for file, want := range map[string]string{
		"/opt/shop/shop.jar":         "/opt/shop",
		"/opt/shop/lib/shop.jar":     "/opt/shop",
		"/opt/app/shop.jar":          "/opt/app",
		"/home/shop/app/shop.jar":    "/home/shop/app",
		"/opt/shop/lib/app/shop.jar": "/opt/shop",
		"/app/lib/shop.jar":          "/app",
		"/opt/lib/shop.jar":          "/opt/lib",
		"/usr/lib/shop.jar":          "/usr/lib",
		"/lib/app/shop.jar":          "/lib/app",
		"/shop.jar":                  "/",
		"":                           "",
	} {
		if got := programFolder(file); got != want {
			t.Errorf("programFolder(%q) = %q, want %q", file, got, want)
		}
	}
}
