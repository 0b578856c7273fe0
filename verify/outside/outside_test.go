package outside

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"a2c/internal/jail"
)

// namespace makes a network namespace with nothing but loopback, as an engine does, and returns its path.
func namespace(t *testing.T) string {
	if os.Geteuid() != 0 {
		t.Skip("only root makes network namespaces; the proof docker shows the same")
	}
	path, end := make(chan string), make(chan struct{})
	t.Cleanup(func() { close(end) })
	go func() {
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Error(err)
		}
		lo, err := netlink.LinkByName("lo")
		if err == nil {
			err = netlink.LinkSetUp(lo)
		}
		if err != nil {
			t.Error(err)
		}
		path <- fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), unix.Gettid())
		<-end
	}()
	return <-path
}

func TestWorldRefusesAndLists(t *testing.T) {
	ns := namespace(t)
	w, err := Open(ns, []int{8080})
	if err != nil {
		t.Fatal(err)
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	start := time.Now()
	for _, address := range []string{"10.0.0.5:5432", "169.254.169.254:80", "[2001:db8::1]:443", "127.0.0.1:3306", "127.0.0.1:8080", "[::1]:7"} {
		err := jail.InNetNS(ns, func() error {
			_, err := dialer.DialContext(t.Context(), "tcp", address)
			return err
		})
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v, want refused", address, err)
		}
	}
	for _, address := range []string{"10.0.0.9:514", "127.0.0.1:8125", "[2001:db8::2]:514", "239.1.2.3:45564"} {
		err := jail.InNetNS(ns, func() error {
			c, err := dialer.DialContext(t.Context(), "udp", address)
			if err != nil {
				return err
			}
			defer c.Close()
			if _, err := c.Write([]byte("x")); err != nil {
				return err
			}
			if address[:3] == "239" {
				return syscall.ECONNREFUSED
			}
			if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
				return err
			}
			_, err = c.Read(make([]byte, 1))
			return err
		})
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v, want refused", address, err)
		}
	}
	err = jail.InNetNS(ns, func() error {
		r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var c net.Conn
			err := jail.InNetNS(ns, func() (err error) {
				c, err = dialer.DialContext(ctx, "udp", Resolver().String()+":53")
				return err
			})
			return c, err
		}}
		found, err := r.LookupHost(t.Context(), "DB.internal")
		if err != nil {
			return err
		}
		if diff := cmp.Diff([]string{"198.19.0.0"}, found); diff != "" {
			t.Error(diff)
		}
		_, err = dialer.DialContext(t.Context(), "tcp", found[0]+":5432")
		return err
	})
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("by name: %v, want refused", err)
	}
	if d := time.Since(start); d > 4*time.Second {
		t.Errorf("refusals took %v", d)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	got, skips := w.Reached()
	want := []string{
		"dns/db.internal", "tcp/10.0.0.5:5432", "tcp/127.0.0.1:3306", "tcp/169.254.169.254:80", "tcp/[2001:db8::1]:443", "tcp/[::1]:7",
		"tcp/db.internal:5432", "udp/10.0.0.9:514", "udp/127.0.0.1:8125", "udp/239.1.2.3:45564", "udp/[2001:db8::2]:514",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(skips) != 0 {
		t.Error(diff, skips)
	}
}
