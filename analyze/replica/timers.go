package replica

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Bounds of the application's own classes that are looked at.
const (
	maxClasses    = 20_000
	maxClass      = 1 << 20
	maxClassBytes = 128 << 20
	maxTimers     = 5 // that are named
)

// enabling is what Spring needs beside @Scheduled, locking what lets one copy at a time run it (ShedLock).
const (
	springScheduled = "Lorg/springframework/scheduling/annotation/Scheduled;"
	enabling        = "Lorg/springframework/scheduling/annotation/EnableScheduling;"
	locking         = "Lnet/javacrumbs/shedlock/spring/annotation/SchedulerLock;"
)

// scheduled are the annotations that have a method called by the clock, in each copy.
func scheduled() map[string]string {
	return map[string]string{
		springScheduled:                                  "@Scheduled of Spring",
		"Lio/quarkus/scheduler/Scheduled;":               "@Scheduled of Quarkus",
		"Lio/micronaut/scheduling/annotation/Scheduled;": "@Scheduled of Micronaut",
		"Ljakarta/ejb/Schedule;":                         "@Schedule of EJB",
		"Ljavax/ejb/Schedule;":                           "@Schedule of EJB",
	}
}

// classes looks for methods that the clock calls in the application's own classes, and for libraries and settings of schedulers in its archives.
type classes struct {
	f      *finder
	marks  [][]byte
	kinds  map[string]string
	timers []timer
	locked []timer
	on     bool // Spring's are enabled
	seen   int
	size   int64
	full   bool
}

type timer struct {
	text, kind string
	from       model.Source
}

// timers are those in the program's own code.
func (f *finder) timers() {
	c := &classes{f: f, kinds: scheduled(), marks: [][]byte{[]byte(enabling)}}
	for k := range c.kinds {
		c.marks = append(c.marks, []byte(k))
	}
	artifact := string(f.s.App.Artifact)
	if path.Base(artifact) == "quarkus-run.jar" { // its own classes lie beside
		c.tree(path.Join(path.Dir(artifact), "app"), "")
	} else if path.Ext(artifact) == ".jar" || path.Ext(artifact) == ".war" {
		c.archive(artifact)
	}
	for _, w := range f.c.WebApps {
		if info, err := f.s.Root.Lstat(w.Path); err == nil && info.Type == host.Regular {
			c.archive(w.Path)
		} else {
			c.tree(path.Join(w.Path, "WEB-INF/classes"), "")
		}
	}
	c.answer()
}

func (c *classes) unread(name string, err error) {
	if err != nil && !host.Vanished(err) {
		c.f.s.Skip(model.Skip{What: "timers in classes", Path: model.Path(name), Reason: host.Reason(err)})
	}
}

// archive looks at an archive's own classes, not at the libraries in it, of which only the names are noted.
func (c *classes) archive(name string) {
	file, err := c.f.s.Root.Open(name)
	if err != nil {
		c.unread(name, err)
		return
	}
	defer file.Close()
	j, err := parse.OpenJar(file, file.Info().Size)
	if err != nil {
		c.unread(name, err)
		return
	}
	for _, e := range j.Entries() {
		at := name + "!/" + e.Name
		switch path.Ext(e.Name) {
		case ".jar":
			c.f.library(at)
		case ".class":
			if c.room(at, e.Size) {
				data, err := j.Read(e.Name, maxClass)
				c.unread(at, err)
				c.class(at, data)
			}
		case ".properties":
			if path.Base(e.Name) == "quartz.properties" {
				data, err := j.Read(e.Name, maxClass)
				c.unread(at, err)
				c.f.quartzFile(at, data)
			}
		}
	}
}

// room reports whether another class may be read.
func (c *classes) room(name string, size int64) bool {
	if c.seen++; c.seen > maxClasses || c.size+size > maxClassBytes {
		if !c.full {
			c.full = true
			c.unread(name, errors.New("more classes than are looked at: the rest is not"))
		}
		return false
	}
	c.size += size
	return size <= maxClass
}

