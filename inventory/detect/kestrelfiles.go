package detect

import (
	"path"

	"a2c/parse"
)

// hostSettings are the files that programs add to the host's configuration by convention, in the working folder (learn.microsoft.com: ".NET Generic
// Host", "Host configuration": hostsettings.json; "ASP.NET Core Web Host", "Override configuration": hosting.json and hostsettings.json). Nothing
// reads them by itself, so that the main assembly must name them.
func (c *clr) hostSettings() []dotnetValue {
	var values []dotnetValue
	var code []byte
	for _, name := range []string{"hosting.json", "hostsettings.json"} {
		if !c.exists(path.Join(c.cwd, name)) {
			continue
		}
		if code == nil {
			code = c.mainAssembly()
		}
		if parse.HasLiteral(code, name) {
			values = append(values, c.appSettings(path.Join(c.cwd, name))...)
		}
	}
	return values
}

// mainAssembly is the application's own code; nil when it is not to be had as it is: compressed, larger than 4 MiB, not readable.
func (c *clr) mainAssembly() []byte {
	if c.bundle == nil {
		data, err := c.read(c.dll)
		c.unread("main assembly", c.dll, err)
		return data
	}
	name := path.Base(c.Exe) + ".dll"
	exe, err := c.open(c.Exe)
	if err != nil {
		c.unread("single-file bundle", c.Exe, err)
		return nil
	}
	defer exe.Close()
	for _, f := range c.bundle.Files {
		if path.Base(f.Path) == name && f.Type == parse.BundleAssembly {
			data, err := c.bundle.ReadStored(exe, f, configLimit)
			c.unread("main assembly", c.Exe+"!/"+f.Path, err)
			return data
		}
	}
	return nil
}
