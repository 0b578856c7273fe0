package check

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"a2c/model"
)

// at collects the sources of the named fields, or of all when none of them has any: a finding without evidence is of no use.
func at(e model.Evidence, fields ...string) []model.Source {
	var sources []model.Source
	for _, f := range fields {
		sources = append(sources, e[f]...)
	}
	if len(sources) == 0 {
		for _, f := range slices.Sorted(maps.Keys(e)) {
			sources = append(sources, e[f]...)
		}
	}
	return sources
}

// where filters kernel uses.
func where(uses []model.KernelUse, match func(model.KernelUse) bool) []model.KernelUse {
	var found []model.KernelUse
	for _, u := range uses {
		if match(u) {
			found = append(found, u)
		}
	}
	return found
}

func ofKind(kinds ...model.UseKind) func(model.KernelUse) bool {
	return func(u model.KernelUse) bool { return slices.Contains(kinds, u.Kind) }
}

// failEach makes one statement per use. The format takes the use's name and its detail in parentheses ("" without one).
func failEach(r Reporter, uses []model.KernelUse, format string) {
	for _, u := range uses {
		r.Fail(fmt.Sprintf(format, describe(u)), at(u.Evidence)...)
	}
}

// describe names a use for people: its name is text from the host and therefore escaped.
func describe(u model.KernelUse) string {
	s := safe(u.Name)
	if u.Detail != "" {
		s += " (" + safe(u.Detail) + ")"
	}
	return s
}

// safe escapes text of the host as paths are.
func safe(s string) string { return model.Path(s).String() }

// few joins names for a sentence and counts those beyond the fifth.
func few[T fmt.Stringer](items []T) string {
	var b strings.Builder
	for i, item := range items {
		if i == 5 {
			fmt.Fprintf(&b, " and %d more", len(items)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(item.String())
	}
	return b.String()
}

// unseen says, for each of the kernel lists that could not be read whole, that the rule cannot tell. It is called when nothing was
// found: what was found stands whatever else was hidden.
func unseen(s *Subject, r Reporter, fields ...string) {
	for _, u := range s.App.AnalysisInfo.Kernel.Unseen {
		if slices.Contains(fields, u.Field) {
			r.CannotTell(fmt.Sprintf("its %s could not be looked at: %s", spaced(u.Field), safe(u.Why)), u.Needs)
			return
		}
	}
	for _, skip := range s.App.AnalysisInfo.Skips {
		if skip.Incomplete && hides(skip, fields) {
			needs := skip.Remedy
			if needs == "" {
				needs = "run a2c analyze as root"
			}
			r.CannotTell(fmt.Sprintf("%s could not be read: %s", safe(skip.What), safe(skip.Reason)), needs)
			return
		}
	}
}

// spaced turns a field's name into words: "hostReads", "host reads".
func spaced(field string) string {
	var b strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return safe(b.String())
}

// count writes a number with its noun, in the plural unless it is one.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// endpoint writes an address with its port, IPv6 in brackets.
func endpoint(address string, port int) string {
	if a, err := netip.ParseAddr(address); err == nil {
		return netip.AddrPortFrom(a.Unmap(), uint16(port)).String()
	}
	return fmt.Sprintf("%s:%d", safe(address), port)
}

// hides reports whether what was skipped is the kernel file that one of the lists comes from (proc_pid(5)).
func hides(skip model.Skip, fields []string) bool {
	file := string(skip.Path)
	if file == "" {
		file = skip.What
	}
	_, name, ok := strings.Cut(strings.TrimPrefix(file, "/proc/"), "/")
	if !ok || !strings.HasPrefix(file, "/proc/") {
		return false
	}
	for _, field := range fields {
		for _, from := range kernelFiles(field) {
			if name == from || strings.HasPrefix(name, from+"/") {
				return true
			}
		}
	}
	return false
}

func kernelFiles(field string) []string {
	switch field {
	case "capabilities":
		return []string{"status"}
	case "mounts":
		return []string{"mountinfo", "ns/mnt"}
	case "sharedMemory":
		return []string{"maps", "map_files"}
	case "limits":
		return []string{"limits", "status"}
	case "sockets":
		return []string{"fd", "net"}
	default: // devices, hostReads, namespaces, peers
		return []string{"fd"}
	}
}
