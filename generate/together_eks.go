package generate

import (
	"path"
	"slices"
	"strings"

	"a2c/generate/kube"
)

// eks is one namespace for all: base/NAME holds each application's objects, and the overlays the images of all.
func (s *set) eks(target string) (Output, error) {
	all, err := s.workloads(target == eksFargate{}.Name())
	if err != nil {
		return Output{}, err
	}
	files := map[string][]byte{}
	v := setReadme{EKS: true, Fargate: all[0].fargate, Namespace: all[0].namespace}
	var blockers []string
	for i, w := range all {
		m := s.members[i]
		own := map[string][]byte{}
		if err := w.iam(own); err != nil {
			return Output{}, err
		}
		own["comments.md"] = w.comments()
		for name, text := range own {
			files[path.Join("applications", m.name, name)] = text
		}
		if len(w.secretKeys) > 0 && w.secretsBy() == secretsTemplate {
			v.Secrets = append(v.Secrets, setSecret{w.secretName(), w.secretKeys})
		}
		for _, b := range w.blockers {
			blockers = append(blockers, m.name+": "+b)
		}
	}
	for _, d := range s.eksDocuments(all) {
		if files[d.file], err = marshalYAML(d.first, d.object); err != nil {
			return Output{}, err
		}
	}
	prices, err := loadPrices()
	if err != nil {
		return Output{}, err
	}
	for i, w := range all {
		s.tell(s.members[i], w.notes)
		v.Cost.join(s.members[i].name, w.cost(prices))
	}
	return Output{Files: files, Notes: slices.Concat(s.todos, s.notes), Blockers: blockers, Readme: s.readme(v)}, nil
}

func (s *set) workloads(fargate bool) ([]*workload, error) {
	var all []*workload
	for _, m := range s.members {
		d := m.d
		d.ApplicationID, d.EKSParameters.Namespace = m.name, s.name
		w, err := newWorkload(d, fargate)
		if err != nil {
			return nil, err
		}
		for _, to := range m.needs {
			for _, p := range to.d.ExposedPorts {
				if protocol(p) == "tcp" {
					w.peers = append(w.peers, peer{to.name, p.LocalPort})
				}
			}
		}
		all = append(all, w)
	}
	return all, nil
}

// eksDocuments are the objects of all, each application's in a folder of its own.
func (s *set) eksDocuments(all []*workload) []document {
	space := *all[0]
	space.name = s.name
	namespace := space.namespaceObject()
	base := kustomization{Resources: []string{"namespace.yaml"}}
	production, development := kustomization{Namespace: space.namespace}, kustomization{Namespace: space.developmentNamespace()}
	production.Resources, development.Resources = []string{"../../base"}, []string{"../../base"}
	var list []manifest
	var documents []document
	for i, w := range all {
		name := s.members[i].name
		list = append(list, folder("base/"+name, kustomization{}, slices.DeleteFunc(w.manifests(), func(m manifest) bool { return m.file == "namespace.yaml" }))...)
		base.Resources = append(base.Resources, name)
		dev := w.development()
		production.Images, development.Images = append(production.Images, dev.Images...), append(development.Images, dev.Images...)
		development.Replicas, development.Patches = append(development.Replicas, dev.Replicas...), append(development.Patches, dev.Patches...)
		for _, m := range w.persistentVolumes() {
			production.Resources = append(production.Resources, name+"-"+m.file)
			list = append(list, manifest{"overlays/prod/" + name + "-" + m.file, m.object})
		}
		for _, d := range w.beside() {
			if !strings.HasSuffix(d.file, "fargate-profile.yaml") {
				d.file = path.Join("applications", name, d.file)
				documents = append(documents, d)
			}
		}
		namespace.Metadata.Labels = lowest(namespace.Metadata.Labels, w.namespaceObject())
	}
	list = append(list, manifest{"base/namespace.yaml", namespace})
	list = append(list, folder("base", base, nil)...)
	list = append(list, folder("overlays/prod", production, nil)...)
	list = append(list, folder("overlays/dev", development, nil)...)
	if space.fargate {
		list = append(list, folder("logging", kustomization{}, space.logging())...)
		list = append(list, manifest{"cloudformation/fargate-profile.yaml", space.fargateProfile()})
	}
	for _, m := range list {
		documents = append(documents, document{m, generatedLine})
	}
	return documents
}

// lowest lowers the level of a namespace to what all of its pods keep to.
func lowest(labels map[string]string, other kube.Object) map[string]string {
	levels := []string{"privileged", "baseline", "restricted"}
	for key, level := range other.Metadata.Labels {
		if strings.HasPrefix(key, "pod-security") && slices.Index(levels, level) < slices.Index(levels, labels[key]) {
			labels[key] = level
		}
	}
	return labels
}
