package containerize

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/entry"
	"a2c/model"
)

// secretArguments takes secrets out of the command line: an image's configuration can be read by everybody who can pull it. They become
// variables to inject: such that the application reads itself, else such that the image's init puts in.
func (s *start) secretArguments() {
	var gone []int
	for i := 1; i < len(s.argv); i++ {
		if !strings.Contains(s.argv[i], model.Redacted) {
			continue
		}
		k, reads := s.readInstead(i)
		if reads {
			gone = append(gone, i)
			s.saidSecret(i, k, s.argv[i], k.Name+" (variable, injected when it runs)", "a secret does not belong into an image's configuration; the application reads the same setting from the variable")
			continue
		}
		before, reason := s.argv[i], "a secret does not belong into an image's configuration; "+entry.Path+" puts the variable's value in"
		k = s.placeholderIn(i)
		flag := "-secret"
		if s.fileOfArguments(i) {
			flag, reason = "-option", reason+", by a file of arguments in memory, so that the list of processes does not show it"
		}
		s.init = append(s.init, flag, k.Name)
		s.saidSecret(i, k, before, s.argv[i], reason)
	}
	for _, i := range slices.Backward(gone) {
		s.remove(i)
	}
}

func (s *start) saidSecret(i int, k model.Secret, before, after, reason string) {
	s.secrets = append(s.secrets, k)
	s.changes = append(s.changes, model.Change{Kind: "argument", Target: strconv.Itoa(i), Before: before, After: after, Reason: reason})
}

// remove drops argument i. Bindings that name a later argument move with it.
func (s *start) remove(i int) {
	s.argv = slices.Delete(s.argv, i, i+1)
	for n, l := range s.info.App.Listeners {
		if l.Binding != nil && l.Binding.Arg > i {
			b := *l.Binding
			b.Arg--
			s.info.App.Listeners = slices.Clone(s.info.App.Listeners)
			s.info.App.Listeners[n].Binding = &b
		}
	}
}

// known is what the analysis says of the secret in argument i.
func (s *start) known(i int) model.Secret {
	k := model.Secret{Kind: "password", Place: model.Place{Kind: "argv", Arg: i}}
	for _, known := range s.info.Secrets {
		if known.Place.Kind == "argv" && known.Place.Arg == i {
			k = known
		}
	}
	return k
}

// readInstead says which variable the application reads in the place of argument i, if it does.
func (s *start) readInstead(i int) (model.Secret, bool) {
	k := s.known(i)
	key, value, isPair := strings.Cut(s.argv[i], "=")
	if !isPair || strings.Contains(key, model.Redacted) || !strings.Contains(value, model.Redacted) { // all that follows "=" is injected
		return k, false
	}
	k.Place.Key = key
	switch {
	case s.option(i) && strings.HasPrefix(key, "-D") && s.springReads(key[2:]):
		k.Name = relaxed(key[2:])
	case !s.option(i) && s.spring() && strings.HasPrefix(key, "--"):
		k.Name = relaxed(key[2:])
	case s.dotnet() && strings.HasPrefix(key, "--"):
		k.Name = strings.ReplaceAll(key[2:], ":", "__")
	default:
		return k, false
	}
	return k, true
}

// placeholderIn puts ${NAME} into argument i, where the secret stands. When that is not its end, it is all behind "=", else the whole argument.
func (s *start) placeholderIn(i int) model.Secret {
	k := s.known(i)
	arg := s.argv[i]
	head, _, _ := strings.Cut(arg, model.Redacted)
	if head+model.Redacted != arg || head != "" && !strings.HasSuffix(head, "=") && !strings.HasSuffix(head, ":") {
		key, _, isPair := strings.Cut(arg, "=")
		head = ""
		if isPair && !strings.Contains(key, model.Redacted) {
			head = key + "="
		}
	}
	k.Place.Key = strings.TrimRight(head, "=:")
	if len(head)-len(k.Place.Key) > 1 { // "a==": only its last sign parts them
		k.Place.Key = head[:len(head)-1]
	}
	k.Name = s.argumentName(i, k)
	s.argv[i] = head + "${" + k.Name + "}"
	return k
}

// argumentName is a variable that neither the image, nor an engine, nor another secret gives; init takes it out of the environment.
func (s *start) argumentName(i int, k model.Secret) string {
	key := strings.TrimPrefix(strings.TrimLeft(k.Place.Key, "-/"), "D")
	if !strings.HasPrefix(k.Place.Key, "-D") {
		key = strings.TrimLeft(k.Place.Key, "-/")
	}
	if k.Name != "" {
		key = k.Name
	}
	if key == "" {
		key = "secret_argument_" + strconv.Itoa(i)
	}
	name := s.free(key)
	for n := 2; s.taken(name); n++ {
		name = s.free(key + "_secret_" + strconv.Itoa(n))
	}
	return name
}

// taken reports whether a name means something already: to loaders, shells and engines, or as text of an argument.
func (s *start) taken(name string) bool {
	if slices.Contains([]string{"PATH", "HOME", "HOSTNAME", "TERM", "USER", "PWD", "LANG", "TZ", "TMPDIR", "CLASSPATH"}, name) {
		return true
	}
	if strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "LC_") || strings.HasSuffix(name, "JAVA_OPTIONS") || strings.HasPrefix(name, "DOTNET_") {
		return true
	}
	return slices.ContainsFunc(s.argv, func(a string) bool { return strings.Contains(a, "${"+name+"}") })
}

// fileOfArguments reports whether the launcher expands @FILE in the place of argument i.
func (s *start) fileOfArguments(i int) bool {
	return s.option(i) && s.modernJava() && !slices.Contains(s.argv[:i], "--disable-@files")
}

// option reports whether argument i is one of the JVM's own, that is before -jar, -m or the main class.
func (s *start) option(i int) bool {
	if s.info.App.Runtime.Kind != "jvm" {
		return false
	}
	for n := 1; n < len(s.argv) && n <= i; n++ {
		a := s.argv[n]
		if a == "-jar" || a == "-m" || a == "--module" {
			return false
		}
		if slices.Contains([]string{"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens", "--add-exports", "--add-reads", "--patch-module"}, a) {
			n++
			continue
		}
		if !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "@") {
			return false
		}
	}
	return true
}

func (s *start) spring() bool { return s.info.ApplicationType == "java-springboot" }

func (s *start) dotnet() bool { return strings.HasPrefix(s.info.ApplicationType, "dotnet-") }

// springReads reports whether a system property is one that Spring's Environment hands out: then a variable does the same. Properties of
// the JVM and its libraries are read by System.getProperty only.
func (s *start) springReads(key string) bool {
	return s.spring() && !slices.ContainsFunc([]string{"java.", "javax.", "jdk.", "sun.", "com.sun.", "jakarta.", "log4j", "logback.", "org.", "io.netty."}, func(p string) bool {
		return strings.HasPrefix(key, p)
	})
}

// modernJava reports whether the launcher reads files of arguments: JDK 9 and later, started as "java".
func (s *start) modernJava() bool {
	major, _, _ := strings.Cut(s.info.App.Runtime.Version, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n >= 9 && path.Base(string(s.info.Exe)) == "java"
}

// relaxed is the variable that Spring Boot binds to a property (Spring Boot reference, "Binding From Environment Variables"): dots become
// underscores, dashes go, list indexes stand between underscores, all upper case.
func relaxed(property string) string {
	property = strings.NewReplacer("].", "_", "]", "", "[", "_", ".", "_", "-", "").Replace(property)
	return strings.ToUpper(property)
}
