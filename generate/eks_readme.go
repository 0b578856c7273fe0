package generate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// eksReadme is what README.md of either target shows. Every name in it is one that a2c mapped.
type eksReadme struct {
	Title, ID, Name, Kind, Namespace, Development, Repository, Registry, Tag, Digest, Size, Secret string
	Keys, Volumes, Notes                                                                           []string
	Ingress, Balanced, Scaled, Fargate, PodIdentity, Disks, External, CSI                          bool
	Cost                                                                                           costs
}

func (w *workload) readme(target string) eksReadme {
	e := w.d.EKSParameters
	v := eksReadme{
		Title: map[string]string{eksEC2{}.Name(): "EKS with EC2 nodes", eksFargate{}.Name(): "EKS with Fargate"}[target], Kind: strings.ToLower(w.kind()),
		ID: shellWord(w.d.ApplicationID), Name: w.name, Namespace: w.namespace, Development: w.developmentNamespace(), Repository: repositoryName(w.d.Image.Repository),
		Registry: cmp.Or(registry(w.d.AWS), "ACCOUNT.dkr.ecr.REGION.amazonaws.com"), Tag: repositoryPart(cmp.Or(w.d.ECRParameters.ECRRepoTag, "latest")),
		Digest: w.d.Image.Digest, Size: fmt.Sprintf("%d × %g CPU, %d MiB", w.replicas(), e.CPU, e.Memory),
		Notes: w.notes, Ingress: w.webIngress(), Balanced: w.webIngress() || slices.ContainsFunc(w.ports, w.networkBalanced), Scaled: w.autoscaled(), Fargate: w.fargate, PodIdentity: e.PodIdentity, Disks: w.stateful(),
	}
	switch {
	case len(w.secretKeys) == 0:
	case w.secretsBy() == secretsTemplate:
		v.Secret, v.Keys = w.secretName(), w.secretKeys
	default:
		v.External, v.CSI = w.secretsBy() == secretsExternal, w.secretsBy() == secretsCSI
	}
	for _, volume := range w.volumes {
		v.Volumes = append(v.Volumes, volume.Path.String())
	}
	return v
}
