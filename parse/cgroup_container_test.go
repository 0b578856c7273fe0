package parse

import (
	"strings"
	"testing"
)

func TestCgroupContainer(t *testing.T) {
	id := strings.Repeat("4f1c0a5b", 8)
	for path, want := range map[string]string{
		"/docker/" + id:                                                                    "docker " + id,
		"/system.slice/docker-" + id + ".scope":                                            "docker " + id,
		"/system.slice/docker-4f1c0a5b8e7d.scope":                                          "docker 4f1c0a5b8e7d",
		"/docker/" + id + "/system.slice/shop.service":                                     "docker " + id,
		"/kubepods/burstable/pod8d3a9e1e-1111-2222-3333-444455556666/" + id:                "kubernetes " + id,
		"/kubepods.slice/kubepods-pod8d3a.slice/cri-containerd-" + id + ".scope":           "containerd " + id,
		"/kubepods.slice/kubepods-pod8d3a.slice/crio-" + id + ".scope":                     "cri-o " + id,
		"/machine.slice/libpod-" + id + ".scope/container":                                 "podman " + id,
		"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id + ".scope": "podman " + id,
		"/libpod_parent/libpod-" + id:                                                      "podman " + id,
		"/a2c-engine-12/" + id:                                                             "unknown " + id,
		"/lxc/web":                                                                         "lxc web",
		"/lxc.payload.web/system.slice/shop.service":                                       "lxc web",
		`/machine.slice/systemd-nspawn@web\x2d1.service/payload/system.slice/shop.service`: "systemd-nspawn web-1",
		"/machine.slice/machine-web.scope":                                                 "systemd-nspawn web",
		`/machine.slice/machine-qemu\x2d1\x2dvm.scope`:                                     " ",
		"/system.slice/docker.service":                                                     " ",
		"/system.slice/lxc.service":                                                        " ",
		"/user.slice/user-1000.slice/session-3.scope":                                      " ",
		"/system.slice/shop-4f1c0a5b8e7d.service":                                          " ",
		"/docker": " ",
		"/":       " ",
		"/docker/" + id + "/docker/" + strings.Repeat("ab", 32): "docker " + strings.Repeat("ab", 32),
	} {
		engine, got := CgroupContainer(path)
		if engine+" "+got != want {
			t.Errorf("%s: %s %s, want %s", path, engine, got, want)
		}
	}
}

func FuzzCgroupContainer(f *testing.F) {
	f.Add("/docker/" + strings.Repeat("a", 64))
	f.Add("/lxc/web")
	f.Fuzz(func(t *testing.T, path string) {
		if engine, id := CgroupContainer(path); (engine == "") != (id == "") {
			t.Errorf("%q: %q %q", path, engine, id)
		}
	})
}
