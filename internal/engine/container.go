package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"
)

// Spec is a container to be made.
type Spec struct {
	Image  string // reference
	Labels map[string]string
	// Entrypoint is what runs instead of the image's own; nil: that.
	Entrypoint []string
	// Stdin gives it a standard input that ends with the one connection that is attached (Talk).
	Stdin bool
	// Capabilities are all that it has; nil: the engine's choice. NoNewPrivileges leaves no way to more than that.
	Capabilities    []string
	NoNewPrivileges bool
	// Env holds NAME=value. Whoever may ask the engine sees them as long as the container exists.
	Env      []string
	Hostname string     // "": the engine's choice; not with the network of another container
	DNS      netip.Addr // name server; not with the network of another container
	Hosts    []string   // "name:address" for /etc/hosts; not with the network of another container
	Network  string     // "none", "bridge", "container:ID"
	ReadOnly bool       // read-only root
	Tmpfs    map[string]string
	Binds    map[string]string // path in the container: folder on the host, writable; relabelled for SELinux
	Memory   int64             // bytes, no swap beside; 0: no limit
	CPUs     float64           // 0: no limit
	PIDs     int64             // 0: no limit
	Gentle   bool              // the host's own programs come first: a quarter of the usual share of the CPUs, killed first when memory runs out
}

// logLimit bounds what a container that floods its log can do to the disk.
const logLimit = "16m"

// Create makes a container and returns its ID. It does not break off when ctx is cancelled meanwhile.
func (c *Client) Create(ctx context.Context, s Spec) (string, error) {
	config := &container.Config{Image: s.Image, Labels: s.Labels, Env: s.Env, Hostname: s.Hostname, Entrypoint: s.Entrypoint, OpenStdin: s.Stdin, StdinOnce: s.Stdin, AttachStdin: s.Stdin}
	// A health check of the image's own would ask the application beside a2c.
	config.Healthcheck = &container.HealthConfig{Test: []string{"NONE"}}
	host := &container.HostConfig{
		NetworkMode:    container.NetworkMode(s.Network),
		ReadonlyRootfs: s.ReadOnly,
		Tmpfs:          s.Tmpfs,
		ExtraHosts:     s.Hosts,
		LogConfig:      container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": logLimit, "max-file": "1"}},
		Resources:      container.Resources{Memory: s.Memory, MemorySwap: s.Memory, NanoCPUs: int64(s.CPUs * 1e9)},
	}
	if s.Gentle {
		host.CPUShares, host.OomScoreAdj = 256, 1000
	}
	if s.PIDs > 0 {
		host.PidsLimit = &s.PIDs
	}
	if s.Capabilities != nil {
		host.CapDrop, host.CapAdd = []string{"ALL"}, s.Capabilities
	}
	if s.NoNewPrivileges {
		host.SecurityOpt = []string{"no-new-privileges"}
	}
	if s.DNS.IsValid() {
		host.DNS = []netip.Addr{s.DNS}
	}
	binds(host, s.Binds)
	ctx, cancel, err := whole(ctx)
	defer cancel()
	if err != nil {
		return "", err
	}
	made, err := c.api.ContainerCreate(ctx, client.ContainerCreateOptions{Config: config, HostConfig: host})
	if err != nil {
		return "", fmt.Errorf("create a container of %s: %w", s.Image, err)
	}
	return made.ID, nil
}

// binds asks for a private SELinux label where there is SELinux: without it a container may not read what is bound. Only the short
// form can ask for it, and only the long one can name a folder with a colon.
func binds(host *container.HostConfig, folders map[string]string) {
	_, err := os.Stat("/sys/fs/selinux/enforce")
	for _, target := range slices.Sorted(maps.Keys(folders)) {
		source := folders[target]
		if err == nil && !strings.Contains(source+target, ":") {
			host.Binds = append(host.Binds, source+":"+target+":rw,Z")
			continue
		}
		host.Mounts = append(host.Mounts, mount.Mount{Type: mount.TypeBind, Source: source, Target: target})
	}
}

// Start starts a container. It does not break off when ctx is cancelled meanwhile.
func (c *Client) Start(ctx context.Context, id string) error {
	ctx, cancel, err := whole(ctx)
	defer cancel()
	if err != nil {
		return err
	}
	if _, err := c.api.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		return fmt.Errorf("start the container: %w", err)
	}
	return nil
}

// State of a container's main process.
type State struct {
	Running  bool
	PID      int // in the engine's PID namespace
	ExitCode int // 128 and the signal's number when a signal ended it
	OOM      bool
	Error    string // why it was not started
}

