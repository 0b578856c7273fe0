package generate

import (
	"cmp"
	"fmt"

	"a2c/model"
)

// ecsReadme is what README.md shows. Every name in it is one that a2c mapped: letters, digits and - _ . / only.
type ecsReadme struct {
	ID, Target, Where, Stack, Repository, Tag, Digest, Registry, Region, Family, LogGroup string
	Definition, EC2, Bridge, Daemon, Balanced, Web                                        bool
	NewNetwork, Network, Subnets                                                          bool // parameters of the stack
	Secrets                                                                               []readmeSecret
	Volumes                                                                               []readmeVolume
	Notes                                                                                 []string
	Size                                                                                  string
	Cost                                                                                  costs
}

type readmeSecret struct{ Name, Parameter, Variable string }

type readmeVolume struct{ Path, ID string }

func (s *stack) readme(definition bool) ecsReadme {
	v := ecsReadme{
		ID: shellWord(s.d.ApplicationID), Target: ecsFargate{}.Name(), Where: s.where(), Stack: label(cmp.Or(s.d.ECSParameters.StackName, s.family), 120, "a2c"), Repository: s.repository,
		Tag: repositoryPart(cmp.Or(s.d.ECRParameters.ECRRepoTag, "latest")), Digest: s.d.Image.Digest, Registry: registry(s.d.AWS),
		Region: s.d.AWS.Region, Family: s.family, LogGroup: s.logGroup(), Definition: definition, Notes: s.notes,
		NewNetwork: s.d.ECSParameters.WithNetwork, EC2: s.ec2, Bridge: s.bridge, Daemon: s.daemon, Balanced: len(s.targets) > 0, Web: len(s.targets) > 0 && s.http(),
		Size: fmt.Sprintf("%.3g vCPU, %d MiB", float64(s.cpu)/1024, s.memory),
	}
	_, v.Network = s.t.Parameters["VpcId"]
	_, v.Subnets = s.t.Parameters["TaskSubnets"]
	if v.Registry == "" {
		v.Registry = "ACCOUNT.dkr.ecr.REGION.amazonaws.com"
	}
	if s.ec2 {
		v.Target = ecsEC2{}.Name()
	}
	for _, secret := range s.secrets {
		if secret.parameter != "" {
			v.Secrets = append(v.Secrets, readmeSecret{Name: s.secretName(secret), Parameter: secret.parameter, Variable: model.Path(secret.name).String()})
		}
	}
	for _, volume := range s.volumes {
		v.Volumes = append(v.Volumes, readmeVolume{Path: volume.Path.String(), ID: volume.id})
	}
	return v
}
