package check

import (
	"slices"

	"a2c/check/document"
)

// dependsOn judges in which order a task's containers start.
func dependsOn(t *document.Task, s Says) {
	all := map[string]*document.Container{}
	open := false
	for i := range t.Containers.V {
		c := &t.Containers.V[i]
		open = open || c.Is != document.Set || c.V.Name.Is != document.Set
		all[c.V.Name.V] = &c.V
	}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.DependsOn, func(d *document.Dependency, at document.Place) {
			if d.ContainerName.Is != document.Set {
				return
			}
			other, there := all[d.ContainerName.V]
			switch {
			case !there && !open:
				s.Fail(d.ContainerName.At, "%s waits for %s, which the task does not have", called(c), safe(d.ContainerName.V))
			case there:
				reachable(c, other, d, at, s)
			}
		})
	})
	if circle := circle(t); circle != nil {
		s.Fail(circle.DependsOn.At, "%s waits for itself, by the containers that it waits for", called(circle))
	}
}

// reachable judges whether the awaited container can come into the state that is waited for.
func reachable(c, other *document.Container, d *document.Dependency, at document.Place, s Says) {
	if d.Condition.Is != document.Set {
		return
	}
	switch condition := d.Condition.V; {
	case !slices.Contains([]string{"START", "HEALTHY", "COMPLETE", "SUCCESS"}, condition):
		s.Fail(d.Condition.At, "the condition is %s; START, HEALTHY, COMPLETE and SUCCESS are known", safe(condition))
	case condition == "HEALTHY" && other.HealthCheck.Is == document.Absent:
		s.Fail(at, "%s waits until %s is healthy, which has no healthCheck", called(c), safe(d.ContainerName.V))
	case (condition == "COMPLETE" || condition == "SUCCESS") && (other.Essential.Is == document.Absent || document.Is(other.Essential, true)):
		s.Fail(at, "%s waits until %s ends, which is essential: its end is the task's", called(c), safe(d.ContainerName.V))
	}
}

// circle finds a container that waits for itself.
func circle(t *document.Task) *document.Container {
	waits := map[string][]string{}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.DependsOn, func(d *document.Dependency, _ document.Place) {
			waits[c.Name.V] = append(waits[c.Name.V], d.ContainerName.V)
		})
	})
	// Containers that wait for nobody are taken out until none is left, or only those of a circle and behind one.
	for changed := true; changed; {
		changed = false
		for name, list := range waits {
			list = slices.DeleteFunc(list, func(other string) bool { return len(waits[other]) == 0 })
			changed = changed || len(list) < len(waits[name])
			waits[name] = list
		}
	}
	var found *document.Container
	each(t.Containers, func(c *document.Container, _ document.Place) {
		if found == nil && len(waits[c.Name.V]) > 0 {
			found = c
		}
	})
	return found
}