// tree looks at a folder of classes, or of Quarkus's archives of them.
func (c *classes) tree(dir, below string) {
	if strings.Count(below, "/") > 64 || c.full {
		return
	}
	entries, err := c.f.s.Root.ReadDir(path.Join(dir, below))
	if err != nil {
		c.unread(path.Join(dir, below), err)
		return
	}
	for _, e := range entries {
		name := path.Join(dir, below, e.Name)
		switch {
		case e.Type == host.Dir:
			c.tree(dir, path.Join(below, e.Name))
		case e.Type != host.Regular:
		case path.Ext(e.Name) == ".jar":
			c.archive(name)
		case path.Ext(e.Name) == ".class" && c.room(name, 0), e.Name == "quartz.properties":
			data, err := host.ReadFile(c.f.s.Root, name, maxClass)
			c.unread(name, err)
			if c.size += int64(len(data)); path.Ext(e.Name) == ".class" {
				c.class(name, data)
			} else {
				c.f.quartzFile(name, data)
			}
		}
	}
}

func (c *classes) class(name string, data []byte) {
	if !slices.ContainsFunc(c.marks, func(mark []byte) bool { return bytes.Contains(data, mark) }) {
		return
	}
	methods, err := parse.AnnotatedMethods(data)
	if err != nil {
		c.unread(name, err)
		return
	}
	for _, m := range methods {
		_, enables := m.Annotations[enabling]
		c.on = c.on || enables
		_, locks := m.Annotations[locking]
		for annotation, when := range m.Annotations {
			kind, known := c.kinds[annotation]
			if !known || m.Name == "" {
				continue
			}
			t := timer{fmt.Sprintf("%s.%s (%s)", strings.ReplaceAll(m.Class, "/", "."), m.Name, when), kind, model.FromFile(model.Path(name), 0)}
			if locks {
				c.locked = append(c.locked, t)
			} else {
				c.timers = append(c.timers, t)
			}
		}
	}
}

// answer says of each kind of timer what two copies would do.
func (c *classes) answer() {
	by := func(a, b timer) int { return strings.Compare(a.kind+a.text, b.kind+b.text) }
	slices.SortFunc(c.timers, by)
	slices.SortFunc(c.locked, by)
	for len(c.timers) > 0 {
		kind := c.timers[0].kind
		n := slices.IndexFunc(c.timers, func(t timer) bool { return t.kind != kind })
		if n < 0 {
			n = len(c.timers)
		}
		answer, why := model.ReplicasNo, "each copy would run it"
		if kind == c.kinds[springScheduled] && !c.on {
			answer, why = model.ReplicasUnknown, "each copy would run it, if Spring's timers are enabled: no @EnableScheduling was seen"
		}
		c.because(answer, kind, why, c.timers[:n])
		c.timers = c.timers[n:]
	}
	if len(c.locked) > 0 {
		c.because(model.ReplicasYes, c.locked[0].kind, "a lock (ShedLock) lets one copy run it", c.locked)
	}
}

func (c *classes) because(answer, kind, why string, list []timer) {
	var names []string
	var from []model.Source
	for _, t := range list[:min(len(list), maxTimers)] {
		names = append(names, t.text)
		from = append(from, t.from)
	}
	text := strings.Join(names, ", ")
	if more := len(list) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	c.f.because(answer, fmt.Sprintf("the clock calls %s (%s): %s", text, kind, why), slices.Compact(from)...)
}

// quartzFile takes the settings of Quartz from its own file.
func (f *finder) quartzFile(name string, data []byte) {
	settings, err := parse.ReadProperties(data)
	if err != nil {
		return // it says less
	}
	for _, v := range settings {
		f.quartzOwn = append(f.quartzOwn, named{v.Key, v.Value, model.FromFile(model.Path(name), v.Line)})
	}
}
