package config

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// shared reports whether a folder belongs to everybody (hier(7)): nothing follows from its other content.
func shared(p string) bool {
	switch p {
	case "", "/", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/dev", "/etc", "/home", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/snap",
		"/srv", "/sys", "/tmp", "/usr", "/var":
		return true
	case "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/share", "/usr/share/java", "/usr/share/doc", "/usr/share/man", "/usr/local",
		"/usr/local/bin", "/usr/local/lib", "/usr/local/lib64", "/usr/local/share", "/usr/local/etc", "/usr/lib/jvm", "/usr/lib/jni", "/usr/java":
		return true
	case "/var/lib", "/var/log", "/var/tmp", "/var/run", "/var/cache", "/var/spool", "/var/www", "/var/opt", "/etc/ssl", "/etc/pki", "/etc/default",
		"/etc/alternatives", "/etc/init.d", "/etc/systemd", "/lost+found":
		return true
	}
	for _, top := range []string{"/proc/", "/sys/", "/dev/", "/usr/share/doc/", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu"} {
		if strings.HasPrefix(p, top) {
			return true
		}
	}
	return strings.HasPrefix(p, "/home/") && strings.Count(p, "/") == 2
}

// Shared reports whether a folder belongs to everybody, so that nothing follows from its other content.
func Shared(p string) bool { return shared(p) }
