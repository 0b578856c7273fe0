// Package jail puts a2c's own work into namespaces and private roots. Only it and internal/child may call mount, clone, setns and pivot_root.
package jail

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// InNetNS runs f inside the network namespace that path names ("/proc/412/ns/net"). A socket keeps the namespace it was made in
// (network_namespaces(7)), so what f opens can be used outside afterwards. f must make its sockets on the calling goroutine: it runs on a thread
// of its own, which ends with it, so that no other goroutine ever gets a thread that is elsewhere. Needs CAP_SYS_ADMIN.
func InNetNS(path string, f func() error) error {
	ns, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("network namespace: %w", err)
	}
	defer ns.Close()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the runtime ends the thread
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter network namespace %s: %w", path, err)
			return
		}
		done <- f()
	}()
	return <-done
}
