package generate

import (
	"fmt"
	"strconv"
)

// fileSystem makes one EFS file system with an access point for each volume, which is created with the owner and mode that the folder
// has on the host. It returns what the service has to wait for.
func (s *stack) fileSystem() []string {
	if len(s.volumes) == 0 {
		return nil
	}
	fs := cfnFileSystem{Encrypted: true, FileSystemTags: s.tags()}
	fs.BackupPolicy.Status = "ENABLED"
	s.t.Resources["FileSystem"] = retained(cfnResource{Type: "AWS::EFS::FileSystem", Properties: fs})
	s.t.Outputs["FileSystemId"] = cfnOutput{Description: "volumes[].fileSystemId of deployment.json", Value: ref{"FileSystem"}}
	for _, v := range s.volumes {
		a := cfnAccessPoint{FileSystemID: ref{"FileSystem"}, PosixUser: posixUser{strconv.Itoa(s.d.User.UID), strconv.Itoa(s.d.User.GID)}, AccessPointTags: s.tags()}
		a.RootDirectory.Path = "/" + v.name
		a.RootDirectory.CreationInfo = creation{strconv.Itoa(v.UID), strconv.Itoa(v.GID), fmt.Sprintf("%04o", orMode(v.Mode))}
		s.t.Resources["AccessPoint"+v.id] = cfnResource{Type: "AWS::EFS::AccessPoint", Properties: a}
		s.t.Outputs["AccessPoint"+v.id] = cfnOutput{Description: "accessPointId of the volume " + v.name, Value: ref{"AccessPoint" + v.id}}
		s.notes = append(s.notes, fmt.Sprintf("The data in %s (%s) starts empty on EFS: copy it there before the first start that matters, or load it from a backup.", v.Path, v.name))
	}
	s.notes = append(s.notes, "State is on EFS and not on EBS: a volume of EBS that ECS attaches to a service's task is deleted with the task.")
	waits := []string{"MountTargetA", "MountTargetB"}
	for i, id := range waits {
		s.t.Resources[id] = cfnResource{Type: "AWS::EFS::MountTarget", Properties: cfnMountTarget{
			FileSystemID: ref{"FileSystem"}, SubnetID: item{[2]any{i, ref{"TaskSubnets"}}}, SecurityGroups: []any{ref{"FileSystemSecurityGroup"}},
		}}
	}
	s.t.Resources["FileSystemSecurityGroup"] = cfnResource{Type: "AWS::EC2::SecurityGroup", Properties: cfnSecurityGroup{
		GroupDescription: "File system of " + s.family, VpcID: ref{"VpcId"}, Tags: s.tags(),
		SecurityGroupIngress: []ingress{{Description: "NFS from the tasks", IPProtocol: "tcp", FromPort: 2049, ToPort: 2049, SourceSecurityGroupID: ref{s.group()}}},
	}}
	return waits
}

func orMode(mode uint32) uint32 {
	if mode == 0 {
		return 0o750
	}
	return mode & 0o777
}
