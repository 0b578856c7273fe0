package engine

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// CopyIn unpacks a tar below a folder of a container, running or not.
func (c *Client) CopyIn(ctx context.Context, id, folder string, tar io.Reader) error {
	if _, err := c.api.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: folder, Content: tar}); err != nil {
		return fmt.Errorf("copy into the container: %w", err)
	}
	return nil
}

// CopyOut is a tar of a folder of a container, running or not; names begin with the folder's last element.
func (c *Client) CopyOut(ctx context.Context, id, folder string) (io.ReadCloser, error) {
	out, err := c.api.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: folder})
	if err != nil {
		return nil, fmt.Errorf("copy out of the container: %w", err)
	}
	return out.Content, nil
}

// Talk starts a container that was made with Stdin, writes what say writes to its standard input, which then stays open for as long as the container
// runs, and copies what it prints until it ends: its standard input ends with the caller, whatever ends that. Returned is the exit code.
func (c *Client) Talk(ctx context.Context, id string, say func(io.Writer) error, stdout, stderr io.Writer) (int, error) {
	conn, err := c.api.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return 0, fmt.Errorf("attach to the container: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, conn.Close)
	defer stop()
	if err := c.Start(ctx, id); err != nil {
		return 0, err
	}
	if err := say(conn.Conn); err != nil {
		return 0, fmt.Errorf("speak to the container: %w", errors.Join(ctx.Err(), err))
	}
	if _, err := stdcopy.StdCopy(stdout, stderr, conn.Reader); err != nil {
		return 0, fmt.Errorf("listen to the container: %w", errors.Join(ctx.Err(), err))
	}
	wait := c.api.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case end := <-wait.Result:
		if end.Error != nil {
			return 0, fmt.Errorf("wait for the container: %s", end.Error.Message)
		}
		return int(end.StatusCode), nil
	case err := <-wait.Error:
		return 0, fmt.Errorf("wait for the container: %w", err)
	}
}
