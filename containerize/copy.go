package containerize

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"a2c/internal/disk"
	"a2c/inventory/host"
)

// cloneContent copies a file of the host into dst: by reflink where the file system can (ioctl_ficlone(2)), else by copy_file_range(2), else
// through memory. Holes stay holes. The host's inode is never touched: a hard link would change its link count and ctime.
func cloneContent(ctx context.Context, dst *os.File, src host.File, info host.Info) (int64, error) {
	f, ok := src.(interface{ Fd() int })
	if !ok {
		n, err := io.Copy(dst, src)
		return n, disk.Cause(err)
	}
	if unix.IoctlFileClone(int(dst.Fd()), f.Fd()) == nil {
		return info.Size, nil
	}
	if info.Blocks*512 >= info.Size {
		return copyRange(ctx, dst, f.Fd(), 0, info.Size)
	}
	return copySparse(ctx, dst, f.Fd(), info.Size)
}

// copySparse copies the parts that hold data (lseek(2), SEEK_DATA); the rest of the file becomes one hole.
func copySparse(ctx context.Context, dst *os.File, src int, size int64) (int64, error) {
	for at := int64(0); at < size; {
		from, err := unix.Seek(src, at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			break // only a hole follows
		}
		if err != nil {
			return copyRange(ctx, dst, src, at, size)
		}
		to, err := unix.Seek(src, from, unix.SEEK_HOLE)
		if err != nil {
			to = size
		}
		if _, err := copyRange(ctx, dst, src, from, to); err != nil {
			return 0, err
		}
		at = to
	}
	return size, disk.Cause(dst.Truncate(size))
}

// copyRange copies src[from:to) to the same place in dst and returns where it ended.
func copyRange(ctx context.Context, dst *os.File, src int, from, to int64) (int64, error) {
	const step = 64 << 20
	in, out := from, from
	for in < to {
		if err := ctx.Err(); err != nil {
			return in, err
		}
		n, err := unix.CopyFileRange(src, &in, int(dst.Fd()), &out, int(min(step, to-in)), 0)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EXDEV), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EPERM):
			return copyBytes(ctx, dst, src, in, to)
		case err != nil:
			return in, err
		case n == 0: // the end came early, or a file system that answers so (procfs, some FUSE): reading tells
			return copyBytes(ctx, dst, src, in, to)
		}
	}
	return in, nil
}

func copyBytes(ctx context.Context, dst *os.File, src int, from, to int64) (int64, error) {
	buf := make([]byte, 256<<10)
	for from < to {
		if err := ctx.Err(); err != nil {
			return from, err
		}
		n, err := unix.Pread(src, buf[:min(int64(len(buf)), to-from)], from)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return from, err
		}
		if n == 0 {
			return from, nil
		}
		if _, err := dst.WriteAt(buf[:n], from); err != nil {
			return from, disk.Cause(err)
		}
		from += int64(n)
	}
	return from, nil
}
