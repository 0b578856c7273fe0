package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"a2c/internal/jail"
	"a2c/proof/servers"
)

// front is the web server before an application that speaks no HTTP: it is started with the same configuration in the twin's network too, and both are
// asked through it.
type front struct {
	argv     []string
	dir      string
	uid, gid int
	url      string   // of the live one; the twin's is the same in its own network
	paths    []string // each answers 200
}

// nginxOfMono is the nginx of the layout mono-fastcgi. The twin's writes its process ID elsewhere.
func nginxOfMono(p servers.Place) *front {
	script := p.Expand(`sed 's,tmp/nginx.pid,tmp/twin.pid,' nginx.conf >tmp/twin.conf && exec nginx -e stderr -c ${dir}/tmp/twin.conf`)
	return &front{
		argv: []string{"/bin/sh", "-c", script}, dir: p.Dir, uid: p.UID, gid: p.GID,
		url: fmt.Sprintf("http://127.0.0.1:%d", p.Port(0)), paths: []string{"/Default.aspx", "/blog/Default.aspx", "/blog/Later.aspx"},
	}
}

// compare asks both for everything.
func (f *front) compare(ctx context.Context, twin *tracedTwin) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, f.argv[0], f.argv[1:]...)
	said := &strings.Builder{}
	cmd.Dir, cmd.Stdout, cmd.Stderr = f.dir, said, said
	cmd.WaitDelay = 10 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uint32(f.uid), Gid: uint32(f.gid)}}
	if err := jail.InNetNS(twin.namespace(), cmd.Start); err != nil {
		return fmt.Errorf("start the twin's web server: %w", err)
	}
	var failed []error
	for _, path := range f.paths {
		failed = append(failed, f.both(ctx, twin, path))
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM); err != nil {
		failed = append(failed, fmt.Errorf("end the twin's web server: %w", err))
	}
	if err := cmd.Wait(); err != nil {
		failed = append(failed, fmt.Errorf("the twin's web server: %w\n%s", err, said))
	}
	return errors.Join(failed...)
}

func (f *front) both(ctx context.Context, twin *tracedTwin, path string) error {
	live, err := f.get(ctx, path, (&net.Dialer{}).DialContext)
	if err != nil {
		return err
	}
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) { // the web server starts
		theirs, err := f.get(ctx, path, func(ctx context.Context, _, address string) (net.Conn, error) {
			var c net.Conn
			err := jail.InNetNS(twin.namespace(), func() (err error) {
				c, err = (&net.Dialer{}).DialContext(ctx, "tcp", address)
				return err
			})
			return c, err
		})
		switch {
		case err == nil && theirs == live:
			return nil
		case time.Since(begin) < 30*time.Second && ctx.Err() == nil:
		case err != nil:
			return err
		default:
			return fmt.Errorf("%s: the live application answers %q, the image %q", path, live, theirs)
		}
	}
}

// get returns the body of an answer that is a success.
func (f *front) get(ctx context.Context, path string, dial func(context.Context, string, string) (net.Conn, error)) (string, error) {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url+path, http.NoBody)
	if err != nil {
		return "", err
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	answer, err := (&http.Client{Transport: transport, Timeout: 20 * time.Second}).Do(ask)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s: …%s", path, answer.Status, body[max(0, len(body)-2000):])
	}
	return string(body), nil
}
