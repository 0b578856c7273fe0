package containerize

import (
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
)

const (
	// maxSecretFile is what Secrets Manager takes as one value (65,536 bytes) when it is in base64; a variable may be twice as long (MAX_ARG_STRLEN).
	maxSecretFile = 48_000
	// inMemory is a folder in memory that every engine makes, also for a read-only root; everybody may make files in it.
	inMemory = "/dev/shm"
)

// secretFiles takes out files that are secrets as a whole: key stores and private keys. A link stands in the place of each, to where the image's init writes
// it from a variable. A mounted file would do for Docker and Kubernetes; Amazon ECS has secrets as variables only, so this is the one way for all.
func (s *start) secretFiles() error {
	files := map[model.Path]model.Secret{}
	for _, k := range s.plan.inside(s.info.Secrets) {
		if !k.Comment && k.Place.Key == "" && slices.Contains([]string{"keystore", "private-key", "signing-key"}, k.Kind) && !strings.Contains(string(k.Place.Path), "!/") {
			if _, known := files[k.Place.Path]; !known {
				files[k.Place.Path] = k
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		it := s.plan.find(string(name))
		if it == nil || it.Kind != layer.File || it.recovered != "" || it.content != nil {
			continue
		}
		if it.Size > maxSecretFile {
			s.skips = append(s.skips, model.Skip{
				What: "secret file", Path: name, Reason: "stays in the image: in base64 it is longer than the 64 KiB that Secrets Manager takes", Remedy: "mount it where the image runs, and leave it out: containerParameters.appExcludedFiles",
			})
			continue
		}
		if err := s.secretFile(it, files[name]); err != nil {
			return err
		}
	}
	return nil
}

func (s *start) secretFile(it *item, k model.Secret) error {
	variable := s.free("SECRET_FILE_" + path.Base(string(it.Path)))
	f := model.SecretFile{
		Variable: variable, Path: it.Path, Written: model.Path(inMemory + "/a2c-" + variable + path.Ext(string(it.Path))), Mode: it.Mode, UID: it.UID, GID: it.GID,
	}
	k.Name, k.Evidence, k.Length = variable, nil, ""
	k.Place = model.Place{Kind: "file", Path: it.Path, Encoding: model.Base64}
	s.secrets, s.files = append(s.secrets, k), append(s.files, f)
	s.init = append(s.init, "-file", variable+"="+string(f.Written))
	s.changes = append(s.changes, model.Change{
		Kind: "secret", Target: it.Path.String(), After: string(f.Written), Reason: "a link to where the image's init writes the file from the variable " + variable + ", which holds it in base64: " +
			"everybody who pulls the image can read its files",
	})
	s.plan.items[it.Path] = &item{Entry: layer.Entry{Path: it.Path, Kind: layer.Symlink, Target: f.Written, Mode: 0o777, UID: it.UID, GID: it.GID}, name: it.name}
	return s.plan.place(it.Path)
}
