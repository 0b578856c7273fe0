package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
)

// Clock proves that a clock that is set again and again while an image is built, by decades to and fro, changes nothing of it: an archive is built on an emulated
// machine, with another kernel and another version of each program but a2c, to the digest that it has here.
func Clock() Proof {
	return Proof{
		Name: "clock", Needs: []Need{Root, AMD64, Packages, Minutes}, Budget: 15 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Shop())(t, b)
			if err := errors.Join(apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.QEMU()}), apps.DownloadKernel(t.Context(), b.kernel())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			_, c, j := b.imageOf(t, "clock", apps.Shop())
			dir := b.Scratch(t, "clock-machine")
			archive := filepath.Join(dir, "it.tar.zst")
			c.Run(t, []int{exitDone, exitNotAllSeen}, "extract", "--application-id", j.ID, "--archive", archive, "--allow-secrets-in-image")
			ram := filepath.Join(dir, "initramfs")
			b.initramfs(t, ram, archive)
			said := b.boot(t, ram)
			jumps := regexp.MustCompile(`a2c ended with 0 after (\d+) jumps of the clock`).FindStringSubmatch(said)
			if jumps == nil || !strings.Contains(said, j.Image.Digest) {
				t.Fatalf("the image has another digest than %s there, or none:\n%s", j.Image.Digest, said)
			}
			const least = 100
			if n, err := strconv.Atoi(jumps[1]); err != nil || n < least {
				t.Errorf("the clock jumped %s times while it was built, fewer than %d", jumps[1], least)
			}
			fmt.Fprintf(b.Log, "built with %s jumps of the clock to the same digest\n", jumps[1])
		},
	}
}

// kernel is where packages lie that are only unpacked: Linux, and a shell with all commands.
func (b *Bench) kernel() string { return filepath.Join(b.Dir, "cache", "deb-machine") }

// initramfs is the machine's only file system (Documentation/filesystems/ramfs-rootfs-initramfs.rst): a2c, what it builds, and a shell that sets the clock.
func (b *Bench) initramfs(t *testing.T, name, archive string) {
	t.Helper()
	busybox := filepath.Join(b.kernel(), "unpacked/bin/busybox")
	root := filepath.Join(filepath.Dir(name), "root")
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for to, from := range map[string]string{
		"init": filepath.Join(b.Repo, "testdata/clock/init"), "archive": archive, "bin/busybox": busybox,
		"bin/a2c": filepath.Join(b.Repo, "bin/a2c"), "bin/a2c-kaniko": filepath.Join(b.Repo, "bin/a2c-kaniko"), "bin/a2c-init": filepath.Join(b.Repo, "bin/a2c-init"),
	} {
		to = filepath.Join(root, to)
		if err := copyTo(to, func() (io.ReadCloser, error) { return os.Open(from) }); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(to, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	pack := exec.CommandContext(t.Context(), "sh", "-c", `find . | "$0" cpio -o -H newc > "$1"`, busybox, name)
	pack.Dir = root
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("cpio: %v\n%s", err, out)
	}
}

// boot runs the machine until it turns itself off, and returns what it printed. It has no network and no disk, and is emulated: not every machine lets another one run on it.
func (b *Bench) boot(t *testing.T, ram string) string {
	t.Helper()
	kernels, err := filepath.Glob(filepath.Join(b.kernel(), "unpacked/boot/vmlinuz-*"))
	if err != nil || len(kernels) != 1 {
		t.Fatalf("one kernel is wanted: %v, %v", kernels, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 14*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "3072", "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
		"-kernel", kernels[0], "-initrd", ram, "-append", "console=ttyS0 quiet panic=-1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("qemu: %v\n%s", err, out)
	}
	return string(out)
}
