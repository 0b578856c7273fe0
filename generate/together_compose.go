package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// compose is one project with a service for each application, which the others reach by its name.
func (s *set) compose() (Output, error) {
	p := composeProject{Name: s.name, Services: map[string]composeService{}, Volumes: map[string]struct{}{}}
	published := map[string]bool{}
	var v setReadme
	for _, m := range s.members {
		d := m.d
		d.ApplicationID = m.name
		c := newComposition(d)
		c.prefix = strings.ToUpper(strings.ReplaceAll(m.name, "-", "_")) + "_"
		for i, mount := range c.volumes {
			if mount.Type == "volume" {
				c.volumes[i].Source = label(m.name+"-"+mount.Source, 63, "data")
				p.Volumes[c.volumes[i].Source] = struct{}{}
			}
		}
		service := c.service()
		for i, port := range service.Ports {
			service.Ports[i].Published = s.free(m, published, port)
		}
		for _, port := range m.d.ExposedPorts[min(1, len(m.d.ExposedPorts)):] {
			if service.Networks == nil {
				service.Networks = map[string]composeNames{"default": {}}
			}
			names := service.Networks["default"]
			names.Aliases = append(names.Aliases, m.address(port.LocalPort))
			service.Networks["default"] = names
		}
		for _, to := range m.after {
			service.DependsOn = append(service.DependsOn, to.name)
		}
		p.Services[m.name] = service
		s.tell(m, c.notes)
		for _, x := range d.Secrets {
			v.Secrets = append(v.Secrets, setSecret{Name: c.secretVariable(x.Name)})
		}
	}
	files := map[string][]byte{}
	var err error
	if files["compose.yaml"], err = marshalYAML(generatedLine, p); err != nil {
		return Output{}, err
	}
	return Output{Files: files, Notes: slices.Concat(s.todos, s.notes), Readme: s.readme(v)}, nil
}

// free is the port of the user's machine: the application's own, or the next one that no other has.
func (s *set) free(m *member, taken map[string]bool, port composePort) string {
	n := port.Target
	for taken[port.Protocol+strconv.Itoa(n)] {
		n++
	}
	taken[port.Protocol+strconv.Itoa(n)] = true
	if n != port.Target {
		s.notes = append(s.notes, fmt.Sprintf("Port %d of %s is %d on your machine, since another application has that one.", port.Target, m.name, n))
	}
	return strconv.Itoa(n)
}
