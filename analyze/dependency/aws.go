package dependency

import (
	"iter"
	"path"
	"slices"
	"strings"

	"a2c/analyze/subject"
	"a2c/model"
	"a2c/parse"
)

// AWS lists the services of AWS that the application seems to use: by libraries of the SDKs among its files, by AWS's host names that are configured, and by
// connections to the instance's own services. Sorted by service.
func AWS(s *subject.Subject, paths iter.Seq[string], deps []model.Dependency) []model.AWSService {
	a := awsFinder{found: map[string]*model.AWSService{}, service: map[string]awsService{}, library: map[string]string{}}
	for _, t := range awsServices() {
		a.service[t.prefix] = t
		for _, l := range t.libraries {
			a.library[l] = t.prefix
		}
	}
	files := map[string][]string{} // by folder, or archive
	for p := range paths {
		switch strings.ToLower(path.Ext(p)) {
		case ".jar", ".dll":
			files[path.Dir(p)] = append(files[path.Dir(p)], p)
		}
	}
	for _, archive := range archives(s) {
		files[archive] = nested(s, archive)
	}
	for _, list := range files {
		a.libraries(list)
	}
	for _, d := range deps {
		a.endpoint(d)
	}
	out := []model.AWSService{}
	for _, f := range a.found {
		slices.Sort(f.Evidence["service"])
		f.Evidence.Add("title", f.Evidence["service"]...)
		if len(f.Actions) > 0 {
			f.Evidence.Add("actions", f.Evidence["service"]...)
		}
		if f.Note != "" {
			f.Evidence.Add("note", f.Evidence["service"]...)
		}
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b model.AWSService) int { return strings.Compare(a.Service, b.Service) })
	return out
}

type awsFinder struct {
	found   map[string]*model.AWSService
	service map[string]awsService
	library map[string]string // name of an SDK's library to the service's prefix
}

func (a *awsFinder) add(prefix, title string, from ...model.Source) {
	f := a.found[prefix]
	if f == nil {
		f = &model.AWSService{Service: prefix, Title: title, Actions: []string{}}
		if t, ok := a.service[prefix]; ok {
			f.Title, f.Note = t.title, t.note
			for _, each := range t.actions {
				f.Actions = append(f.Actions, prefix+":"+each)
			}
		} else {
			f.Note = "no proposal is known for this service: see the service authorization reference"
		}
		a.found[prefix] = f
	}
	f.Evidence.Add("service", from...)
}

// archives are those that hold the application's libraries inside.
func archives(s *subject.Subject) []string {
	list := []string{string(s.App.Artifact)}
	for _, w := range s.App.WebApps {
		list = append(list, string(w.Path))
	}
	list = slices.DeleteFunc(list, func(p string) bool {
		ext := strings.ToLower(path.Ext(p))
		return ext != ".jar" && ext != ".war" && ext != ".ear"
	})
	slices.Sort(list)
	return slices.Compact(list)
}

// nested names the libraries in an archive.
func nested(s *subject.Subject, archive string) []string {
	f, err := s.Root.Open(archive)
	if err != nil {
		return nil // configuration has said so
	}
	defer f.Close()
	j, err := parse.OpenJar(f, f.Info().Size)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range j.Entries() {
		if strings.EqualFold(path.Ext(e.Name), ".jar") {
			out = append(out, archive+"!/"+e.Name)
		}
	}
	return out
}

// libraries knows the SDKs' libraries by their names: aws-java-sdk-SERVICE-1.x.jar, AWSSDK.Service.dll, and those of version 2 for Java, SERVICE-2.x.jar, where
// aws-core-2.x.jar of the same version lies beside them.
func (a *awsFinder) libraries(list []string) {
	var second []string // versions of SDK 2
	for _, p := range list {
		if v, ok := strings.CutPrefix(path.Base(p), "aws-core-"); ok {
			second = append(second, "-"+v)
		}
	}
	for _, p := range list {
		base := path.Base(p)
		from := model.FromFile(model.Path(p), 0)
		if name, ok := strings.CutPrefix(base, "aws-java-sdk-"); ok {
			a.sdk(cutVersion(name), from)
		} else if name, ok := strings.CutPrefix(base, "AWSSDK."); ok {
			a.sdk(strings.ToLower(strings.TrimSuffix(name, ".dll")), from)
		}
		for _, v := range second {
			if name, ok := strings.CutSuffix(base, v); ok {
				a.sdk(name, from)
			}
		}
	}
}

// sdk notes the service of a library, unless the library is a part of every use of an SDK.
func (a *awsFinder) sdk(name string, from model.Source) {
	if prefix, ok := a.library[name]; ok {
		a.add(prefix, "", from)
	}
}

func cutVersion(file string) string {
	file = strings.TrimSuffix(file, path.Ext(file))
	for i := len(file) - 1; i > 0; i-- {
		if file[i-1] == '-' && file[i] >= '0' && file[i] <= '9' {
			return file[:i-1]
		}
		if file[i] == '-' {
			break
		}
	}
	return file
}

// endpoint takes AWS's own hosts among the dependencies.
func (a *awsFinder) endpoint(d model.Dependency) {
	name, ok := strings.CutPrefix(d.Product, "AWS ")
	if host := parse.AWSHostService(d.Host); host != "" {
		name, ok = host, true
	}
	if !ok || name == "container credentials" || name == "athena" && d.Kind == model.DependsDatabase {
		return
	}
	if d.Kind == model.DependsDatabase || d.Kind == model.DependsCache || d.Kind == model.DependsBroker { // RDS and the like: reached by password, not by IAM
		return
	}
	prefix := name
	if p, known := hostPrefixes()[name]; known {
		prefix = p
	}
	a.add(prefix, "AWS "+name, d.Evidence["kind"]...)
}
