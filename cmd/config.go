package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"a2c/parse"
)

// configure gives every flag that the command line left alone its value from A2C_… or the configuration file, in this order. The file holds flag names as
// keys: one that no command knows is an error, since a mistyped key would silently do nothing. unread says why the file at the default place was not
// read, where there may be one.
func (a *app) configure(v *viper.Viper, c *cobra.Command) (unread, err error) {
	v.SetEnvPrefix("A2C")
	v.SetEnvKeyReplacer(strings.NewReplacer("-", "_"))
	v.AutomaticEnv()
	if err := v.BindPFlags(c.Flags()); err != nil {
		return nil, err
	}
	if unread, err = a.readConfig(v, c.Root()); err != nil {
		return nil, err
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if err == nil && !f.Changed && f.Name != "help" && v.IsSet(f.Name) {
			err = a.setFlag(f, v)
		}
	})
	return unread, err
}

func (a *app) setFlag(f *pflag.Flag, v *viper.Viper) error {
	var err error
	value := v.Get(f.Name)
	list, isSlice := f.Value.(pflag.SliceValue)
	if items, ok := value.([]any); ok && isSlice {
		texts := make([]string, len(items))
		for i, item := range items {
			texts[i] = fmt.Sprint(item)
		}
		err = list.Replace(texts)
	} else {
		err = f.Value.Set(fmt.Sprint(value))
	}
	if err == nil {
		f.Changed = true
		return nil
	}
	from := "A2C_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
	if a.getenv(from) == "" {
		from = v.ConfigFileUsed() + ": " + f.Name
	}
	return fmt.Errorf("%s: %q is no %s", from, fmt.Sprint(value), f.Value.Type())
}

// readConfig reads the file that the user names, or the one at the default place: that one may be missing, or be another user's (HOME of who called su
// or setpriv), which unread says.
func (a *app) readConfig(v *viper.Viper, root *cobra.Command) (unread, err error) {
	file := v.GetString("config")
	named := file != ""
	if !named {
		file = a.defaultConfig()
	}
	if file == "" {
		return nil, nil
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	v.SetConfigFile(file)
	if filepath.Ext(file) == "" {
		v.SetConfigType("yaml")
	}
	err = v.ReadInConfig()
	switch {
	case errors.Is(err, fs.ErrPermission) && !named:
		return fmt.Errorf("configuration file %s is not read: %w", file, fs.ErrPermission), nil
	case err != nil:
		return nil, fmt.Errorf("configuration file %s: %w", file, err)
	}
	return nil, unknownKeys(file, v, flagNames(root))
}

// defaultConfig is /etc/a2c/config.yaml for root, else a2c/config.yaml in the XDG configuration folder.
func (a *app) defaultConfig() string {
	if a.euid == 0 {
		return "/etc/a2c/config.yaml"
	}
	if d := a.getenv("XDG_CONFIG_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "a2c/config.yaml")
	}
	if h := a.getenv("HOME"); filepath.IsAbs(h) {
		return filepath.Join(h, ".config/a2c/config.yaml")
	}
	return ""
}

func unknownKeys(file string, v *viper.Viper, known []string) error {
	for _, key := range v.AllKeys() {
		if !v.InConfig(key) && !strings.Contains(key, ".") || slices.Contains(known, key) {
			continue
		}
		for _, k := range known {
			if parse.Distance(key, k, 2) <= 2 {
				return fmt.Errorf("configuration file %s: no flag is called %q; did you mean %q?", file, key, k)
			}
		}
		return fmt.Errorf("configuration file %s: no flag is called %q; its keys are flag names, such as workspace or application-id", file, key)
	}
	return nil
}

// flagNames are the flags of all commands, sorted.
func flagNames(c *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		c.Flags().VisitAll(add)
		c.PersistentFlags().VisitAll(add)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(c)
	slices.Sort(names)
	return slices.Compact(names)
}
