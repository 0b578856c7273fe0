// Package jail puts a2c's own work into namespaces and private roots. Only it and internal/child may call mount, clone, setns and pivot_root.
package jail

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// InNetNS runs f inside the network namespace that path names ("/proc/412/ns/net"). A socket keeps the namespace it was made in
// (network_namespaces(7)), so what f opens can be used outside afterwards. f must make its sockets on the goroutine that it runs on, whose thread
// alone is in the namespace. Needs CAP_SYS_ADMIN.
func InNetNS(path string, f func() error) error {
	ns, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("network namespace: %w", err)
	}
	defer ns.Close()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		own, err := os.Open(ThreadNetNS())
		if err != nil {
			runtime.UnlockOSThread()
			done <- fmt.Errorf("own network namespace: %w", err)
			return
		}
		defer own.Close()
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			runtime.UnlockOSThread()
			done <- fmt.Errorf("enter network namespace %s: %w", path, err)
			return
		}
		err = f()
		if unix.Setns(int(own.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		} // else the runtime ends the thread with the goroutine: no other one gets it
		done <- err
	}()
	return <-done
}

// ThreadNetNS names the calling thread's network namespace. /proc/self is the first thread, which may be elsewhere for a moment.
func ThreadNetNS() string { return fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()) }
