package verify

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"a2c/internal/jail"
	"a2c/model"
)

// TestLiveInAnotherNamespace asks an application that this process's own network does not reach.
func TestLiveInAnotherNamespace(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root makes network namespaces")
	}
	path, end := make(chan string), make(chan struct{})
	defer close(end)
	go func() {
		runtime.LockOSThread()
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			var lo netlink.Link
			if lo, err = netlink.LinkByName("lo"); err == nil {
				err = netlink.LinkSetUp(lo)
			}
		}
		if err != nil {
			t.Error(err)
		}
		path <- fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), unix.Gettid())
		<-end
	}()
	ns := <-path
	var l net.Listener
	err := jail.InNetNS(ns, func() (err error) {
		l, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:18080")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "from inside") })}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	to := model.Listener{Address: "0.0.0.0", Port: 18080, Protocol: "tcp"}
	c, err := dialFrom(t.Context(), ns, to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET / HTTP/1.0\r\n\r\n")
	text := make([]byte, 4096)
	n, err := c.Read(text)
	if err != nil || n == 0 {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	if c, err := dialFrom(t.Context(), jail.ThreadNetNS(), to); err == nil {
		c.Close()
		t.Error("the port is reached without entering the namespace: the test shows nothing")
	}
}

// TestMain keeps the first thread to itself: /proc/PID/ns/net is that thread's, and a test puts threads into namespaces.
func TestMain(m *testing.M) {
	runtime.LockOSThread()
	m.Run()
}
