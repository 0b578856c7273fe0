package files

import (
	"fmt"

	"a2c/internal/term"
	"a2c/inventory/host"
	"a2c/model"
)

// longest is the most bytes of a path that every builder can copy, below the folder of the context that it takes it from, and every engine unpack: the kernel
// takes 4095 (PATH_MAX).
const longest = 4000

// hollow is the size of the holes from which on an image suffers from them: layers hold a file whole, and so does every disk that they are unpacked on.
const hollow = 256 << 20

// unfit says why an image cannot well hold a path that nothing but its place leads to.
func (c *collector) unfit(name string, info host.Info) (decision, reason string) {
	switch {
	case len(name) > longest:
		return model.Out, fmt.Sprintf("name: %d bytes, more than can be unpacked from an image", len(name))
	case info.Type == host.Regular && info.Size >= hollow:
		if data := c.dataBytes(name, info.Size); info.Size-data >= hollow && data < info.Size/2 {
			return model.Out, fmt.Sprintf("sparse: %s, of which %s are data; an image would hold all of it", term.Size(info.Size), term.Size(data))
		}
	}
	return "", ""
}

// dataBytes is what of a large file is no hole; all of it when that cannot be told.
func (c *collector) dataBytes(name string, size int64) int64 {
	info, err := c.set.tree.Lstat(name)
	if err != nil || info.Blocks*512 >= size/2 {
		return size
	}
	f, err := c.set.tree.Open(name)
	if err != nil {
		return size
	}
	defer f.Close()
	if s, ok := f.(interface{ DataBytes() (int64, bool) }); ok {
		if data, ok := s.DataBytes(); ok {
			return data
		}
	}
	return info.Blocks * 512
}