// State asks how a container is.
func (c *Client) State(ctx context.Context, id string) (State, error) {
	answer, err := c.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return State{}, fmt.Errorf("inspect the container: %w", err)
	}
	s := answer.Container.State
	if s == nil {
		return State{}, fmt.Errorf("inspect the container: the engine tells no state")
	}
	return State{Running: s.Running, PID: s.Pid, ExitCode: s.ExitCode, OOM: s.OOMKilled, Error: s.Error}, nil
}

// Written returns how many bytes lie in the files that the container has written or changed in its own root.
func (c *Client) Written(ctx context.Context, id string) (int64, error) {
	answer, err := c.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{Size: true})
	if err != nil {
		return 0, fmt.Errorf("inspect the container: %w", err)
	}
	if answer.Container.SizeRw == nil {
		return 0, nil // none
	}
	return *answer.Container.SizeRw, nil
}

// logBytes is how much of a log is read: the last lines of a program may be of any length.
const logBytes = 4 << 20

// Log returns the last lines of stdout and stderr, raw, oldest first. Of each stream the order is kept.
func (c *Client) Log(ctx context.Context, id string, lines int) ([]string, error) {
	r, err := c.api.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(lines)})
	if err != nil {
		return nil, fmt.Errorf("log of the container: %w", err)
	}
	defer r.Close()
	var text strings.Builder
	limited := &io.LimitedReader{R: r, N: logBytes}
	if _, err := stdcopy.StdCopy(&text, &text, limited); err != nil && limited.N > 0 {
		return nil, fmt.Errorf("log of the container: %w", err)
	}
	all := strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
	if len(all) == 1 && all[0] == "" {
		return nil, nil
	}
	return all[max(0, len(all)-lines):], nil
}

// Memory returns the bytes of memory that the container has now, without files that the kernel could drop at once, and the most that it had at a time, where the
// kernel counts that (cgroup v1), else all that it has now.
func (c *Client) Memory(ctx context.Context, id string) (now, peak int64, err error) {
	answer, err := c.api.ContainerStats(ctx, id, client.ContainerStatsOptions{})
	if err != nil {
		return 0, 0, fmt.Errorf("memory of the container: %w", err)
	}
	defer answer.Body.Close()
	var s container.StatsResponse
	if err := json.NewDecoder(answer.Body).Decode(&s); err != nil {
		return 0, 0, fmt.Errorf("memory of the container: %w", err)
	}
	m := s.MemoryStats
	idle := max(m.Stats["inactive_file"], m.Stats["total_inactive_file"]) // version 2, version 1
	return int64(m.Usage - min(m.Usage, idle)), int64(max(m.Usage, m.MaxUsage)), nil
}

// Signal sends a container's main process a signal, by name or number. One that has ended gets none.
func (c *Client) Signal(ctx context.Context, id, signal string) error {
	if _, err := c.api.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: signal}); err != nil && !cerrdefs.IsConflict(err) {
		return fmt.Errorf("send the container %s: %w", signal, err)
	}
	return nil
}

// Changed lists what a container wrote, changed or removed in its own layer, with the folders above.
func (c *Client) Changed(ctx context.Context, id string) ([]string, error) {
	answer, err := c.api.ContainerDiff(ctx, id, client.ContainerDiffOptions{})
	if err != nil {
		return nil, fmt.Errorf("what the container wrote: %w", err)
	}
	var list []string
	for _, change := range answer.Changes {
		list = append(list, change.Path)
	}
	return list, nil
}

// Folder reports whether a path of a container is a folder now.
func (c *Client) Folder(ctx context.Context, id, path string) bool {
	s, err := c.api.ContainerStatPath(ctx, id, client.ContainerStatPathOptions{Path: path})
	return err == nil && s.Stat.Mode.IsDir()
}

// Remove kills and removes a container with its anonymous volumes. That it is not there is no error.
func (c *Client) Remove(ctx context.Context, id string) error {
	if _, err := c.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true}); gone(err) != nil {
		return fmt.Errorf("remove container %.12s: %w", id, err)
	}
	return nil
}

// Containers lists those that bear a label, running or not: ID to the label's value.
func (c *Client) Containers(ctx context.Context, label string) (map[string]string, error) {
	list, err := c.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("label", label)})
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}
	found := map[string]string{}
	for _, item := range list.Items {
		found[item.ID] = item.Labels[label]
	}
	return found, nil
}
