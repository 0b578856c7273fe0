package apps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"syscall"
)

// ServersUser is the unprivileged user that the servers of proof/servers run as.
const ServersUser = "a2c-demo-servers"

// AddServersUser makes ServersUser, unless it is there.
func AddServersUser(ctx context.Context, log io.Writer) error { return addUser(ctx, log, ServersUser) }

func addUser(ctx context.Context, log io.Writer, name string) error {
	_, err := user.Lookup(name)
	var unknown user.UnknownUserError
	if err == nil || !errors.As(err, &unknown) {
		return err
	}
	fmt.Fprintf(log, "useradd %s\n", name)
	return run(ctx, "", nil, "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name)
}

func removeUser(ctx context.Context, log io.Writer, name string) error {
	if _, err := user.Lookup(name); err != nil {
		return nil //nolint:nilerr // it is not there
	}
	fmt.Fprintf(log, "userdel %s\n", name)
	return run(ctx, "", nil, "userdel", name)
}

// removeResidue removes what the application's user left outside the site, and nothing of anybody else's.
func removeResidue(a App) error {
	uid, _, err := ids(a)
	if err != nil {
		return nil //nolint:nilerr // no such user: it never ran
	}
	for _, path := range a.Residue {
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		if owner, is := info.Sys().(*syscall.Stat_t); is && int(owner.Uid) == uid {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}
