package host

// Fd is the open descriptor, for copying without passing the bytes through this process (ioctl_ficlone(2), copy_file_range(2)).
// It belongs to the file: do not close it.
func (f *file) Fd() int { return f.fd }
